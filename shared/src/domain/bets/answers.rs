//! What the commands of the domain answer.

use serde::{Deserialize, Serialize};

use super::{BetRow, BetStatus};
use crate::units::{Money, Timestamp, UserId};

/// `place_bet`: the bet as it is now, also for a `client_ref` that was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetPlaced {
    /// It.
    pub bet: BetRow,
}

/// `get_bets`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetsFound {
    /// Those that fit.
    pub bets: Box<[BetRow]>,
    /// There are older ones: ask again with `before` the last of these.
    pub more: bool,
}

/// `settle_bet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetsSettled {
    /// How many bets it changed; those that were settled so already are not among them.
    pub settled: u32,
    /// The bet as it is now, when one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bet: Option<BetRow>,
}

/// `get_audit`: a bet and how it was settled, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BetAudited {
    /// Whose it is.
    pub user: UserId,
    /// As it is now.
    pub bet: BetRow,
    /// Each time that it was settled.
    pub trail: Box<[AuditRow]>,
}

/// One time that a bet was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditRow {
    /// When.
    pub at_ms: Timestamp,
    /// The operator; `null` when a score did it.
    pub by: Option<UserId>,
    /// The score, home and away; `null` when an operator did it.
    pub score: Option<(i32, i32)>,
    /// What became of the bet.
    pub status: BetStatus,
    /// What came back, stake included.
    pub payout: Money,
    /// Why, if the operator said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
}
