//! What the door says, with the document's field names. Numbers are JSON numbers, times are milliseconds
//! since 1970.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::domain::bets::{BetRow, BetStatus};
use shared::domain::odds::{ArbKind, ArbRow, BookRow, BookStatus, LegRow, MarketRow, SelectionRow};
use shared::units::{Odds, Timestamp};

use crate::doors::desk::Complaint;
use crate::doors::names::{market_type, short};
use crate::doors::number::Number;

/// A message of the door.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DoorMsg<'a> {
    /// The first frame.
    Connected {
        /// The connection's name in the server's logs.
        client_id: &'a str,
        /// Who a token says this is; without a token, what the client calls itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        user_id: Option<&'a str>,
        /// The same for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<&'a str>,
        /// A token said who this is, so bets can be placed.
        authenticated: bool,
        /// When it connected.
        timestamp: Timestamp,
        /// For people.
        message: &'a str,
    },
    /// The status of all books that were subscribed to: it replaces what was said before.
    Sportsbooks {
        /// Each of them.
        #[schemars(with = "Vec<Book>")]
        sportsbooks: Vec<&'a RawValue>,
        /// How many there are.
        total: usize,
    },
    /// Markets of one sport that changed; or, in answer to `get_markets`, those that fit.
    MarketUpdate {
        /// The sport's key; absent in an answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        sport_key: Option<&'a str>,
        /// These are all markets of this sport that fit the subscription: others are to be forgotten.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        full: bool,
        /// As they are now.
        #[schemars(with = "Vec<Market>")]
        markets: Vec<&'a RawValue>,
        /// Ids of markets that are gone, or no longer fit the subscription.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        removed: &'a [&'a str],
        /// In an answer: how many fit; more than there are in `markets` when `limit` cut them off.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<usize>,
        /// `get_markets` in an answer, which changes nothing in what is subscribed to.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<&'a str>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
        /// When the server published the newest price in it.
        timestamp: Timestamp,
    },
    /// All opportunities that are open now and fit: it replaces what was said before. Also the answer to
    /// `get_arbitrage`.
    ArbitrageUpdate {
        /// The best first.
        #[schemars(with = "Vec<Opportunity>")]
        opportunities: Vec<&'a RawValue>,
        /// How many fit.
        total: usize,
        /// `get_arbitrage` in an answer, which changes nothing in what is subscribed to.
        #[serde(skip_serializing_if = "Option::is_none")]
        in_reply_to: Option<&'a str>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
        /// When the server published the newest change.
        timestamp: Timestamp,
    },
    /// A bet is in the ledger.
    BetPlaced {
        /// It.
        bet: Box<Bet>,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
    },
    /// In answer to `get_bets`.
    Bets {
        /// Newest first.
        bets: Vec<Bet>,
        /// How many there are in it.
        total: usize,
        /// There are older ones that fit.
        more: bool,
        /// The client's name for what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<&'a str>,
    },
    /// Every 30 s.
    Heartbeat {
        /// The server's time.
        timestamp: Timestamp,
        /// Open connections.
        clients: u64,
    },
    /// In answer to `ping`.
    Pong,
    /// Something was refused.
    Error(Complaint),
}

/// How a sportsbook is doing.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Book")]
pub struct Book {
    id: Box<str>,
    name: Box<str>,
    status: BookStatus,
    /// Milliseconds; absent when its prices were not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_time: Option<u32>,
    last_update: Timestamp,
    available_markets: u32,
    active_bets: u32,
}

/// A market.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Market")]
pub struct Market {
    id: Box<str>,
    event_id: Box<str>,
    /// `Lakers @ Celtics`: who visits comes first.
    event_description: String,
    home_team: Box<str>,
    away_team: Box<str>,
    /// As people call it, `NBA`; its key where they have no shorter name.
    sport: Box<str>,
    /// The provider's key: `basketball_nba`.
    sport_key: Box<str>,
    /// `moneyline`, `spread` or `total`.
    market_type: &'static str,
    /// The handicap of the home team, or the points; `null` for `moneyline`.
    line: Option<Number>,
    /// When the event begins.
    starts_at: Timestamp,
    /// It has begun.
    live: bool,
    /// What may come out.
    selections: Vec<Selection>,
    /// The best fresh price by selection; one without has none.
    best_odds: BTreeMap<Box<str>, Offer>,
    /// Every selection has a fresh price.
    complete: bool,
    /// The provider's time of the newest price.
    timestamp: Timestamp,
}

/// One outcome of a market.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Selection")]
pub struct Selection {
    /// What `place_bet` calls `selectionId`.
    id: Box<str>,
    name: Box<str>,
    /// Every book's price.
    prices: Vec<Price>,
    /// Consensus of the books without their margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    fair_probability: Option<Number>,
    /// Consensus and our own pool together.
    #[serde(skip_serializing_if = "Option::is_none")]
    hybrid_probability: Option<Number>,
    /// What we would offer for it, stake included.
    #[serde(skip_serializing_if = "Option::is_none")]
    hybrid_decimal_odds: Option<Number>,
}

/// The best price of a selection.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Offer")]
pub struct Offer {
    bookmaker: Box<str>,
    /// American.
    odds: i64,
    decimal_odds: Number,
}

/// A book's price.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Price")]
pub struct Price {
    bookmaker: Box<str>,
    /// American.
    odds: i64,
    decimal_odds: Number,
    /// Nobody can bet at it now.
    suspended: bool,
    /// Since when it is this price, by the provider's clock.
    timestamp: Timestamp,
}

/// An arbitrage opportunity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Opportunity")]
pub struct Opportunity {
    id: Box<str>,
    /// `middle` comes only in an answer to `get_arbitrage` with a `minEdge` below 0.
    kind: ArbKind,
    event_id: Box<str>,
    event_description: String,
    sport: Box<str>,
    sport_key: Box<str>,
    market_type: &'static str,
    /// As in a market; `null` for a middle, whose legs have a line each.
    line: Option<Number>,
    /// The same as `roi`.
    edge: Number,
    /// The first leg.
    book_a: Option<Leg>,
    /// The second.
    book_b: Option<Leg>,
    /// The third, where there are three outcomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    book_c: Option<Leg>,
    /// All of them.
    legs: Vec<Leg>,
    /// What is won at worst for a total stake of 100.
    guaranteed_profit: Number,
    /// The same in percent.
    roi: Number,
    /// A result at which all stakes come back is possible.
    push_possible: bool,
    /// When it was first seen.
    detected_at: Timestamp,
    /// When its prices last changed.
    timestamp: Timestamp,
}

/// One bet of an opportunity.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Leg")]
pub struct Leg {
    bookmaker: Box<str>,
    market_id: Box<str>,
    selection_id: Box<str>,
    selection: Box<str>,
    /// American, before commission.
    odds: i64,
    decimal_odds: Number,
    line: Option<Number>,
    /// Of a total of 100.
    stake: Number,
}

/// A bet.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Bet")]
pub struct Bet {
    id: Box<str>,
    client_ref: Box<str>,
    market_id: Box<str>,
    selection_id: Box<str>,
    /// What was bet on, as people say it.
    selection: Box<str>,
    event_description: Box<str>,
    bookmaker: Box<str>,
    stake: Number,
    /// American, rounded.
    odds: i64,
    /// The price taken, stake included.
    decimal_odds: Number,
    potential_payout: Number,
    status: BetStatus,
    placed_at: Timestamp,
    /// Absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
    /// What came back, stake included; absent until settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Box<str>>,
    /// Why it was rejected or voided.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Box<str>>,
}

/// `Lakers @ Celtics`
fn description(home: &str, away: &str) -> String {
    format!("{away} @ {home}")
}

impl From<BookRow> for Book {
    fn from(row: BookRow) -> Book {
        Book {
            id: row.id,
            name: row.name,
            status: row.status,
            response_time: row.response_ms,
            last_update: row.updated_ms,
            available_markets: row.markets,
            active_bets: row.active_bets,
        }
    }
}

impl From<MarketRow> for Market {
    fn from(row: MarketRow) -> Market {
        let best = |selection: &SelectionRow| {
            let best = selection.best.as_ref()?;
            let (bookmaker, odds, decimal_odds) = (best.book.clone(), best.decimal.american(), decimal(best.decimal));
            Some((selection.id.clone(), Offer { bookmaker, odds, decimal_odds }))
        };
        Market {
            event_description: description(&row.home, &row.away),
            event_id: row.event.as_str().into(),
            sport: short(&row.sport).into(),
            sport_key: row.sport.as_str().into(),
            market_type: market_type(row.market),
            line: row.line.map(Number::of),
            starts_at: row.commence_ms,
            live: row.live,
            best_odds: row.selections.iter().filter_map(best).collect(),
            selections: row.selections.into_iter().map(Selection::from).collect(),
            complete: row.complete,
            timestamp: row.updated_ms,
            id: row.id,
            home_team: row.home,
            away_team: row.away,
        }
    }
}

impl From<SelectionRow> for Selection {
    fn from(row: SelectionRow) -> Selection {
        let price = |(bookmaker, price): (Box<str>, shared::domain::odds::BookPrice)| Price {
            bookmaker,
            odds: price.decimal.american(),
            decimal_odds: decimal(price.decimal),
            suspended: price.suspended,
            timestamp: price.ts,
        };
        Selection {
            id: row.id,
            name: row.name,
            prices: row.books.into_iter().map(price).collect(),
            fair_probability: row.fair.map(Number::of),
            hybrid_probability: row.hybrid.map(Number::of),
            hybrid_decimal_odds: row.hybrid_decimal.map(decimal),
        }
    }
}

impl From<ArbRow> for Opportunity {
    fn from(row: ArbRow) -> Opportunity {
        let legs: Vec<Leg> = row.legs.into_iter().map(Leg::from).collect();
        Opportunity {
            id: row.id,
            kind: row.kind,
            event_id: row.event.as_str().into(),
            event_description: description(&row.home, &row.away),
            sport: short(&row.sport).into(),
            sport_key: row.sport.as_str().into(),
            market_type: market_type(row.market),
            line: row.line.map(Number::of),
            edge: Number::of(row.roi_pct),
            book_a: legs.first().cloned(),
            book_b: legs.get(1).cloned(),
            book_c: legs.get(2).cloned(),
            legs,
            guaranteed_profit: Number::of(row.profit_per_100),
            roi: Number::of(row.roi_pct),
            push_possible: row.push_possible,
            detected_at: row.opened_ms,
            timestamp: row.updated_ms,
        }
    }
}

impl From<LegRow> for Leg {
    fn from(row: LegRow) -> Leg {
        Leg {
            bookmaker: row.book,
            market_id: row.market_id,
            selection_id: row.selection,
            selection: row.name,
            odds: row.decimal.american(),
            decimal_odds: decimal(row.decimal),
            line: row.line.map(Number::of),
            stake: Number::of(row.stake),
        }
    }
}

impl From<BetRow> for Bet {
    fn from(row: BetRow) -> Bet {
        Bet {
            id: row.id,
            client_ref: row.client_ref,
            market_id: row.market,
            selection_id: row.selection,
            selection: row.name,
            event_description: row.event,
            bookmaker: row.book,
            stake: Number::of(row.stake),
            odds: row.american,
            decimal_odds: decimal(row.decimal),
            potential_payout: Number::of(row.potential_payout),
            status: row.status,
            placed_at: row.placed_ms,
            settled_at: row.settled_ms,
            payout: row.payout.map(Number::of),
            notes: row.notes,
            reason: row.reason,
        }
    }
}

fn decimal(odds: Odds) -> Number {
    Number::of(odds)
}

impl DoorMsg<'_> {
    /// As text.
    pub fn encode(&self) -> crate::hub::Frame {
        serde_json::to_string(self).expect("a door's message has only string keys").into()
    }
}
