//! Prints of one ticker as a small table, newest first.

use std::sync::Arc;

use shared::domain::darkpool::{PrintRow, Side};

use crate::app::App;
use crate::domain::darkpool::tape::{marks, side_name};
use crate::model::text::{self, Sign};
use crate::parts::controls::unseen;
use crate::parts::el::{El, el, of};
use crate::reactive::*;

/// A print that a row shows, or none.
pub type Shown = RwSignal<Option<Arc<PrintRow>>>;

/// What a row reads of its print; nothing while there is none.
pub fn read(print: Shown, of_it: fn(&PrintRow) -> String) -> impl Fn() -> String + 'static {
    move || print.with(|print| print.as_ref().map_or_else(String::new, |print| of_it(print)))
}

/// The time of its print as the reader wants it.
pub fn time_of(app: App, print: Shown) -> impl Fn() -> String + 'static {
    move || print.with(|print| print.as_ref().map_or_else(String::new, |print| app.settings.time(print.ts)))
}

/// The class that paints a side.
pub const fn side_class(side: Side) -> &'static str {
    match side {
        Side::Bullish => "up",
        Side::Bearish => "down",
        Side::Neutral => "flat",
    }
}

/// What is special about a print, as small marks.
pub fn mark_cells(print: Shown) -> impl Fn() -> Vec<El> {
    move || {
        let marks = print.with(|print| print.as_ref().map(|print| marks(print)).unwrap_or_default());
        marks.into_iter().map(|(word, hint)| of("abbr", "mark").attr("title", hint).text(word)).collect()
    }
}

/// The table; `prints` are its rows, made once.
pub fn ticker_prints(app: App, prints: &[Shown]) -> [El; 2] {
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let head = el("tr")
        .kids(&["Time", "Price", "Size", "Notional"].map(heading))
        .kid(el("th").attr("scope", "col").kid(unseen("Marks")));
    let first = prints[0];
    let none = of("p", "muted")
        .text("None among the newest 1,000 prints of the market.")
        .shown(move || first.with(Option::is_none));
    let table = of("table", "small prints")
        .kid(el("thead").kid(head))
        .kid(el("tbody").kids(&prints.iter().map(|print| row(app, *print)).collect::<Vec<_>>()));
    [table, none]
}

fn row(app: App, print: Shown) -> El {
    let price = el("td")
        .class_from(read(print, |print| side_class(print.side).to_owned()))
        .kid(of("span", "unseen").text_from(read(print, |print| format!("{} ", side_name(print.side)))))
        .text_from(read(print, |print| text::price(print.price)));
    el("tr")
        .shown(move || print.with(Option::is_some))
        .kid(of("td", "time").text_from(time_of(app, print)))
        .kid(price)
        .kid(el("td").text_from(read(print, |print| text::shares(print.size))))
        .kid(el("td").text_from(read(print, |print| text::money(print.notional, Sign::Negative))))
        .kid(of("td", "marks").region(mark_cells(print)))
}
