//! The frame around the pages: header, banners, the page itself, what floats above it.

use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::domain::darkpool::page::{TablePage, TapePage};
use crate::hook;
use crate::live::Live;
use crate::model::route::Page;
use crate::parts::announcer::Announcer;
use crate::parts::banner::Banners;
use crate::parts::connection::ConnectionDialog;
use crate::parts::header::Header;
use crate::parts::help::HelpDialog;
use crate::parts::keys::Keys;
use crate::parts::toast::{ToastStack, Toasts};
use crate::platform::by_id;
use crate::router::Router;
use crate::settings::Settings;

/// What every part may ask for, besides its own arguments.
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
    /// Whether the panel about the connection is open.
    pub connection_open: RwSignal<bool>,
    /// Whether the help is open.
    pub help_open: RwSignal<bool>,
}

impl App {
    /// The one of this page.
    pub fn get() -> App {
        expect_context()
    }
}

/// Replaces the static shell of `index.html` by the living page.
pub fn start() {
    let Some(host) = by_id("app") else { return };
    host.set_inner_html("");
    mount_to(host, Shell).forget();
}

#[component]
fn Shell() -> impl IntoView {
    let live = Live::start();
    let app = App {
        live,
        router: Router::start(),
        settings: Settings::start(),
        toasts: Toasts::start(),
        keys: Keys::start(),
        connection_open: RwSignal::new(false),
        help_open: RwSignal::new(false),
    };
    provide_context(app);
    hook::install(live);
    global_keys(app);

    let refused = live.signals().refused;
    Effect::new(move || {
        if let Some(error) = refused.get() {
            app.toasts.show(format!("{} ({})", error.message, error.code));
        }
    });

    let page = app.router.page();
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <Header/>
        <Banners/>
        <main id="main" tabindex="-1">
            {move || match page.get() {
                Page::DarkPool => view! { <TablePage/> }.into_any(),
                Page::Tape => view! { <TapePage/> }.into_any(),
            }}
        </main>
        <ConnectionDialog/>
        <HelpDialog/>
        <ToastStack/>
        <Announcer/>
    }
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
            "c" => app.connection_open.update(|open| *open = !*open),
            "g d" => app.router.turn_to(Page::DarkPool),
            "g t" => app.router.turn_to(Page::Tape),
            _ => return false,
        }
        true
    });
}
