//! What each book offers in a market, and how the prices of one selection moved.

use shared::domain::odds::{MarketRow, SelectionRow};
use shared::units::Odds;

use super::event::{Asked, Shown, chosen_selection};
use crate::app::App;
use crate::domain::odds::movement::Movement;
use crate::domain::odds::table::{Offers, offers};
use crate::model::price::Format;
use crate::model::series::{BEST, FAIR, Series};
use crate::model::text;
use crate::parts::chart::lines_chart;
use crate::parts::el::{El, effect, el, memo, of, set};
use crate::reactive::*;
use crate::slip::pick::Pick;

const NONE: &str = "\u{2013}";
/// So many books are drawn until the reader chooses.
const DRAWN: usize = 5;

/// The table: books against selections.
pub fn prices(app: App, shown: Shown) -> El {
    let market = shown.market;
    let table = move || {
        let format = app.settings.format.get();
        market.with(|market| market.as_ref().map(|market| table(app, market, format))).into_iter().collect()
    };
    of("section", "offers").attr("aria-label", "Prices by book").attr("tabindex", "0").region(table)
}

fn table(app: App, market: &MarketRow, format: Format) -> El {
    let heading = |name: &str| el("th").attr("scope", "col").text(name);
    let names: Vec<El> = market.selections.iter().map(|selection| heading(&selection.name)).collect();
    let head = el("tr").kid(heading("Book")).kids(&names).kid(heading("Margin")).kid(heading("Changed"));
    let sums = [
        sum(market, "Best", |selection| selection.best.as_ref().map(|best| format.price(best.decimal))),
        sum(market, "Fair", |selection| selection.fair.and_then(|fair| format.fair(fair))),
        sum(market, "Hybrid", |selection| selection.hybrid_decimal.map(|odds| format.price(odds))),
    ];
    let pins = app.settings.pins.get();
    let now = app.live.server_now();
    let rows: Vec<El> = offers(market, &pins)
        .into_iter()
        .map(|offers| book(app, market, &offers, format, now.ms_since(offers.changed)))
        .collect();
    of("table", "small wide offer-table").kid(el("thead").kid(head)).kid(el("tbody").kids(&sums).kids(&rows))
}

fn sum(market: &MarketRow, name: &str, of_it: impl Fn(&SelectionRow) -> Option<String>) -> El {
    let cells: Vec<El> = market
        .selections
        .iter()
        .map(|selection| el("td").kid(el("b").text(&of_it(selection).unwrap_or_else(|| NONE.to_owned()))))
        .collect();
    let margin = market.overround.filter(|_| name == "Best").map(|sum| margin(sum.e4() - 10_000));
    of("tr", "sum")
        .kid(el("th").attr("scope", "row").text(name))
        .kids(&cells)
        .kid(el("td").text(&margin.unwrap_or_default()))
        .kid(el("td"))
}

fn book(app: App, market: &MarketRow, offers: &Offers<'_>, format: Format, age_ms: i64) -> El {
    let name = app.live.odds(|store| store.books.get(offers.book).map(|row| row.name.to_string()));
    let cell = |(offer, selection): (&Option<shared::domain::odds::BookPrice>, &SelectionRow)| match offer {
        None => of("td", "muted").text(NONE),
        Some(offer) => {
            let best = selection.best.as_ref().is_some_and(|best| best.decimal == offer.decimal) && !offer.suspended;
            let (class, title) = match (best, offer.suspended) {
                (true, _) => ("best", "The best price"),
                (false, true) => ("off", "Nobody can bet at it now: suspended, or too old"),
                (false, false) => ("", ""),
            };
            let price = format.price(offer.decimal);
            let cell = of("td", class).attr("title", title);
            let Some(pick) = Pick::of_market(market, selection, offers.book) else { return cell.text(&price) };
            let to_slip =
                of("button", "link").attr("data-focus", &format!("{}@{}", offers.book, selection.id)).text(&price);
            let label = format!("{price}: to the bet slip");
            cell.kid(to_slip.attr("aria-label", &label).press(move || app.slip.add(pick.clone(), None)))
        }
    };
    let cells: Vec<El> = offers.prices.iter().zip(&market.selections).map(cell).collect();
    let age = match text::age(age_ms) {
        now if now == "now" => now,
        age => format!("{age} ago"),
    };
    el("tr")
        .kid(el("th").attr("scope", "row").text(&name.unwrap_or_else(|| offers.book.to_owned())))
        .kids(&cells)
        .kid(el("td").text(&offers.margin_e4.map_or_else(|| NONE.to_owned(), margin)))
        .kid(of("td", "muted").text(&age))
}

/// A margin in ten-thousandths, as `2.1%`.
fn margin(e4: i64) -> String {
    text::percent(shared::units::Ratio::from_e4(e4 * 100))
}

/// The chart of one selection, its legend, and the choice of the selection.
pub fn movement(app: App, shown: Shown) -> El {
    let Shown { market, histories, asked, .. } = shown;
    // What the reader chose; until then the first few are drawn.
    let drawn = RwSignal::new(None::<Vec<Box<str>>>);
    let books = memo(move || {
        let pins = app.settings.pins.get();
        histories.with(|rows| {
            let names = rows.iter().map(|row| &*row.book).filter(|book| *book != "fair");
            pins.order(names)
                .into_iter()
                .filter(|book| rows.iter().any(|row| *row.book == **book))
                .map(Box::from)
                .collect::<Vec<Box<str>>>()
        })
    });
    let is_drawn = move |book: &str| match drawn.get() {
        Some(chosen) => chosen.iter().any(|other| **other == *book),
        None => books.with(|books| books.iter().take(DRAWN).any(|other| **other == *book)),
    };
    let lines = RwSignal::new(Vec::new());
    effect(move || {
        let now = app.live.server_now();
        let order = books.get();
        let next = histories.with(|rows| {
            let points = |book: &str| rows.iter().find(|row| *row.book == *book).map(|row| &*row.points);
            let all: Vec<&[(shared::units::Timestamp, Odds)]> = order.iter().filter_map(|book| points(book)).collect();
            let mut lines = vec![series(BEST, Movement::best(&all, now))];
            lines.extend(points("fair").map(|fair| series(FAIR, Movement::of("fair", fair, now))));
            let styles = (0..).zip(&order).filter(|(_, book)| is_drawn(book));
            lines
                .extend(styles.filter_map(|(style, book)| Some(series(style, Movement::of(book, points(book)?, now)))));
            lines
        });
        set(lines, next);
    });
    let toggle = move |book: &str| {
        let mut next = books.get_untracked();
        next.retain(|book| untrack(|| is_drawn(book)));
        match next.iter().position(|other| **other == *book) {
            Some(place) => {
                next.remove(place);
            }
            None => next.push(book.into()),
        }
        drawn.set(Some(next));
    };
    let legend = move || {
        let books = books.get();
        let entry = |(style, book): (usize, Box<str>)| {
            let name = app
                .live
                .odds(|store| store.books.get(&book).map_or_else(|| book.to_string(), |row| row.name.to_string()));
            let (own, next) = (book.clone(), book.clone());
            of("button", &format!("entry series-{}", style % 8))
                .kid(of("i", "line"))
                .text(&name)
                .pressed(move || is_drawn(&own))
                .press(move || toggle(&next))
        };
        let fixed = [("best", "Best"), ("fair", "Fair")]
            .map(|(key, name)| of("span", &format!("entry {key}")).kid(of("i", "line")).text(name));
        fixed.into_iter().chain(books.into_iter().enumerate().map(entry)).collect()
    };
    let unit = move || app.settings.format.get().key();
    of("section", "movement")
        .attr("aria-label", "Movement")
        .kid(of("div", "movement-head").kid(el("h2").text("Movement")).kid(selections(app, market, asked)))
        .kid(lines_chart(app, lines, "No price has moved yet.", unit))
        .kid(of("div", "legend").attr("role", "group").attr("aria-label", "Lines").region(legend))
}

fn series(style: i32, movement: Movement) -> Series {
    Series { style, seconds: movement.seconds, micros: movement.micros }
}

/// Which selection the chart is of.
fn selections(app: App, market: RwSignal<Option<MarketRow>>, asked: Memo<Asked>) -> El {
    let names = memo(move || {
        market.with(|market| {
            let selections = market.iter().flat_map(|market| market.selections.iter());
            selections.map(|selection| (selection.id.clone(), selection.name.clone())).collect::<Vec<_>>()
        })
    });
    let chosen = memo(move || {
        let asked = asked.get();
        market.with(|market| chosen_selection(market.as_ref()?, asked.selection.as_deref()).map(str::to_owned))
    });
    let button = move |id: &str, name: &str| {
        let (own, next) = (id.to_owned(), id.to_owned());
        let choose = move || {
            let asked = Asked { selection: Some(next.clone()), ..asked.get_untracked() };
            app.router.edit(&|query| asked.write(query));
        };
        el("button").text(name).pressed(move || chosen.get().as_ref() == Some(&own)).press(choose)
    };
    let buttons = move || names.with(|names| names.iter().map(|(id, name)| button(id, name)).collect());
    of("div", "segments").attr("role", "group").attr("aria-label", "Selection").region(buttons)
}
