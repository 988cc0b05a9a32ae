//! What the odds door says. Numbers are JSON numbers, times are milliseconds since 1970.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use shared::domain::odds::{MarketKind, MarketRow, ScoreRow, SelectionRow, SportKey};
use shared::units::Timestamp;

use crate::domain::RowJson;
use crate::doors::desk::Complaint;
use crate::doors::names::short;
use crate::doors::number::Number;
use crate::hub::Frame;

/// A message of the door.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DoorMsg<'a> {
    /// The first frame.
    Connected {
        /// The connection's name in the server's logs.
        client_id: &'a str,
        /// When it connected.
        timestamp: Timestamp,
        /// For people.
        message: &'a str,
    },
    /// In answer to `join`; the room's odds follow.
    Joined {
        /// `sports`, or the sport's key.
        room: &'a str,
    },
    /// In answer to `leave`.
    Left {
        /// The same.
        room: &'a str,
    },
    /// Events of a room whose odds changed, at most every 500 ms.
    OddsUpdate {
        /// The sport's key.
        room: &'a str,
        /// These are all events of the room: others are to be forgotten.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        full: bool,
        /// As they are now, each with all of its markets.
        events: Vec<Event<'a>>,
        /// Ids of events that are gone.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        removed: &'a [&'a str],
        /// When the server published the newest price in it: what has passed since then is the latency.
        timestamp: Timestamp,
    },
    /// Every 30 s.
    Heartbeat {
        /// The server's time.
        timestamp: Timestamp,
        /// Open connections.
        clients: u64,
    },
    /// In answer to `ping`.
    Pong {
        /// The server's time.
        timestamp: Timestamp,
    },
    /// Something was refused.
    Error(Complaint),
}

/// An event with its markets.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "odds.Event")]
pub struct Event<'a> {
    id: &'a str,
    /// The sport's key.
    sport: &'a str,
    /// As people call it.
    sport_title: &'a str,
    home_team: &'a str,
    away_team: &'a str,
    /// When it begins.
    commence_time: Timestamp,
    /// It has begun.
    live: bool,
    /// The score so far, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreRow>,
    #[schemars(with = "Vec<Market>")]
    markets: Vec<&'a RawValue>,
}

/// A market of an event.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "odds.Market")]
pub struct Market {
    id: Box<str>,
    #[serde(rename = "type")]
    kind: MarketKind,
    /// The handicap of the home team, or the points; `null` for `h2h`.
    line: Option<Number>,
    selections: Vec<Selection>,
    /// The provider's time of the newest price.
    updated_at: Timestamp,
}

/// One outcome.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "odds.Selection")]
pub struct Selection {
    id: Box<str>,
    name: Box<str>,
    /// The best fresh price, stake included, and who offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<Best>,
    /// Consensus probability without margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    fair: Option<Number>,
    /// Consensus and our own pool together.
    #[serde(skip_serializing_if = "Option::is_none")]
    hybrid: Option<Number>,
    /// What we would offer for it, stake included.
    #[serde(skip_serializing_if = "Option::is_none")]
    hybrid_odds: Option<Number>,
}

/// A price.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "odds.Best")]
pub struct Best {
    bookmaker: Box<str>,
    /// Stake included.
    odds: Number,
    american: i64,
}

/// A row of a board as this door needs it: parsed and encoded once for all of its readers.
pub struct MarketView {
    event: SportKey,
    sport: SportKey,
    home: Box<str>,
    away: Box<str>,
    commence: Timestamp,
    live: bool,
    score: Option<ScoreRow>,
    json: Box<RawValue>,
}

impl MarketView {
    /// One that cannot be read is none for the door.
    pub fn of(row: &RowJson) -> Option<MarketView> {
        let MarketRow {
            id,
            event,
            sport,
            home,
            away,
            commence_ms,
            live,
            market,
            line,
            selections,
            score,
            updated_ms,
            ..
        } = serde_json::from_str(row).ok()?;
        let selections = selections.into_iter().map(Selection::from).collect();
        let market = Market { id, kind: market, line: line.map(Number::of), selections, updated_at: updated_ms };
        let json = to_raw_value(&market).ok()?;
        Some(MarketView { event, sport, home, away, commence: commence_ms, live, score, json })
    }
}

impl From<SelectionRow> for Selection {
    fn from(row: SelectionRow) -> Selection {
        let best = row.best.map(|best| Best {
            bookmaker: best.book,
            odds: Number::of(best.decimal),
            american: best.decimal.american(),
        });
        Selection {
            id: row.id,
            name: row.name,
            best,
            fair: row.fair.map(Number::of),
            hybrid: row.hybrid.map(Number::of),
            hybrid_odds: row.hybrid_decimal.map(Number::of),
        }
    }
}

impl<'a> Event<'a> {
    /// Of its markets; `None`: it has none.
    pub fn of(markets: impl Iterator<Item = &'a MarketView>) -> Option<Event<'a>> {
        let mut markets = markets.peekable();
        let first = *markets.peek()?;
        Some(Event {
            id: first.event.as_str(),
            sport: first.sport.as_str(),
            sport_title: short(&first.sport),
            home_team: &first.home,
            away_team: &first.away,
            commence_time: first.commence,
            live: first.live,
            score: first.score,
            markets: markets.map(|market| &*market.json).collect(),
        })
    }
}

impl DoorMsg<'_> {
    /// As text.
    pub fn encode(&self) -> Frame {
        serde_json::to_string(self).expect("a door's message has only string keys").into()
    }
}
