//! A recycled row of the table: one signal for each of its cells.

use shared::units::Ticker;

use super::is_watched;
use crate::app::App;
use crate::domain::darkpool::columns::{Column, Columns, bullish_permille};
use crate::domain::darkpool::tickers::{Row, Tickers};
use crate::model::flash::Way;
use crate::model::spark;
use crate::model::text::{self, Sign};
use crate::parts::el::{El, el, of, set, svg};
use crate::parts::icon::{Icon, icon};
use crate::parts::split::split;
use crate::reactive::*;

const COLUMNS: usize = Column::ALL.len();

/// The signals of a row.
#[derive(Clone, Copy)]
pub struct RowView {
    /// Its place in the list; `None` while it shows nothing.
    pub place: RwSignal<Option<usize>>,
    /// Whose row it is.
    pub ticker: RwSignal<Option<Ticker>>,
    cells: [CellView; COLUMNS],
    bullish: RwSignal<String>,
    bearish: RwSignal<String>,
    permille: RwSignal<Option<i128>>,
    spark: RwSignal<String>,
}

#[derive(Clone, Copy)]
struct CellView {
    text: RwSignal<String>,
    paint: RwSignal<Paint>,
}

/// How a cell is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Paint {
    lean: Option<Way>,
    lit: Option<Way>,
}

impl Paint {
    const fn class(self) -> &'static str {
        match (self.lean, self.lit) {
            (None, None) => "",
            (Some(Way::Up), None) => "up",
            (Some(Way::Down), None) => "down",
            (None, Some(Way::Up)) => "lit-up",
            (None, Some(Way::Down)) => "lit-down",
            (Some(Way::Up), Some(Way::Up)) => "up lit-up",
            (Some(Way::Up), Some(Way::Down)) => "up lit-down",
            (Some(Way::Down), Some(Way::Up)) => "down lit-up",
            (Some(Way::Down), Some(Way::Down)) => "down lit-down",
        }
    }
}

/// What a row shows now, so that only what changed is set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Which version of the row.
    pub version: u32,
    stamps: [i128; COLUMNS],
    /// When the spark was drawn, in milliseconds.
    spark_ms: u64,
}

/// At most two sparks a second for a row.
const SPARK_MS: u64 = 500;

impl RowView {
    /// A row that shows nothing.
    pub fn new() -> RowView {
        let cell = |_| CellView { text: RwSignal::new(String::new()), paint: RwSignal::new(Paint::default()) };
        RowView {
            place: RwSignal::new(None),
            ticker: RwSignal::new(None),
            cells: Column::ALL.map(cell),
            bullish: RwSignal::new(String::new()),
            bearish: RwSignal::new(String::new()),
            permille: RwSignal::new(None),
            spark: RwSignal::new(String::new()),
        }
    }

    /// Shows `row` where it differs from what was shown. Returns the cells that light up; a row
    /// that is new here (`fresh`) lights none.
    pub fn refresh(
        &self,
        shown: &mut Shown,
        tickers: &Tickers,
        row: Row,
        columns: Columns,
        fresh: bool,
        now_ms: u64,
    ) -> Vec<Column> {
        let mut lit = Vec::new();
        shown.version = tickers.version(row);
        for column in columns.iter() {
            let at = column.index();
            let (before, after) = (shown.stamps[at], column.stamp(tickers, row));
            if before == after && !fresh {
                continue;
            }
            if matches!(column, Column::Spark) {
                if !fresh && now_ms < shown.spark_ms + SPARK_MS {
                    // Its stamp stays old, and the next version draws it.
                    continue;
                }
                shown.spark_ms = now_ms;
            }
            shown.stamps[at] = after;
            let way = if fresh { None } else { column.way(tickers, row, before, after) };
            self.show(column, tickers, row, way);
            if way.is_some() {
                lit.push(column);
            }
        }
        lit
    }

    fn show(&self, column: Column, tickers: &Tickers, row: Row, way: Option<Way>) {
        let cell = &self.cells[column.index()];
        match column {
            Column::Split => {
                set(self.bullish, text::money(tickers.bullish(row), Sign::Negative));
                set(self.bearish, text::money(tickers.bearish(row), Sign::Negative));
                set(self.permille, bullish_permille(tickers, row));
            }
            Column::Spark => set(self.spark, spark::points(tickers.spark(row))),
            // The clock moves it, not the row.
            Column::Age => {}
            Column::Net
            | Column::Sentiment
            | Column::Last
            | Column::Prints
            | Column::OffExchange
            | Column::Notional
            | Column::Shares => set(cell.text, column.text(tickers, row, 0)),
        }
        set(cell.paint, Paint { lean: column.lean(tickers, row), lit: way });
    }

    /// Shows how long ago the last print was.
    pub fn show_age(&self, tickers: &Tickers, row: Row, now_ms: i64) {
        set(self.cells[Column::Age.index()].text, Column::Age.text(tickers, row, now_ms));
    }

    /// Puts a cell's light out.
    pub fn dim(&self, column: Column) {
        let paint = self.cells[column.index()].paint;
        set(paint, Paint { lit: None, ..paint.get_untracked() });
    }

    /// The row in the DOM. `slot` is its place in the pool.
    pub fn view(self, app: App, slot: usize, cursor: RwSignal<Option<Ticker>>) -> El {
        let RowView { place, ticker, .. } = self;
        let open = app.router.ticker();
        let is = move |other: &Option<Ticker>| other.is_some() && ticker.with(|own| own == other);
        let is_open = move || open.with(is);
        let name = move || ticker.with(|own| own.as_ref().map_or_else(String::new, ToString::to_string));
        let watched = move || ticker.with(|own| own.as_ref().is_some_and(|own| is_watched(app, own)));
        let star = of("button", "star")
            .attr("tabindex", "-1")
            .attr_from("aria-label", move || {
                Some(format!("{} {}", if watched() { "Unwatch" } else { "Watch" }, name()))
            })
            .pressed(watched)
            .kid(icon(Icon::Star));
        of("div", "row")
            .attr("role", "row")
            .attr("id", &format!("row-{slot}"))
            .attr("data-slot", &slot.to_string())
            .shown(move || place.get().is_some())
            .style_from("--i", move || place.get().unwrap_or(0).to_string())
            .attr_from("aria-rowindex", move || place.get().map(|place| (place + 2).to_string()))
            .aria_selected(is_open)
            .flag("open", is_open)
            .flag("cursor", move || cursor.with(is))
            .kid(of("div", "c c-star").attr("role", "gridcell").kid(star))
            .kid(of("div", "c c-ticker").attr("role", "rowheader").text_from(name))
            .kids(&Column::ALL.map(|column| self.cell(column)))
    }

    fn cell(self, column: Column) -> El {
        let CellView { text, paint } = self.cells[column.index()];
        let cell = el("div").attr("role", "gridcell");
        let class = format!("c c-{} ", column.key());
        match column {
            Column::Split => {
                let RowView { bullish, bearish, permille, .. } = self;
                return cell
                    .class(&class)
                    .kid(of("span", "up-text").text_of(bullish))
                    .kid(split(move || permille.get()))
                    .kid(of("span", "down-text").text_of(bearish));
            }
            Column::Spark => {
                let points = self.spark;
                let line = svg("polyline").attr_from("points", move || Some(points.get()));
                let frame = svg("svg")
                    .class("spark")
                    .attr("viewBox", "0 0 100 20")
                    .attr("preserveAspectRatio", "none")
                    .attr("aria-hidden", "true");
                cell.kid(frame.kid(line))
            }
            Column::Net
            | Column::Sentiment
            | Column::Last
            | Column::Age
            | Column::Prints
            | Column::OffExchange
            | Column::Notional
            | Column::Shares => cell.text_of(text),
        }
        .class_from(move || format!("{class}{}", paint.get().class()))
    }
}
