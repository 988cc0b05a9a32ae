//! The pages: the table of tickers and the live tape, each with room for a ticker's panel.

mod display;
mod order;
mod panel;
mod prints;
mod row;
mod strip;
mod table;
mod tape;
mod tape_tools;
mod toolbar;
mod watched;

use leptos::prelude::*;
use shared::domain::darkpool::DarkPoolTopic;

use crate::app::App;
use crate::model::watch::Watchlist;
use panel::Panel;

/// The table of tickers.
#[component]
pub fn TablePage() -> impl IntoView {
    let app = App::get();
    app.live.follow_here(DarkPoolTopic::Top.topic());
    watched::follow_the_rest(app);
    let table = table::Table::new(app);
    view! {
        <div class="page" class:with-panel=move || app.router.ticker().get().is_some()>
            <section class="pane" aria-label="Tickers">
                <strip::Strip/>
                <toolbar::Toolbar table=table.clone()/>
                {table.view()}
            </section>
            <PanelSpace/>
        </div>
    }
}

/// The live tape.
#[component]
pub fn TapePage() -> impl IntoView {
    let app = App::get();
    app.live.follow_here(DarkPoolTopic::Tape.topic());
    view! {
        <div class="page" class:with-panel=move || app.router.ticker().get().is_some()>
            <section class="pane" aria-label="Live tape">
                <tape_tools::TapeTools/>
                <tape::Tape/>
            </section>
            <PanelSpace/>
        </div>
    }
}

/// The panel of the ticker that the address names. Another ticker is another panel.
#[component]
fn PanelSpace() -> impl IntoView {
    let app = App::get();
    let ticker = app.router.ticker();
    app.keys.on(move |key| {
        let open = key == "Escape" && ticker.get_untracked().is_some();
        if open {
            app.router.open(None);
        }
        open
    });
    move || ticker.get().map(|ticker| view! { <Panel ticker=ticker/> })
}

/// Takes a ticker into the watchlist or out, and says so.
fn toggle_watch(app: App, ticker: &shared::units::Ticker) {
    let full =
        app.settings.watchlist.with_untracked(|list| list.len() >= crate::model::watch::MOST && !list.has(ticker));
    let text = if full {
        "The watchlist is full".to_owned()
    } else if app.settings.toggle_watch(ticker) {
        format!("Watching {ticker}")
    } else {
        format!("No longer watching {ticker}")
    };
    app.toasts.show(text);
}

/// Whether a ticker is watched. Tracked.
fn is_watched(watchlist: RwSignal<Watchlist>, ticker: Option<&shared::units::Ticker>) -> bool {
    ticker.is_some_and(|ticker| watchlist.with(|list| list.has(ticker)))
}
