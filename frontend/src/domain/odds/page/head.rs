//! The headings of the board: those that stay, and one for each book in sight, with its state and a
//! pin.

use shared::domain::odds::BookStatus;

use crate::app::App;
use crate::domain::odds::store::Store;
use crate::model::pins::Pins;
use crate::parts::el::{El, of, set};
use crate::parts::icon::{Icon, icon};
use crate::reactive::*;

const FIXED: [(&str, &str, &str); 5] = [
    ("name", "Selection", "What is bet on"),
    ("spark", "Fair, lately", "How the fair probability moved"),
    ("fair", "Fair", "Consensus of the books without their margin"),
    ("hybrid", "Hybrid", "What we would offer: consensus and our own pool together, with a margin"),
    ("best", "Best", "The best price that can be had now, and where"),
];

/// The heading of a book.
#[derive(Clone, Copy)]
pub struct HeadView(RwSignal<Option<Heading>>);

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Heading {
    id: Box<str>,
    name: Box<str>,
    status: Option<BookStatus>,
    pinned: bool,
}

/// What a status is called.
pub const fn status_name(status: BookStatus) -> &'static str {
    match status {
        BookStatus::Online => "online",
        BookStatus::Degraded => "degraded",
        BookStatus::Offline => "offline",
    }
}

/// The class that paints it.
pub const fn status_class(status: BookStatus) -> &'static str {
    match status {
        BookStatus::Online => "good",
        BookStatus::Degraded => "warn",
        BookStatus::Offline => "bad",
    }
}

impl HeadView {
    /// Makes all headings, of so many books, and puts them into `row`.
    pub fn all(app: App, row: &El, cells: usize) -> Vec<HeadView> {
        let fixed = FIXED.map(|(key, title, hint)| {
            let heading = of("div", &format!("o o-{key}")).attr("role", "columnheader");
            heading.attr("title", hint).text(title)
        });
        row.add(&of("div", "fixed").kids(&fixed));
        let heads: Vec<HeadView> = (0..cells).map(|_| HeadView(RwSignal::new(None))).collect();
        let views: Vec<El> = heads.iter().enumerate().map(|(cell, head)| head.view(app, cell)).collect();
        row.add(&of("div", "books").kids(&views));
        heads
    }

    /// Shows a book.
    pub fn show(self, book: Option<&str>, store: &Store, pins: &Pins) {
        let heading = book.map(|book| {
            let row = store.books.get(book);
            Heading {
                id: book.into(),
                name: row.map_or_else(|| book.into(), |row| row.name.clone()),
                status: row.map(|row| row.status),
                pinned: pins.has(book),
            }
        });
        set(self.0, heading);
    }

    fn view(self, app: App, cell: usize) -> El {
        let heading = self.0;
        let read = move |read: fn(&Heading) -> String| move || heading.with(|h| h.as_ref().map(read));
        let text = move |of_it: fn(&Heading) -> String| move || read(of_it)().unwrap_or_default();
        let pin = move || {
            let Some(id) = heading.with_untracked(|h| h.as_ref().map(|h| h.id.clone())) else { return };
            app.settings.pins.update(|pins| {
                pins.toggle(&id);
            });
        };
        let label = |h: &Heading| {
            let status = h.status.map_or("no state known", status_name);
            format!("{} {}, {status}", if h.pinned { "Unpin" } else { "Pin" }, h.name)
        };
        let button = of("button", "pin")
            .attr("tabindex", "-1")
            .pressed(move || heading.with(|h| h.as_ref().is_some_and(|h| h.pinned)))
            .attr_from("title", read(label))
            .attr_from("aria-label", read(label))
            .kid(of("i", "dot").class_from(text(|h| format!("dot {}", h.status.map_or("quiet", status_class)))))
            .kid(of("span", "book-name").text_from(text(|h| h.name.to_string())))
            .kid(icon(Icon::Pin))
            .press(pin);
        of("div", "o o-book")
            .attr("role", "columnheader")
            .style("transform", &format!("translateX(calc(var(--book) * var(--at{cell})))"))
            .kid(button)
    }
}
