//! A bet, and each time that it was settled.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::domain::bets::{BetStatus, OddsPolicy, payout};
use shared::units::{Money, Odds, Timestamp, UserId};

use super::markets::Offer;
use super::price::Seen;

/// A bet's id, written `1764131400000-000000042`. Sorts by number; so does its text, unless the clock was
/// set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BetId {
    /// The how manieth bet of the ledger it is.
    pub number: u64,
    /// When it was accepted or rejected.
    pub placed: Timestamp,
}

/// A bet as it was accepted or rejected, which never changes, and its trail, which only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bet {
    pub id: BetId,
    pub user: UserId,
    pub client_ref: Arc<str>,
    pub offer: Arc<Offer>,
    pub book: Arc<str>,
    pub stake: Money,
    /// The price taken; of a rejected bet the price as it was then.
    pub odds: Odds,
    /// The price that the client saw.
    pub seen: Seen,
    pub policy: OddsPolicy,
    pub notes: Option<Box<str>>,
    pub rejection: Option<Box<Rejection>>,
    pub trail: Vec<Settlement>,
}

/// Why a bet was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rejection {
    pub reason: Box<str>,
    /// Because of the price.
    pub moved: bool,
}

/// One time that a bet was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settlement {
    pub at: Timestamp,
    pub by: By,
    pub status: BetStatus,
    /// What came back, as it was reckoned then.
    pub payout: Money,
    pub reason: Option<Box<str>>,
}

/// Who settled a bet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum By {
    Operator(UserId),
    /// Home and away.
    Score(i32, i32),
}

/// Where a bet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    Open,
    Settled(&'a Settlement),
    Rejected(&'a Rejection),
}

impl Bet {
    pub fn standing(&self) -> Standing<'_> {
        match (&self.rejection, self.trail.last()) {
            (Some(rejection), _) => Standing::Rejected(rejection),
            (None, Some(settlement)) => Standing::Settled(settlement),
            (None, None) => Standing::Open,
        }
    }

    /// The settlement that this status is; `None`: with this status nothing is settled.
    pub fn settled(&self, at: Timestamp, by: By, status: BetStatus, reason: Option<Box<str>>) -> Option<Settlement> {
        payout(self.stake, self.odds, status).map(|payout| Settlement { at, by, status, payout, reason })
    }

    pub fn status(&self) -> BetStatus {
        match self.standing() {
            Standing::Open => BetStatus::Placed,
            Standing::Settled(settlement) => settlement.status,
            Standing::Rejected(_) => BetStatus::Rejected,
        }
    }
}

impl fmt::Display for BetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}-{:09}", self.placed.ms(), self.number)
    }
}

impl FromStr for BetId {
    type Err = ();

    /// Reads what [`BetId`] writes, and nothing else.
    fn from_str(text: &str) -> Result<BetId, ()> {
        let (placed, number) = text.split_once('-').ok_or(())?;
        let id = BetId {
            placed: Timestamp::from_ms(placed.parse().map_err(|_| ())?),
            number: number.parse().map_err(|_| ())?,
        };
        if id.to_string() == text { Ok(id) } else { Err(()) }
    }
}
