//! What is at stake and what was won: the strip above the list, the chart and the table beside it.

use std::cell::Cell;

use shared::domain::bets::ExposureRow;
use shared::units::Money;

use crate::app::App;
use crate::domain::bets::profit::{Curve, yield_pct};
use crate::domain::bets::store::ALL_BOOKS;
use crate::live::Pacer;
use crate::model::series::Series;
use crate::model::text;
use crate::parts::chart::lines_chart;
use crate::parts::el::{El, el, of, set};
use crate::parts::say;
use crate::reactive::*;

/// Nobody reads sums faster than this, in milliseconds.
const EVERY_MS: u64 = 250;

/// All books together.
fn total(app: App) -> RwSignal<Option<ExposureRow>> {
    let total = RwSignal::new(None);
    app.live.on_frame(move |_| {
        app.live.bets(|bets| {
            if total.with_untracked(|old: &Option<ExposureRow>| old.as_ref() != bets.exposure(ALL_BOOKS)) {
                total.set(bets.exposure(ALL_BOOKS).cloned());
            }
        });
    });
    total
}

/// The sums above the list.
pub fn strip(app: App) -> El {
    let total = total(app);
    let read = move |of_it: fn(&ExposureRow) -> String| {
        move || total.with(|row| row.as_ref().map_or_else(|| "\u{2013}".to_owned(), of_it))
    };
    let class = move || total.with(|row| row.as_ref().map_or("", |row| say::profit_class(row.profit)).to_owned());
    let yielded = |row: &ExposureRow| {
        yield_pct(row.profit, row.settled_stake).map_or_else(|| "\u{2013}".to_owned(), say::percent_of)
    };
    of("dl", "strip")
        .kid(stat("stat", "Open bets", el("dd").text_from(read(|row| text::count(row.open_bets.into())))))
        .kid(stat("stat", "At stake", el("dd").text_from(read(|row| text::money_exact(row.open_stake)))))
        .kid(stat("stat roomy", "Could return", el("dd").text_from(read(|row| text::money_exact(row.open_payout)))))
        .kid(stat("stat roomy", "Settled", el("dd").text_from(read(|row| text::count(row.settled_bets.into())))))
        .kid(stat("stat", "Profit", el("dd").class_from(class).text_from(read(|row| say::profit(row.profit)))))
        .kid(stat("stat roomy", "Yield", el("dd").class_from(class).text_from(read(yielded))))
        .kid(stat("stat paper", "On paper", el("dd").text("No bookmaker is contacted")))
}

fn stat(class: &str, name: &str, value: El) -> El {
    of("div", class).kid(el("dt").text(name)).kid(value)
}

/// The chart of profit, and exposure book by book.
pub fn side(app: App) -> [El; 4] {
    let curve = RwSignal::new(Vec::<Series>::new());
    let books = RwSignal::new(Vec::<ExposureRow>::new());
    let pacer = Pacer::every(EVERY_MS);
    let seen = Cell::new(None);
    app.live.on_frame(move |now| {
        app.live.bets(|bets| {
            let changes = Some(bets.changes());
            if seen.get() == changes || !pacer.is_due(app.live, now) {
                return;
            }
            seen.set(changes);
            set(books, bets.books().cloned().collect());
            set(curve, series(&Curve::of(bets)));
        });
    });
    [
        of("h2", "side-head").text("Profit over time"),
        lines_chart(app, curve, "Nothing was settled yet.", || "money"),
        of("h2", "side-head").text("By book"),
        table(app, books),
    ]
}

/// The curve as one line of the chart.
fn series(curve: &Curve) -> Vec<Series> {
    if curve.is_empty() {
        return Vec::new();
    }
    let micros = curve.cents.iter().map(|cents| cents.saturating_mul(10_000)).collect();
    vec![Series { style: -1, seconds: curve.seconds.clone(), micros }]
}

fn table(app: App, books: RwSignal<Vec<ExposureRow>>) -> El {
    let money = |money: Money| el("td").text(&text::money_exact(money));
    let row = move |row: &ExposureRow| {
        el("tr")
            .kid(el("th").attr("scope", "row").text(&say::book(app, &row.book)))
            .kid(el("td").text(&text::count(row.open_bets.into())))
            .kid(money(row.open_stake))
            .kid(money(row.open_payout))
            .kid(of("td", say::profit_class(row.profit)).text(&say::profit(row.profit)))
    };
    let rows = move || books.with(|books| books.iter().map(row).collect());
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let headings = ["Book", "Open", "At stake", "Could return", "Profit"].map(heading);
    el("div")
        .kid(
            of("p", "muted")
                .text("Nothing is at stake and nothing was settled.")
                .shown(move || books.with(Vec::is_empty)),
        )
        .kid(
            of("table", "small exposure")
                .shown(move || books.with(|books| !books.is_empty()))
                .kid(el("thead").kid(el("tr").kids(&headings)))
                .kid(el("tbody").region(rows)),
        )
}
