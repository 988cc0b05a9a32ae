//! The rows of the bets topics, as they are on the wire.

use serde::{Deserialize, Serialize};

use super::OddsPolicy;
use crate::units::{Money, Odds, Timestamp, UserId};

/// What became of a bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BetStatus {
    /// Accepted, not settled.
    Placed,
    /// Not accepted; nothing was staked.
    Rejected,
    /// All won.
    Won,
    /// All lost.
    Lost,
    /// The stake came back: the line was hit.
    Push,
    /// The stake came back: the bet did not count.
    Void,
    /// Half won, half came back.
    HalfWon,
    /// Half lost, half came back.
    HalfLost,
}

/// A row of `bets/{user}`, key = `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetRow {
    /// The key; sorts by time.
    pub id: Box<str>,
    /// The client's own name for it.
    pub client_ref: Box<str>,
    /// The market's id.
    pub market: Box<str>,
    /// The selection's id.
    pub selection: Box<str>,
    /// Where.
    pub book: Box<str>,
    /// Dollars.
    pub stake: Money,
    /// The price taken, rounded.
    pub american: i64,
    /// The price taken, stake included.
    pub decimal: Odds,
    /// What comes back when it wins, stake included.
    pub potential_payout: Money,
    /// What became of it.
    pub status: BetStatus,
    /// When it was accepted or rejected.
    pub placed_ms: Timestamp,
    /// When it was settled; `null` until then.
    pub settled_ms: Option<Timestamp>,
    /// What came back, stake included; `null` until settled.
    pub payout: Option<Money>,
    /// How far the price might have moved.
    pub odds_policy: OddsPolicy,
    /// Who plays: `Arsenal - Chelsea`.
    pub event: Box<str>,
    /// The sport's key.
    pub sport: Box<str>,
    /// What was bet on, as people say it: `Arsenal -1.5`.
    pub name: Box<str>,
    /// When the event begins.
    pub commence_ms: Timestamp,
    /// The client's notes; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Box<str>>,
    /// Why it was rejected or voided; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
}

/// A row of `bets/{user}/exposure`, key = the book, or `*` for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExposureRow {
    /// The user.
    pub user: UserId,
    /// The book; `*` is all of them.
    pub book: Box<str>,
    /// Bets that are not settled.
    pub open_bets: u32,
    /// What they have at stake.
    pub open_stake: Money,
    /// What would come back if all of them won.
    pub open_payout: Money,
    /// Bets that are settled.
    pub settled_bets: u32,
    /// What they had at stake.
    pub settled_stake: Money,
    /// What came back, less what was staked.
    pub profit: Money,
}
