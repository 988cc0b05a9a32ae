//! What the messages of the sportsbook door are about: books, markets, opportunities, bets, with the field names
//! and number types of its document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use shared::domain::bets::BetStatus;
use shared::domain::odds::{ArbKind, BookStatus};
use shared::units::Timestamp;

use crate::doors::number::Number;

/// How a sportsbook is doing.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Book")]
pub struct Book {
    pub(super) id: Box<str>,
    pub(super) name: Box<str>,
    pub(super) status: BookStatus,
    /// Milliseconds; absent when its prices were not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) response_time: Option<u32>,
    pub(super) last_update: Timestamp,
    pub(super) available_markets: u32,
    pub(super) active_bets: u32,
}

/// A market.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Market")]
pub struct Market {
    pub(super) id: Box<str>,
    pub(super) event_id: Box<str>,
    /// `Lakers @ Celtics`: who visits comes first.
    pub(super) event_description: String,
    pub(super) home_team: Box<str>,
    pub(super) away_team: Box<str>,
    /// As people call it, `NBA`; its key where they have no shorter name.
    pub(super) sport: Box<str>,
    /// The provider's key: `basketball_nba`.
    pub(super) sport_key: Box<str>,
    /// `moneyline`, `spread` or `total`.
    pub(super) market_type: &'static str,
    /// The handicap of the home team, or the points; `null` for `moneyline`.
    pub(super) line: Option<Number>,
    /// When the event begins.
    pub(super) starts_at: Timestamp,
    /// It has begun.
    pub(super) live: bool,
    /// What may come out.
    pub(super) selections: Vec<Selection>,
    /// The best fresh price by selection; one without has none.
    pub(super) best_odds: BTreeMap<Box<str>, Offer>,
    /// Every selection has a fresh price.
    pub(super) complete: bool,
    /// The provider's time of the newest price.
    pub(super) timestamp: Timestamp,
}

/// One outcome of a market.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Selection")]
pub struct Selection {
    /// What `place_bet` calls `selectionId`.
    pub(super) id: Box<str>,
    pub(super) name: Box<str>,
    /// Every book's price.
    pub(super) prices: Vec<Price>,
    /// Consensus of the books without their margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fair_probability: Option<Number>,
    /// Consensus and our own pool together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hybrid_probability: Option<Number>,
    /// What we would offer for it, stake included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hybrid_decimal_odds: Option<Number>,
}

/// The best price of a selection.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Offer")]
pub struct Offer {
    pub(super) bookmaker: Box<str>,
    /// American.
    pub(super) odds: i64,
    pub(super) decimal_odds: Number,
}

/// A book's price.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Price")]
pub struct Price {
    pub(super) bookmaker: Box<str>,
    /// American.
    pub(super) odds: i64,
    pub(super) decimal_odds: Number,
    /// Nobody can bet at it now.
    pub(super) suspended: bool,
    /// Since when it is this price, by the provider's clock.
    pub(super) timestamp: Timestamp,
}

/// An arbitrage opportunity.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Opportunity")]
pub struct Opportunity {
    pub(super) id: Box<str>,
    /// `middle` comes only in an answer to `get_arbitrage` with a `minEdge` below 0.
    pub(super) kind: ArbKind,
    pub(super) event_id: Box<str>,
    pub(super) event_description: String,
    pub(super) sport: Box<str>,
    pub(super) sport_key: Box<str>,
    pub(super) market_type: &'static str,
    /// As in a market; `null` for a middle, whose legs have a line each.
    pub(super) line: Option<Number>,
    /// The same as `roi`.
    pub(super) edge: Number,
    /// The first leg.
    pub(super) book_a: Option<Leg>,
    /// The second.
    pub(super) book_b: Option<Leg>,
    /// The third, where there are three outcomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) book_c: Option<Leg>,
    /// All of them.
    pub(super) legs: Vec<Leg>,
    /// What is won at worst for a total stake of 100.
    pub(super) guaranteed_profit: Number,
    /// The same in percent.
    pub(super) roi: Number,
    /// A result at which all stakes come back is possible.
    pub(super) push_possible: bool,
    /// When it was first seen.
    pub(super) detected_at: Timestamp,
    /// When its prices last changed.
    pub(super) timestamp: Timestamp,
}

/// One bet of an opportunity.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Leg")]
pub struct Leg {
    pub(super) bookmaker: Box<str>,
    pub(super) market_id: Box<str>,
    pub(super) selection_id: Box<str>,
    pub(super) selection: Box<str>,
    /// American, before commission.
    pub(super) odds: i64,
    pub(super) decimal_odds: Number,
    pub(super) line: Option<Number>,
    /// Of a total of 100.
    pub(super) stake: Number,
}

/// A bet.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "sportsbooks.Bet")]
pub struct Bet {
    pub(super) id: Box<str>,
    pub(super) client_ref: Box<str>,
    pub(super) market_id: Box<str>,
    pub(super) selection_id: Box<str>,
    /// What was bet on, as people say it.
    pub(super) selection: Box<str>,
    pub(super) event_description: Box<str>,
    pub(super) bookmaker: Box<str>,
    pub(super) stake: Number,
    /// American, rounded.
    pub(super) odds: i64,
    /// The price taken, stake included.
    pub(super) decimal_odds: Number,
    pub(super) potential_payout: Number,
    pub(super) status: BetStatus,
    pub(super) placed_at: Timestamp,
    /// Absent until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settled_at: Option<Timestamp>,
    /// What came back, stake included; absent until settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payout: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notes: Option<Box<str>>,
    /// Why it was rejected or voided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Box<str>>,
}
