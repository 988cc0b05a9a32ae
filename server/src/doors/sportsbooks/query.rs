//! `get_markets` and `get_arbitrage`: what is there now, once.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::odds::{ArbKind, MarketKind, OddsTopic};
use shared::stream::Topic;
use shared::units::Timestamp;

use super::dialect::say_arbs;
use super::filter::unknown_type;
use super::messages::DoorMsg;
use super::views::{ArbView, MarketView};
use crate::doors::desk::Complaint;
use crate::doors::names::{SportName, boards, market_kind};
use crate::doors::number::Given;
use crate::hub::{Frame, TopicState, Topics};

/// So many markets or opportunities are in one answer...
const MOST: usize = 1_000;
/// ...and so many unless the client says otherwise.
const USUAL: usize = 200;

/// The payload of `get_markets`. What is named narrows; a market has to fit all of it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct GetMarkets {
    /// `NBA`, `basketball_nba` or `basketball`.
    sport: Option<Box<str>>,
    /// The same for a competition.
    league: Option<Box<str>>,
    /// `moneyline`, `spread` or `total`.
    market_type: Option<Box<str>>,
    /// Who has a price of it, by the provider's key.
    bookmaker: Option<Box<str>>,
    /// The event.
    event_id: Option<Box<str>>,
    /// The market.
    market_id: Option<Box<str>>,
    /// At most so many, 1 to 1,000; 200 unless told otherwise.
    limit: Option<usize>,
}

/// The payload of `get_arbitrage`. What is named narrows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct GetArbitrage {
    /// Worth at least so many percent; 0 unless told otherwise. Below 0 there are middles too, which may
    /// lose a little.
    min_edge: Option<Given>,
    /// The event.
    event_id: Option<Box<str>>,
    /// A market of one of its legs.
    market_id: Option<Box<str>>,
    /// `NBA` or `basketball_nba`.
    sport: Option<Box<str>>,
    /// The same for a competition.
    league: Option<Box<str>>,
    /// `moneyline`, `spread` or `total`.
    market_type: Option<Box<str>>,
    /// Where one of its legs is.
    bookmaker: Option<Box<str>>,
    /// At most so many, 1 to 1,000; 200 unless told otherwise.
    limit: Option<usize>,
}

/// A question that waits for its topics to be there.
pub struct Query {
    /// The number under which they were asked for.
    pub id: u64,
    /// The client's name for it.
    pub request_id: Option<Box<str>>,
    /// What is asked.
    pub asked: Asked,
    /// Where the answer is.
    pub topics: Vec<Topic>,
}

/// What is asked.
pub enum Asked {
    /// For markets.
    Markets(MarketQuery),
    /// For opportunities.
    Arbs(ArbQuery),
}

/// [`GetMarkets`] as it is looked for.
pub struct MarketQuery {
    sports: Vec<SportName>,
    kind: Option<MarketKind>,
    get: GetMarkets,
}

/// [`GetArbitrage`] as it is looked for.
pub struct ArbQuery {
    sports: Vec<SportName>,
    kind: Option<MarketKind>,
    least: f64,
    get: GetArbitrage,
}

impl Query {
    /// Which boards have to be looked at, once the list of sports is there; the rest is known.
    pub fn plan(&mut self, topics: &dyn Topics) -> bool {
        let Asked::Markets(query) = &self.asked else { return false };
        if self.topics != [OddsTopic::Sports.topic()] {
            return false;
        }
        let fits = |sports: &TopicState| {
            boards(sports, |sport| query.sports.iter().all(|name| name.means(&sport.id, Some(&sport.title))))
        };
        self.topics = topics.with(&self.topics[0], fits).unwrap_or_default();
        !self.topics.is_empty()
    }

    /// The answer.
    pub fn answer(&self, topics: &dyn Topics, wall: Timestamp) -> Frame {
        match &self.asked {
            Asked::Markets(query) => query.answer(self, topics, wall),
            Asked::Arbs(query) => {
                let read = |arbs: &TopicState| {
                    let all = arbs.rows().keys().filter_map(|key| arbs.view(key, ArbView::of));
                    let mut found: Vec<_> = all.filter(|view| query.fits(view)).collect();
                    let answers = (Some("get_arbitrage"), self.request_id.as_deref());
                    say_arbs(&mut found, arbs, answers, limit(query.get.limit))
                };
                let empty = || DoorMsg::ArbitrageUpdate {
                    opportunities: Vec::new(),
                    total: 0,
                    in_reply_to: Some("get_arbitrage"),
                    request_id: self.request_id.as_deref(),
                    timestamp: wall,
                };
                let found = self.topics.first().and_then(|topic| topics.with(topic, read));
                found.unwrap_or_else(|| empty().encode())
            }
        }
    }
}

impl MarketQuery {
    /// # Errors
    /// What to tell the client.
    pub fn new(get: GetMarkets) -> Result<MarketQuery, Complaint> {
        let kind = get.market_type.as_deref().map(|name| market_kind(name).ok_or_else(|| unknown_type(name)));
        let sports = [&get.sport, &get.league].into_iter().flatten().map(|name| SportName::new(name)).collect();
        Ok(MarketQuery { kind: kind.transpose()?, sports, get })
    }

    fn fits(&self, id: &str, market: &MarketView) -> bool {
        let GetMarkets { bookmaker, event_id, market_id, .. } = &self.get;
        self.kind.is_none_or(|kind| kind == market.kind)
            && bookmaker.as_ref().is_none_or(|book| market.books.contains(&*book.to_lowercase()))
            && event_id.as_ref().is_none_or(|event| **event == *market.event.as_str())
            && market_id.as_ref().is_none_or(|market| **market == *id)
    }

    fn answer(&self, query: &Query, topics: &dyn Topics, wall: Timestamp) -> Frame {
        let (mut found, mut newest) = (Vec::new(), None);
        for topic in &query.topics {
            topics.with(topic, |board| {
                let all = board.rows().keys().filter_map(|key| Some((key, board.view(key, MarketView::of)?)));
                found.extend(all.filter(|(key, view)| self.fits(key, view)).map(|(_, view)| view));
                newest = newest.max(Some(board.head_ts()));
            });
        }
        let markets: Vec<&RawValue> =
            found.iter().take(limit(self.get.limit)).map(|view: &Arc<MarketView>| &*view.json).collect();
        let message = DoorMsg::MarketUpdate {
            sport_key: None,
            full: false,
            markets,
            removed: &[],
            total: Some(found.len()),
            in_reply_to: Some("get_markets"),
            request_id: query.request_id.as_deref(),
            timestamp: newest.unwrap_or(wall),
        };
        message.encode()
    }
}

impl ArbQuery {
    /// # Errors
    /// What to tell the client.
    pub fn new(get: GetArbitrage) -> Result<ArbQuery, Complaint> {
        let kind = get.market_type.as_deref().map(|name| market_kind(name).ok_or_else(|| unknown_type(name)));
        let sports = [&get.sport, &get.league].into_iter().flatten().map(|name| SportName::new(name)).collect();
        let not_a_number =
            || Complaint::new(shared::wire::Code::Malformed, "minEdge is a number of percent, for example 1.0");
        let least = get.min_edge.as_ref().map(|edge| edge.decimal().ok_or_else(not_a_number));
        Ok(ArbQuery { kind: kind.transpose()?, sports, least: least.transpose()?.unwrap_or(0.0), get })
    }

    fn fits(&self, arb: &ArbView) -> bool {
        let GetArbitrage { event_id, market_id, bookmaker, .. } = &self.get;
        // A percentage has six decimals at most, so that this is exact.
        arb.roi.micro() as f64 / 1e6 >= self.least
            && (arb.kind == ArbKind::Arb || self.least < 0.0)
            && self.kind.is_none_or(|kind| kind == arb.market)
            && self.sports.iter().all(|name| name.means(&arb.sport, None))
            && event_id.as_ref().is_none_or(|event| **event == *arb.event.as_str())
            && market_id.as_ref().is_none_or(|market| arb.markets.contains(market))
            && bookmaker.as_ref().is_none_or(|book| arb.books.iter().any(|b| **b == *book.to_lowercase()))
    }
}

fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(USUAL).clamp(1, MOST)
}
