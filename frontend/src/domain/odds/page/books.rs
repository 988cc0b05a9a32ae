//! How the bookmakers are doing.

use shared::domain::odds::{BookRow, BookStatus, OddsTopic};
use shared::units::Percent;

use super::connected::connected;
use super::head::{status_class, status_name};
use crate::app::App;
use crate::model::text;
use crate::parts::el::{El, el, of, set};
use crate::reactive::*;

const NONE: &str = "\u{2013}";
const HEADINGS: [(&str, &str); 8] = [
    ("Book", "The bookmaker or exchange"),
    ("Status", "Online: its prices are fresh. Degraded: some are old, or many suspended. Offline: nothing fresh"),
    ("Response", "How long the request took that brought its newest prices"),
    ("Markets", "Markets with a fresh price"),
    ("Active bets", "Bets on paper that were placed at it and are not settled"),
    ("Commission", "What it takes of winnings"),
    ("Margin", "Mean sum of implied probabilities, less 100 %"),
    ("Last price", "How long ago its newest price was, by the provider's clock"),
];

/// The page of the books.
pub fn books_page(app: App) -> El {
    let topic = OddsTopic::Books.topic();
    app.live.follow_here(topic.clone());
    let (rows, ready) = (RwSignal::new(Vec::new()), RwSignal::new(false));
    app.live.on_frame(move |_| {
        set(ready, app.live.has_rows(&topic));
        set(rows, app.live.odds(|store| store.books.rows().values().cloned().collect::<Vec<BookRow>>()));
    });
    let summary = move || {
        rows.with(|rows| {
            let with = |status| rows.iter().filter(|row| row.status == status).count();
            match (ready.get(), rows.len()) {
                (false, _) => "Waiting for the books\u{2026}".to_owned(),
                (true, 0) => "No book has sent a price yet.".to_owned(),
                (true, all) => format!(
                    "{all} books: {} online, {} degraded, {} offline.",
                    with(BookStatus::Online),
                    with(BookStatus::Degraded),
                    with(BookStatus::Offline)
                ),
            }
        })
    };
    let heading = |(title, hint): (&str, &str)| el("th").attr("scope", "col").attr("title", hint).text(title);
    let body = move || rows.with(|rows| rows.iter().map(|row| line(app, row)).collect());
    let table = of("table", "small wide")
        .kid(el("thead").kid(el("tr").kids(&HEADINGS.map(heading))))
        .kid(el("tbody").region(body));
    let tools = of("div", "tools")
        .kid(el("h2").text("Books"))
        .kid(of("span", "muted").text_from(summary))
        .kid(of("span", "spring"))
        .kid(connected(app));
    of("div", "page").kid(
        of("section", "pane").attr("aria-label", "Books").kid(of("h1", "unseen").text("Books")).kid(tools).kid(
            of("div", "scroll")
                .attr("tabindex", "0")
                .attr("role", "region")
                .attr("aria-label", "Table of books")
                .kid(table.shown(move || rows.with(|rows| !rows.is_empty()))),
        ),
    )
}

fn line(app: App, row: &BookRow) -> El {
    let cell = |text: &str| el("td").text(text);
    let updated = row.updated_ms;
    let second = app.live.signals().second;
    let age = move || {
        second.track();
        match text::age(app.live.server_now().ms_since(updated)) {
            now if now == "now" => now,
            age => format!("{age} ago"),
        }
    };
    let status = of("span", &format!("status {}", status_class(row.status)))
        .kid(of("i", "dot"))
        .kid(el("b").text(status_name(row.status)));
    let response = row.response_ms.map_or_else(|| NONE.to_owned(), |ms| format!("{ms} ms"));
    let commission = if row.commission_pct.micro() == 0 { NONE.to_owned() } else { percent(row.commission_pct) };
    el("tr")
        .kid(el("th").attr("scope", "row").text(&row.name))
        .kid(el("td").kid(status))
        .kid(cell(&response))
        .kid(cell(&text::count(row.markets.into())))
        .kid(cell(&text::count(row.active_bets.into())))
        .kid(cell(&commission))
        .kid(cell(&row.margin_pct.map_or_else(|| NONE.to_owned(), percent)))
        .kid(el("td").text_from(age))
}

fn percent(percent: Percent) -> String {
    format!("{percent}%").replace('-', "\u{2212}")
}
