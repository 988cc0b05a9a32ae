//! What the commands of the domain take.

use serde::{Deserialize, Serialize};

use super::BetStatus;
use crate::units::{Money, Odds, UserId};

/// How far the price may have moved when a bet arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OddsPolicy {
    /// Not at all.
    #[default]
    None,
    /// A better one is taken.
    Higher,
    /// Whatever it is now.
    Any,
}

/// `place_bet`: with `decimal` or `american`, not both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlaceBet {
    /// The client's own name for it, 1 to 64 characters: the same again gives the first outcome.
    pub client_ref: Box<str>,
    /// The market's id.
    pub market: Box<str>,
    /// The selection's id.
    pub selection: Box<str>,
    /// Where.
    pub book: Box<str>,
    /// Dollars, to the cent.
    pub stake: Money,
    /// The price that the client saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Odds>,
    /// The same as American odds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub american: Option<i64>,
    /// How far it may have moved.
    #[serde(default)]
    pub odds_policy: OddsPolicy,
    /// At most 280 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Box<str>>,
}

/// `get_bets`: all of the user's bets that fit, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct BetFilter {
    /// With this status.
    pub status: Option<BetStatus>,
    /// At this book.
    pub book: Option<Box<str>>,
    /// In this market.
    pub market: Option<Box<str>>,
    /// The one with this `client_ref`.
    pub client_ref: Option<Box<str>>,
    /// Older than this bet.
    pub before: Option<Box<str>>,
    /// At most so many, 1 to 500; 50 unless told otherwise.
    pub limit: Option<u32>,
    /// Whose: for operators; others have their own.
    pub user: Option<UserId>,
}

/// `settle_bet`, for operators: one bet, or all of a market that are not settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettleBet {
    /// The bet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bet: Option<Box<str>>,
    /// Or the market...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<Box<str>>,
    /// ...and the selection in it; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Box<str>>,
    /// What became of it; anything but `placed` and `rejected`.
    pub status: BetStatus,
    /// Why, for the audit trail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
}

/// `get_audit`, for operators: how a bet was settled, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GetAudit {
    /// The bet.
    pub bet: Box<str>,
}
