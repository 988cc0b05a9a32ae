//! A recycled line of the board: an event, or one selection of a market with a cell for each book
//! that is in sight.

use std::rc::Rc;

use shared::domain::odds::{MarketRow, SelectionRow};
use shared::units::{Odds, Timestamp};

use crate::app::App;
use crate::domain::odds::columns::Columns;
use crate::domain::odds::event::Standing;
use crate::domain::odds::view::Line;
use crate::model::flash::Way;
use crate::model::price::Format;
use crate::model::route::{Page, Route};
use crate::model::spark;
use crate::parts::el::{El, el, of, set, svg};
use crate::reactive::*;

const NONE: &str = "\u{2013}";

/// The signals of a line.
pub struct RowView {
    /// Its place in the list; `None` while it shows nothing.
    pub place: RwSignal<Option<usize>>,
    /// What it shows.
    pub line: RwSignal<Option<Line>>,
    event: RwSignal<Option<(Names, Standing)>>,
    name: RwSignal<String>,
    fair: RwSignal<String>,
    hybrid: RwSignal<String>,
    best: CellView,
    best_book: RwSignal<String>,
    spark: RwSignal<String>,
    cells: Rc<[CellView]>,
}

/// Who plays, and the address of the event's page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Names {
    home: Box<str>,
    away: Box<str>,
    href: String,
}

#[derive(Clone, Copy)]
struct CellView {
    text: RwSignal<String>,
    paint: RwSignal<Paint>,
}

/// How a cell is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paint {
    best: bool,
    off: bool,
    moved: Option<Way>,
    lit: bool,
}

/// A cell that can be lit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lit {
    /// The best price.
    Best,
    /// A book's.
    Book(usize),
}

/// What a line shows now, so that only what changed is set.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Which version of the market; 0 is none.
    pub version: u32,
    /// Which arrangement of the columns.
    epoch: u32,
    format: Format,
    /// How many books' names were known.
    names: usize,
    best: Option<Odds>,
    prices: Vec<Option<Odds>>,
}

/// How prices are shown.
pub struct Look<'a> {
    /// Which cell is whose.
    pub columns: &'a Columns,
    /// How prices are written.
    pub format: Format,
    /// What a book is called.
    pub name: &'a dyn Fn(&str) -> String,
    /// How many books' names are known.
    pub names: usize,
}

impl Shown {
    /// Whether it is shown that way.
    pub fn is_of(&self, look: &Look<'_>) -> bool {
        self.epoch == look.columns.epoch() && self.format == look.format && self.names == look.names
    }
}

impl CellView {
    fn new() -> CellView {
        CellView { text: RwSignal::new(String::new()), paint: RwSignal::new(Paint::default()) }
    }

    fn dim(self) {
        set(self.paint, Paint { lit: false, ..self.paint.get_untracked() });
    }

    /// Shows a price, and says whether it moved: only what stood here before can have moved.
    fn show(self, text: String, after: Paint, before: Option<Odds>, now: Option<Odds>) -> bool {
        set(self.text, text);
        let way = before.zip(now).and_then(|(before, now)| match now.cmp(&before) {
            std::cmp::Ordering::Greater => Some(Way::Up),
            std::cmp::Ordering::Less => Some(Way::Down),
            std::cmp::Ordering::Equal => None,
        });
        let known = self.paint.get_untracked();
        let kept = if before.is_some() && now.is_some() { known.moved } else { None };
        let lit = way.is_some() || (known.lit && before.is_some());
        set(self.paint, Paint { moved: way.or(kept), lit, ..after });
        way.is_some()
    }

    fn view(self, class: &'static str) -> El {
        let paint = move || {
            let Paint { best, off, moved, lit } = self.paint.get();
            let moved = match (moved, lit) {
                (None, _) => "",
                (Some(Way::Up), false) => " rose",
                (Some(Way::Down), false) => " fell",
                (Some(Way::Up), true) => " rose lit-up",
                (Some(Way::Down), true) => " fell lit-down",
            };
            format!("{class}{}{}{moved}", if best { " best" } else { "" }, if off { " off" } else { "" })
        };
        // What is said of it by colour, frame and line alone.
        let words = move || {
            let Paint { best, off, .. } = self.paint.get();
            (best || off).then(|| if best { "best" } else { "suspended or old" }.to_owned())
        };
        el("div").attr("role", "gridcell").class_from(paint).attr_from("aria-description", words).text_of(self.text)
    }
}

impl RowView {
    /// A line that shows nothing, with so many cells for books.
    pub fn new(cells: usize) -> RowView {
        RowView {
            place: RwSignal::new(None),
            line: RwSignal::new(None),
            event: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            fair: RwSignal::new(String::new()),
            hybrid: RwSignal::new(String::new()),
            best: CellView::new(),
            best_book: RwSignal::new(String::new()),
            spark: RwSignal::new(String::new()),
            cells: (0..cells).map(|_| CellView::new()).collect(),
        }
    }

    /// Shows how an event stands.
    pub fn show_event(&self, market: &MarketRow, now: Timestamp, offset_min: i64) {
        let standing = Standing::of(market.live, market.commence_ms, market.score, now, offset_min);
        let href = || Route::of(Page::Event, Some(market.event.clone())).url();
        let known = self.event.with_untracked(|event| event.as_ref().map(|(names, _)| names.clone()));
        let same = known.filter(|known| known.home == market.home && known.away == market.away);
        let names =
            same.unwrap_or_else(|| Names { home: market.home.clone(), away: market.away.clone(), href: href() });
        set(self.event, Some((names, standing)));
    }

    /// Shows a selection where it differs from what was shown; `fresh`: what was shown is another's.
    /// Returns the cells that light up.
    pub fn show_selection(
        &self,
        shown: &mut Shown,
        selection: &SelectionRow,
        look: &Look<'_>,
        fresh: bool,
    ) -> Vec<Lit> {
        let format = look.format;
        let moved_cells = shown.epoch != look.columns.epoch();
        (shown.epoch, shown.format, shown.names) = (look.columns.epoch(), format, look.names);
        set(self.event, None);
        set(self.name, selection.name.to_string());
        let fair = |probability| format.fair(probability).unwrap_or_else(|| NONE.to_owned());
        set(self.fair, selection.fair.map_or_else(|| NONE.to_owned(), fair));
        let offered = selection.hybrid_decimal.map(|odds| format.price(odds));
        set(self.hybrid, offered.or_else(|| selection.hybrid.map(fair)).unwrap_or_else(|| NONE.to_owned()));
        let points: Vec<i64> = selection.spark.iter().map(|point| i64::from(*point)).collect();
        set(self.spark, spark::points(&points));

        let mut lit = Vec::new();
        let best = selection.best.as_ref();
        let price = best.map(|best| best.decimal);
        let text = price.map_or_else(|| NONE.to_owned(), |odds| format.price(odds));
        let before = shown.best.filter(|_| !fresh);
        if self.best.show(text, Paint::default(), before, price) {
            lit.push(Lit::Best);
        }
        shown.best = price;
        set(self.best_book, best.map_or_else(String::new, |best| (look.name)(&best.book)));

        shown.prices.resize(self.cells.len(), None);
        for (at, (cell, before)) in self.cells.iter().zip(&mut shown.prices).enumerate() {
            let offer = look.columns.book_of(at).and_then(|book| selection.books.get_key_value(book));
            let price = offer.map(|(_, offer)| offer.decimal);
            let is_best = best.zip(offer).is_some_and(|(best, (_, o))| o.decimal == best.decimal && !o.suspended);
            let paint = Paint { best: is_best, off: offer.is_some_and(|(_, o)| o.suspended), ..Paint::default() };
            let known = before.filter(|_| !fresh && !moved_cells);
            let text = price.map_or_else(String::new, |odds| format.price(odds));
            if cell.show(text, paint, known, price) {
                lit.push(Lit::Book(at));
            }
            *before = price;
        }
        lit
    }

    /// Puts a cell's light out.
    pub fn dim(&self, cell: Lit) {
        match cell {
            Lit::Best => self.best.dim(),
            Lit::Book(at) => {
                if let Some(cell) = self.cells.get(at) {
                    cell.dim();
                }
            }
        }
    }

    /// The line in the DOM. `slot` is its place in the pool.
    pub fn view(&self, app: App, slot: usize, cursor: RwSignal<Option<Line>>) -> El {
        let RowView { place, line, event, name, best_book, spark, fair, hybrid, .. } = *self;
        let is_event = move || event.with(Option::is_some);
        let cell = |class: &str| of("div", class).attr("role", "gridcell");
        let graph = svg("svg")
            .class("spark")
            .attr("viewBox", "0 0 100 20")
            .attr("preserveAspectRatio", "none")
            .attr("aria-hidden", "true")
            .kid(svg("polyline").attr_from("points", move || Some(spark.get())));
        let fixed = of("div", "fixed")
            .kid(event_cell(app, event).shown(is_event))
            .kid(of("div", "o o-name").attr("role", "rowheader").text_of(name))
            .kid(cell("o o-spark").kid(graph))
            .kid(cell("o o-fair").text_of(fair))
            .kid(cell("o o-hybrid").text_of(hybrid))
            .kid(self.best.view("o o-best").kid(el("small").text_of(best_book)));
        let books = self.cells.iter().enumerate().map(|(at, cell)| {
            let to = format!("translateX(calc(var(--book) * var(--at{at})))");
            cell.view("o o-book").attr("data-cell", &at.to_string()).style("transform", &to)
        });
        of("div", "row")
            .attr("role", "row")
            .attr("id", &format!("row-{slot}"))
            .attr("data-slot", &slot.to_string())
            .shown(move || place.get().is_some())
            .style_from("--i", move || place.get().unwrap_or(0).to_string())
            .attr_from("aria-rowindex", move || place.get().map(|place| (place + 2).to_string()))
            .flag("event", is_event)
            .flag("cursor", move || cursor.with(|at| at.is_some() && line.with(|own| own == at)))
            .kid(fixed)
            .kid(of("div", "books").kids(&books.collect::<Vec<_>>()))
    }
}

/// The line of an event: who plays, how it stands. It leads to the event's page.
fn event_cell(app: App, event: RwSignal<Option<(Names, Standing)>>) -> El {
    let read = move |read: fn(&Names, &Standing) -> String| {
        move || event.with(|event| event.as_ref().map_or_else(String::new, |(names, standing)| read(names, standing)))
    };
    let go = move || {
        let href = event.with_untracked(|event| event.as_ref().map(|(names, _)| names.href.clone()));
        if let Some(href) = href {
            app.router.go(Route::parse(&href, ""));
        }
    };
    let link = el("a")
        .attr("tabindex", "-1")
        .attr_from("href", move || event.with(|event| event.as_ref().map(|(names, _)| names.href.clone())))
        .text_from(read(|names, _| format!("{} \u{2013} {}", names.home, names.away)))
        .follow(go);
    of("div", "o o-event")
        .attr("role", "rowheader")
        .kid(link)
        .kid(of("b", "score").text_from(read(|_, standing| standing.score.clone())))
        .kid(
            of("span", "when")
                .flag("live", move || event.with(|event| event.as_ref().is_some_and(|(_, s)| s.live)))
                .text_from(read(|_, standing| standing.when.clone())),
        )
}
