//! What an odds feed decodes answers into: exact, matched, without a provider's spelling.

use shared::domain::odds::{MarketKind, SportKey};
use shared::units::{Money, Odds, Timestamp};

/// Something was learnt of the world of sports.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What books offer for an event now. Books that are not in it keep what they had.
    Odds(EventOdds),
    /// How an event stands.
    Score(Score),
    /// A whole list of a sport's events was read: those of the sport that are not in it, were seen before
    /// and have begun or are past are over.
    Listed {
        /// The sport.
        sport: SportKey,
        /// Its events.
        events: Vec<SportKey>,
        /// When.
        at: Timestamp,
    },
    /// An operator lets prices be published, or stops it.
    Publish(bool),
    /// Stakes of another pool than our own, for a market.
    Pool {
        /// The market's id.
        market: Box<str>,
        /// Selections with their stakes.
        stakes: Vec<(Box<str>, Money)>,
        /// Selections with what bets on them would bring back, stakes included. Without them the pool says nothing
        /// to a market maker.
        payouts: Vec<(Box<str>, Money)>,
    },
}

/// What books offer for an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventOdds {
    /// The event's id.
    pub event: SportKey,
    /// The sport's key.
    pub sport: SportKey,
    /// Its name.
    pub sport_title: Box<str>,
    /// Home team, or first player.
    pub home: Box<str>,
    /// Away team, or second player.
    pub away: Box<str>,
    /// When it begins.
    pub commence: Timestamp,
    /// Each book that offers something.
    pub books: Vec<BookOdds>,
    /// The books in it are all there are: what others had before is withdrawn.
    pub all_books: bool,
    /// When the answer was received.
    pub at: Timestamp,
    /// How long the request took; `None` when nobody was asked.
    pub response_ms: Option<u32>,
}

/// What a book offers for an event: markets that it does not list are suspended.
#[derive(Clone, Debug, PartialEq)]
pub struct BookOdds {
    /// The provider's key of the book: `pinnacle`.
    pub book: Box<str>,
    /// Its name.
    pub title: Box<str>,
    /// What it offers.
    pub offers: Vec<Offer>,
}

/// A book's prices of one market.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is bet on.
    pub kind: MarketKind,
    /// The handicap of the home team, or the points, in hundredths; `None` for `h2h`.
    pub line: Option<i32>,
    /// A price for each outcome that it has one for.
    pub prices: Vec<(Outcome, Odds)>,
    /// When the book last said so.
    pub updated: Timestamp,
    /// The book takes no bets on it now.
    pub suspended: bool,
}

/// What may come out of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The home team, or first player.
    Home,
    /// Neither.
    Draw,
    /// The away team, or second player.
    Away,
    /// More points than the line.
    Over,
    /// Fewer.
    Under,
}

/// How an event stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The event's id.
    pub event: SportKey,
    /// Points of the home team.
    pub home: i32,
    /// Points of the away team.
    pub away: i32,
    /// It is over.
    pub completed: bool,
    /// When it was reported.
    pub at: Timestamp,
}

impl Outcome {
    /// Its name in rows and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Home => "home",
            Outcome::Draw => "draw",
            Outcome::Away => "away",
            Outcome::Over => "over",
            Outcome::Under => "under",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Outcome> {
        [Outcome::Home, Outcome::Draw, Outcome::Away, Outcome::Over, Outcome::Under]
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}
