//! Search, filters and what else is done with the table.

use shared::units::{Money, Ticker};

use super::display::display_dialog;
use super::table::Table;
use crate::app::App;
use crate::domain::darkpool::columns::Column;
use crate::domain::darkpool::export;
use crate::domain::darkpool::view::{Lean, Sort, SortBy, View};
use crate::model::text::{self, Sign};
use crate::parts::controls::{choice, icon_button, segments, toggle};
use crate::parts::el::{El, memo, of};
use crate::parts::icon::{Icon, icon};
use crate::parts::search::search_field;
use crate::platform::download;
use crate::reactive::*;

const LEAST: [i64; 6] = [0, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
const LEANS: [Lean; 3] = [Lean::Any, Lean::Bullish, Lean::Bearish];

pub fn toolbar(app: App, table: &Table) -> El {
    let view = table.asked();
    let change = move |change: &dyn Fn(&mut View)| {
        let mut next = view.get_untracked();
        change(&mut next);
        app.router.edit(&|query| next.write(query));
    };
    let display = RwSignal::new(false);
    let watchlist = toggle(
        "Watchlist",
        "Only the watchlist",
        move || view.with(|view| view.watched),
        move || change(&|view| view.watched = !view.watched),
    );
    let orders = orders();
    of("div", "tools")
        .attr("role", "toolbar")
        .attr("aria-label", "Filters")
        .kid(search(app, view))
        .region(elsewhere(app, view, table.total()))
        .kid(segments(
            "Net amount",
            &["All", "Bullish", "Bearish"],
            move |at| view.with(|view| view.lean == LEANS[at]),
            move |at| change(&|view| view.lean = LEANS[at]),
        ))
        .kid(watchlist.kid(icon(Icon::Star)))
        .kid(choice(
            "Least notional",
            LEAST.map(|dollars| (dollars.to_string(), at_least(dollars, "Any notional"))),
            move |value| view.with(|view| view.least.to_string() == value),
            move |value| change(&|view| view.least = value.parse().unwrap_or(0)),
        ))
        .kid(
            choice(
                "Order",
                orders,
                move |value| view.with(|view| view.sort.text() == value),
                move |value| change(&|view| view.sort = Sort::of(&value).unwrap_or(view.sort)),
            )
            .class("choice only-cards"),
        )
        .kid(of("span", "spring"))
        .kid(count(app, table))
        .kid(pause_button(app))
        .kid(save_button(app, table.clone()).class("ghost not-cards"))
        .kid(icon_button(Icon::Display, "Columns and display", move || display.set(true)))
        .kid(display_dialog(app, display, view))
}

/// Pauses and resumes the screen (WCAG 2.2.2).
pub fn pause_button(app: App) -> El {
    let paused = app.live.signals().paused;
    icon_button(Icon::Pause, "Pause the screen (p)", move || paused.update(|paused| *paused = !*paused))
        .pressed(move || paused.get())
}

/// What a threshold of so many dollars is called.
pub fn at_least(dollars: i64, any: &str) -> String {
    if dollars == 0 {
        return any.to_owned();
    }
    let amount = Money::from_pico(i128::from(dollars) * 10_i128.pow(12));
    format!("\u{2265} {}", text::money(amount, Sign::Negative))
}

fn typed_ticker(view: &View) -> Option<Ticker> {
    view.search.trim().to_ascii_uppercase().parse().ok()
}

fn search(app: App, view: Memo<View>) -> El {
    let enter = move || {
        // What is on the screen may be one frame behind what was typed.
        let view = view.get_untracked();
        let first = app.live.darkpool(|store| {
            let rows = app.settings.watchlist.with_untracked(|list| view.rows(store.tickers(), list));
            rows.first().and_then(|row| store.tickers().symbol(*row).cloned())
        });
        if let Some(ticker) = first.or_else(|| typed_ticker(&view)) {
            app.router.open(Some(&ticker));
        }
    };
    let typed = move |text: String| {
        let next = View { search: text, ..view.get_untracked() };
        app.router.edit(&|query| next.write(query));
    };
    search_field("Ticker", 16, move || view.with(|view| view.search.clone()), typed, enter)
}

/// A name in full that the table does not have: it may be outside the top.
fn elsewhere(app: App, view: Memo<View>, total: RwSignal<usize>) -> impl Fn() -> Vec<El> {
    let ticker = memo(move || {
        total.track();
        let ticker = view.with(typed_ticker)?;
        app.live.darkpool(|store| store.tickers().find(&ticker).is_none()).then_some(ticker)
    });
    move || {
        let open = |ticker: Ticker| {
            let label = format!("Open {ticker}");
            of("button", "toggle").text(&label).press(move || app.router.open(Some(&ticker)))
        };
        ticker.get().map(open).into_iter().collect()
    }
}

/// How many rows of how many, and whether their order waits.
fn count(app: App, table: &Table) -> El {
    let (total, held) = (table.total(), table.held());
    let text = move || {
        app.live.signals().second.track();
        let (shown, known) = (total.get(), app.live.darkpool(|store| store.tickers().len()));
        if shown == known { format!("{shown} tickers") } else { format!("{shown} of {known}") }
    };
    of("span", "muted count")
        .text_from(text)
        .kid(of("span", "held").flag("on", move || held.get()).text(" \u{b7} order held"))
}

fn save_button(app: App, table: Table) -> El {
    icon_button(Icon::Download, "Save these rows as CSV", move || {
        let tickers = table.tickers();
        let text = app.live.darkpool(|store| {
            let rows: Vec<usize> = tickers.iter().filter_map(|ticker| store.tickers().find(ticker)).collect();
            export::rows(store.tickers(), &rows)
        });
        download("undercurrent-darkpool.csv", "text/csv", &text);
    })
}

/// The orders as a list, where cards have no headings.
fn orders() -> Vec<(String, String)> {
    let columns = Column::ALL.into_iter().filter(|column| column.sorts());
    let by = std::iter::once((SortBy::Ticker, "Ticker")).chain(columns.map(|c| (SortBy::Column(c), c.title())));
    by.flat_map(|(by, title)| {
        [true, false].map(|descending| {
            let arrow = if descending { '\u{2193}' } else { '\u{2191}' };
            (Sort { by, descending }.text(), format!("{title} {arrow}"))
        })
    })
    .collect()
}
