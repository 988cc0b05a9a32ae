//! One event: its markets, what each book offers, how prices moved.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use shared::domain::odds::{HistoryRow, MarketRow, OddsTopic, SportKey};
use shared::stream::Key;

use super::event_head::{event_head, markets};
use super::event_prices::{movement, prices};
use crate::app::App;
use crate::domain::odds::board::Board;
use crate::domain::odds::read;
use crate::domain::odds::view::market_name;
use crate::live::Pacer;
use crate::model::query::Query;
use crate::parts::el::{El, effect, of, set};
use crate::reactive::*;
use shared::order::order;

/// Prices change twice a second at most, in milliseconds.
const EVERY_MS: u64 = 500;

/// What the address says of an event's page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The market.
    pub market: Option<String>,
    /// The selection whose movement is drawn.
    pub selection: Option<String>,
}

/// What the page shows. Each part changes by itself.
#[derive(Clone, Copy)]
pub struct Shown {
    /// What the address asks for.
    pub asked: Memo<Asked>,
    /// The markets there are: id and name.
    pub markets: RwSignal<Vec<(Key, String)>>,
    /// The market that is shown.
    pub market: RwSignal<Option<MarketRow>>,
    /// How each book's price of the selection moved, and the consensus.
    pub histories: RwSignal<Vec<HistoryRow>>,
    /// Whether a first snapshot has arrived.
    pub ready: RwSignal<bool>,
}

impl Asked {
    fn read(query: &Query) -> Asked {
        let text = |name: &str| query.get(name).map(str::to_owned);
        Asked { market: text("m"), selection: text("s") }
    }

    /// Writes it into an address.
    pub fn write(&self, query: &mut Query) {
        query.put("m", self.market.clone());
        query.put("s", self.selection.clone());
    }
}

/// The page of the event that the address names. Another event is another page.
pub fn event_page(app: App) -> El {
    let about = app.router.about();
    let page = move || about.get().map(|event| untrack(|| page_of(app, &event))).into_iter().collect();
    of("div", "page").region(page)
}

fn page_of(app: App, event: &SportKey) -> El {
    app.live.follow_here(OddsTopic::Books.topic());
    app.live.follow_here(OddsTopic::Sports.topic());
    let shown = follow(app, event);
    let nothing = move || shown.markets.with(Vec::is_empty);
    let text = move || {
        if shown.ready.get() {
            "No book has a price for this event now. It may be over, or not be offered yet."
        } else {
            "Waiting for the event\u{2026}"
        }
        .to_owned()
    };
    let body = of("div", "event-body").kid(prices(app, shown)).kid(movement(app, shown)).shown(move || !nothing());
    of("section", "pane")
        .attr("aria-label", "Event")
        .kid(event_head(app, shown))
        .kid(markets(app, shown))
        .kid(of("p", "empty").text_from(text).shown(nothing))
        .kid(of("div", "scroll").attr("tabindex", "0").attr("role", "region").attr("aria-label", "Prices").kid(body))
}

/// Follows what the page shows as long as the present owner lives.
fn follow(app: App, event: &SportKey) -> Shown {
    let board = OddsTopic::Event(event.clone());
    let topic = board.topic();
    app.live.follow_here(topic.clone());
    let shown = Shown {
        asked: app.router.read(Asked::read),
        markets: RwSignal::new(Vec::new()),
        market: RwSignal::new(None),
        histories: RwSignal::new(Vec::new()),
        ready: RwSignal::new(false),
    };
    let pacer = Rc::new(Pacer::every(EVERY_MS));
    let (asked, hurry) = (shown.asked, pacer.clone());
    effect(move || {
        asked.track();
        hurry.hurry();
        app.live.repaint();
    });
    let (seen, known) = (Cell::new(None), RefCell::new(Asked::default()));
    app.live.on_frame(move |now| {
        set(shown.ready, app.live.has_rows(&topic));
        let changes = app.live.odds(|store| store.board(&board).map(Board::changes));
        let asked = asked.get_untracked();
        let same = seen.get() == changes && *known.borrow() == asked;
        if same || !pacer.is_due(app.live, now) {
            return;
        }
        seen.set(changes);
        known.replace(asked.clone());
        let markets = app.live.odds(|store| {
            let heads: Vec<_> = store.board(&board).into_iter().flat_map(Board::iter).collect();
            let rank = |at: usize| (heads[at].1.market, heads[at].1.rank(), heads[at].0);
            let places = order(heads.len(), &mut |a, b| rank(a).cmp(&rank(b)));
            places.into_iter().map(|at| (heads[at].0.clone(), market_name(heads[at].1))).collect::<Vec<_>>()
        });
        let chosen =
            markets.iter().find(|(key, _)| Some(&**key) == asked.market.as_deref()).or_else(|| markets.first());
        let (market, histories) = match chosen {
            Some((key, _)) => app.live.raw_rows(&topic, |rows| {
                let market = rows.get(key).and_then(|row| read::market(row.get()));
                let histories = market.as_ref().map(|market| histories(rows, market, asked.selection.as_deref()));
                (market, histories.unwrap_or_default())
            }),
            None => None,
        }
        .unwrap_or_default();
        set(shown.markets, markets);
        set(shown.market, market);
        set(shown.histories, histories);
    });
    shown
}

/// How the prices of a selection moved; of the first, where the market has none of that name.
fn histories(
    rows: &shared::stream::Rows<Box<serde_json::value::RawValue>>,
    market: &MarketRow,
    asked: Option<&str>,
) -> Vec<HistoryRow> {
    let Some(selection) = chosen_selection(market, asked) else { return Vec::new() };
    let prefix = format!("{}@{selection}@", market.id);
    let from = rows.range(Key::from(&*prefix)..).take_while(|(key, _)| key.starts_with(&prefix));
    from.filter_map(|(_, row)| read::history(row.get())).collect()
}

/// The selection that is asked for, or the first.
pub fn chosen_selection<'a>(market: &'a MarketRow, asked: Option<&str>) -> Option<&'a str> {
    let ids = || market.selections.iter().map(|selection| &*selection.id);
    ids().find(|id| Some(*id) == asked).or_else(|| ids().next())
}
