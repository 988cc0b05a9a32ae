//! What two domains have to know of each other without importing each other: a price as a bet needs it,
//! and how an event ended.

use shared::domain::odds::MarketKind;
use shared::units::{Money, Odds, Timestamp};

/// A book's price of a selection, with what has to be checked before anyone bets at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// The market's id.
    pub market: Box<str>,
    /// The selection's id.
    pub selection: Box<str>,
    /// Who offers it.
    pub book: Box<str>,
    /// Stake included.
    pub odds: Odds,
    /// How old it is: since the provider last said that it is so; by its own time, where that lags too far behind.
    pub age_ms: i64,
    /// Older than a quote may be.
    pub stale: bool,
    /// Nobody can bet at it now.
    pub suspended: bool,
    /// What is bet on.
    pub kind: MarketKind,
    /// A draw can be bet on in this market; where it cannot, a draw gives the stakes back.
    pub three_way: bool,
    /// As [`shared::domain::odds::MarketRow::line`].
    pub line: Option<Box<str>>,
    /// The event's id.
    pub event: Box<str>,
    /// The sport's key.
    pub sport: Box<str>,
    /// Home team.
    pub home: Box<str>,
    /// Away team.
    pub away: Box<str>,
    /// The selection as people call it: `Arsenal -1.5`.
    pub name: Box<str>,
    /// When it begins.
    pub commence: Timestamp,
    /// The event is over, or its market is closed for good.
    pub closed: bool,
}

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The market.
    Market,
    /// The selection.
    Selection,
    /// The book has no price of it.
    Book,
}

/// Knows what can be bet on now.
pub trait Quotes {
    /// The price of a selection at a book.
    ///
    /// # Errors
    /// What is not there.
    fn quote(&self, market: &str, selection: &str, book: &str) -> Result<Quote, Missing>;
}

/// An event is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalScore {
    /// The event's id.
    pub event: Box<str>,
    /// Points of the home team.
    pub home: i32,
    /// Points of the away team.
    pub away: i32,
    /// When it was reported.
    pub at: Timestamp,
}

/// How much is staked with us on each selection of a market, bets that are not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The market's id.
    pub market: Box<str>,
    /// Selections with their stakes; others have none.
    pub stakes: Vec<(Box<str>, Money)>,
    /// And what the bets on each would bring back, stakes included.
    pub payouts: Vec<(Box<str>, Money)>,
}

/// How many bets are placed at a book and not settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveBets {
    /// The book.
    pub book: Box<str>,
    /// How many.
    pub count: u32,
}
