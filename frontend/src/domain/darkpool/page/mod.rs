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

use shared::domain::darkpool::DarkPoolTopic;
use shared::units::Ticker;

use crate::app::App;
use crate::model::watch::MOST;
use crate::parts::el::{El, of};
use crate::reactive::*;
use panel::panel;

/// The table of tickers.
pub fn table_page(app: App) -> El {
    app.live.follow_here(DarkPoolTopic::Top.topic());
    watched::follow_the_rest(app);
    let table = table::Table::new(app);
    let toolbar = toolbar::toolbar(app, &table);
    page(app, "Tickers", &[strip::strip(app), toolbar, table.into_view()])
}

/// The live tape.
pub fn tape_page(app: App) -> El {
    app.live.follow_here(DarkPoolTopic::Tape.topic());
    page(app, "Live tape", &[tape_tools::tape_tools(app), tape::tape(app)])
}

/// A page, and the panel of the ticker that the address names. Another ticker is another panel.
fn page(app: App, name: &str, parts: &[El]) -> El {
    let ticker = app.router.ticker();
    app.keys.on(move |key| {
        let open = key == "Escape" && ticker.get_untracked().is_some();
        if open {
            app.router.open(None);
        }
        open
    });
    let panels = move || ticker.get().map(|ticker| untrack(|| panel(app, &ticker))).into_iter().collect();
    of("div", "page")
        .flag("with-panel", move || ticker.with(Option::is_some))
        .kid(of("section", "pane").attr("aria-label", name).kid(of("h1", "unseen").text(name)).kids(parts))
        .region(panels)
}

/// Takes a ticker into the watchlist or out, and says so.
fn toggle_watch(app: App, ticker: &Ticker) {
    let full = app.settings.watchlist.with_untracked(|list| list.len() >= MOST && !list.has(ticker));
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
fn is_watched(app: App, ticker: &Ticker) -> bool {
    app.settings.watchlist.with(|list| list.has(ticker))
}
