//! The frame around the pages: header, banners, the page itself, what floats above it.

use leptos::mount::mount_to;

use crate::domain::arbs::page::arbs_page;
use crate::domain::bets::page::bets_page;
use crate::domain::darkpool::page::{table_page, tape_page};
use crate::domain::odds::page::{books_page, event_page, odds_page};
use crate::hook;
use crate::identity::Identity;
use crate::live::Live;
use crate::model::badge::Badge;
use crate::model::route::Page;
use crate::parts::account::account_dialog;
use crate::parts::announcer::announcer;
use crate::parts::banner::banners;
use crate::parts::connection::{badge, connection_dialog};
use crate::parts::el::{El, effect, el, of};
use crate::parts::header::header;
use crate::parts::help::help_dialog;
use crate::parts::keys::Keys;
use crate::parts::toast::Toasts;
use crate::platform::by_id;
use crate::reactive::*;
use crate::router::Router;
use crate::settings::Settings;
use crate::slip::desk::Desk;
use crate::slip::view::slip;

/// What every part may use. Handles: cheap to copy.
#[derive(Clone, Copy)]
pub struct App {
    /// Rows and connection.
    pub live: Live,
    /// Where the reader is.
    pub router: Router,
    /// What the reader set.
    pub settings: Settings,
    /// Short notices.
    pub toasts: Toasts,
    /// The keyboard.
    pub keys: Keys,
    /// Who the reader is.
    pub identity: Identity,
    /// The bet slip.
    pub slip: Desk,
    /// What is said of the connection.
    pub badge: Memo<Badge>,
    /// Whether the panel about the connection is open.
    pub connection_open: RwSignal<bool>,
    /// Whether the help is open.
    pub help_open: RwSignal<bool>,
}

/// Replaces the static shell of `index.html` by the living page.
pub fn start() {
    let Some(host) = by_id("app") else { return };
    host.set_inner_html("");
    // Leptos brings the owner and the executor of effects; the elements are our own.
    mount_to(host.clone(), move || {
        for part in page() {
            let _ = host.append_child(part.element());
        }
    })
    .forget();
}

fn page() -> Vec<El> {
    let live = Live::start();
    let identity = Identity::start(live);
    let toasts = Toasts::start();
    let app = App {
        live,
        router: Router::start(),
        settings: Settings::start(),
        toasts,
        keys: Keys::start(),
        identity,
        slip: Desk::start(live, identity, toasts),
        badge: badge(live),
        connection_open: RwSignal::new(false),
        help_open: RwSignal::new(false),
    };
    hook::install(live);
    global_keys(app);

    let refused = live.signals().refused;
    effect(move || {
        if let Some(error) = refused.get() {
            app.toasts.show(format!("{} ({})", error.message, error.code));
        }
    });

    let page = app.router.page();
    let content = move || {
        let page = page.get();
        vec![untrack(|| match page {
            Page::DarkPool => table_page(app),
            Page::Tape => tape_page(app),
            Page::Odds => odds_page(app),
            Page::Event => event_page(app),
            Page::Books => books_page(app),
            Page::Arbs => arbs_page(app),
            Page::Bets => bets_page(app),
        })]
    };
    let mut parts = vec![
        of("a", "skip").attr("href", "#main").text("Skip to the content"),
        header(app),
        banners(app),
        el("main").attr("id", "main").attr("tabindex", "-1").region(content),
        slip(app),
        connection_dialog(app),
        account_dialog(app),
        help_dialog(app),
        app.toasts.stack(),
    ];
    parts.extend(announcer(app));
    parts
}

/// Keys that mean the same on every page.
fn global_keys(app: App) {
    app.keys.on(move |key| {
        match key {
            "?" => app.help_open.update(|open| *open = !*open),
            "/" => {
                if let Some(search) = by_id("search") {
                    let _ = search.focus();
                }
            }
            "p" => app.live.signals().paused.update(|paused| *paused = !*paused),
            "t" => app.settings.theme.update(|theme| *theme = theme.next()),
            "s" => app.identity.ask_to_sign_in(),
            "c" => app.connection_open.update(|open| *open = !*open),
            pair => match Page::MAIN.into_iter().find(|page| page.key() == pair) {
                Some(page) => app.router.turn_to(page),
                None => return false,
            },
        }
        true
    });
}
