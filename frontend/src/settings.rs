//! What a reader set for this browser: theme, density, clock, shortcuts, watchlist.

use shared::units::{Ticker, Timestamp};
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use crate::model::clock::{self, Zone};
use crate::model::pins::Pins;
use crate::model::price::Format;
use crate::model::watch::Watchlist;
use crate::parts::el::effect;
use crate::platform::{Listener, load, local_offset_min, root, save, window};
use crate::reactive::*;

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much room a row takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// Easy on the eye.
    Comfortable,
    /// More rows on a screen.
    Compact,
}

/// All settings. A handle: cheap to copy.
#[derive(Clone, Copy)]
pub struct Settings {
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// How much room a row takes.
    pub density: RwSignal<Density>,
    /// The zone of times.
    pub zone: RwSignal<Zone>,
    /// Whether single keys do something (WCAG 2.1.4).
    pub shortcuts: RwSignal<bool>,
    /// How prices of bets are written.
    pub format: RwSignal<Format>,
    /// The books that come first.
    pub pins: RwSignal<Pins>,
    /// What Kelly stakes are a part of, as typed.
    pub bankroll: RwSignal<String>,
    /// The watchlist.
    pub watchlist: RwSignal<Watchlist>,
}

impl Theme {
    /// All of them, as offered.
    pub const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    /// Its name, also on the `html` element.
    pub const fn key(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The next one, for a button that goes round.
    pub const fn next(self) -> Theme {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }
}

impl Density {
    /// Its name, also on the `html` element.
    pub const fn key(self) -> &'static str {
        match self {
            Density::Comfortable => "comfortable",
            Density::Compact => "compact",
        }
    }
}

impl Settings {
    /// As they were left; each is kept when it changes.
    pub fn start() -> Settings {
        let is = |name: &str, value: &str| load(name).as_deref() == Some(value);
        let theme = Theme::ALL.into_iter().find(|theme| is("theme", theme.key())).unwrap_or(Theme::Auto);
        let density = if is("density", "compact") { Density::Compact } else { Density::Comfortable };
        let settings = Settings {
            theme: RwSignal::new(theme),
            density: RwSignal::new(density),
            zone: RwSignal::new(Zone::of(&load("zone").unwrap_or_default())),
            shortcuts: RwSignal::new(!is("shortcuts", "off")),
            format: RwSignal::new(Format::of(&load("odds-format").unwrap_or_default())),
            pins: RwSignal::new(Pins::parse(&load("books").unwrap_or_default())),
            bankroll: RwSignal::new(load("bankroll").unwrap_or_else(|| "1000".to_owned())),
            watchlist: RwSignal::new(Watchlist::parse(&load("watchlist").unwrap_or_default())),
        };
        settings.keep();
        settings
    }

    fn keep(self) {
        effect(move || {
            let theme = self.theme.get().key();
            save("theme", theme);
            let _ = root().set_attribute("data-theme", theme);
        });
        effect(move || {
            let density = self.density.get().key();
            save("density", density);
            let _ = root().set_attribute("data-density", density);
        });
        effect(move || save("zone", self.zone.get().key()));
        effect(move || save("shortcuts", if self.shortcuts.get() { "on" } else { "off" }));
        effect(move || save("odds-format", self.format.get().key()));
        effect(move || save("books", &self.pins.with(Pins::text)));
        effect(move || save("bankroll", &self.bankroll.get()));
        effect(move || save("watchlist", &self.watchlist.with(Watchlist::text)));
        // Another tab of the same reader.
        let other_tab = Listener::on(&window(), "storage", move |event| {
            let watchlist = event
                .dyn_ref::<StorageEvent>()
                .filter(|event| event.key().as_deref() == Some("undercurrent.watchlist"))
                .and_then(StorageEvent::new_value);
            if let Some(text) = watchlist {
                self.watchlist.set(Watchlist::parse(&text));
            }
        });
        StoredValue::new_local(other_tab);
    }

    /// Takes a ticker into the watchlist or out, and says whether it is in now.
    pub fn toggle_watch(self, ticker: &Ticker) -> bool {
        let mut is_in = false;
        self.watchlist.update(|list| is_in = list.toggle(ticker));
        is_in
    }

    /// A time as the reader wants it. Tracked.
    pub fn time(self, ts: Timestamp) -> String {
        clock::time(ts, self.zone.get().offset_min(ts, local_offset_min()))
    }
}
