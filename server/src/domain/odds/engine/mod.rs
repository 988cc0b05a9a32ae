//! The odds engine: what books offer in; boards, fair prices, books and arbitrages out.
//!
//! What is heard is noted and marks its market. Everything else is reckoned when something is taken: the best
//! prices and arbitrages of the marked markets in each take, what is fair only for rows that somebody follows
//! and, now and then, for the history. What time alone changes waits in an ordered set: prices that become old,
//! events that begin and leave.
//!
//! Two- and three-way prices of the same event are different bets. A market in which any book has had a draw is
//! three-way; there a book without one is shown and can be bet at, but is part of nothing that is reckoned.

mod arbs;
mod boards;
mod books;
mod counts;
mod deadlines;
mod ended;
mod evaluate;
mod fair;
mod fixture;
mod intake;
mod json;
mod market;
mod marks;
mod names;
mod offer;
mod quotes;
mod rows;
mod series;
mod settings;
mod spelt;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use shared::domain::odds::{OddsTopic, SportKey};
use shared::stream::{Change, Topic};
use shared::units::Timestamp;
use slab::Slab;

use self::arbs::Arbs;
use self::boards::Followed;
use self::books::Books;
pub use self::counts::Counts;
use self::deadlines::Deadlines;
use self::ended::Ended;
use self::fixture::Fixture;
use self::intake::{OTHER, OWN};
use self::market::Market;
use self::marks::Marks;
pub use self::settings::{BookTerms, Hybrid, Limits, OddsSettings};
use self::state::Unstored;
use super::Event;
use crate::domain::market::{ActiveBets, FinalScore, Pool};
use crate::domain::{Engine, StateOp, TopicChange};

/// The interval of the slow topics, with which the offers are stored: a provider repeats them, so that losing
/// some seconds of them is nothing.
const SLOW: Duration = OddsTopic::Books.kind().due;

/// The interval of boards and events.
const BOARDS: Duration = Duration::from_millis(500);

/// The odds domain's engine.
#[derive(Debug)]
pub struct OddsEngine {
    settings: OddsSettings,
    now: Timestamp,
    fixtures: Slab<Fixture>,
    by_id: BTreeMap<SportKey, usize>,
    markets: Slab<Market>,
    books: Books,
    marks: Marks,
    deadlines: Deadlines,
    arbs: Arbs,
    followed: Followed,
    ended: Ended,
    unstored: Unstored,
    /// The number of the answer that is being read.
    answer: u64,
    /// Offers in all markets, and points in all histories.
    offers: usize,
    points: usize,
    /// Rows are told.
    publishing: bool,
    whole: Whole,
    counts: Counts,
    /// Space to write rows in.
    space: String,
}

/// Topics whose next change is the whole of it.
#[derive(Clone, Copy, Debug, Default)]
struct Whole {
    sports: bool,
    books: bool,
    arbs: bool,
}

impl Default for OddsEngine {
    fn default() -> OddsEngine {
        OddsEngine::new(OddsSettings::default())
    }
}

impl OddsEngine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(settings: OddsSettings) -> OddsEngine {
        OddsEngine {
            settings,
            now: Timestamp::default(),
            fixtures: Slab::new(),
            by_id: BTreeMap::new(),
            markets: Slab::new(),
            books: Books::default(),
            marks: Marks::default(),
            deadlines: Deadlines::default(),
            arbs: Arbs::default(),
            followed: Followed::default(),
            ended: Ended::default(),
            unstored: Unstored::default(),
            answer: 0,
            offers: 0,
            points: 0,
            publishing: true,
            whole: Whole::default(),
            counts: Counts::default(),
            space: String::new(),
        }
    }

    /// What it has seen, and why some of it did not count.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let (events, markets, arbs) = (self.fixtures.len(), self.markets.len(), self.arbs.len());
        Counts { events, markets, arbs, ..self.counts }
    }

    /// Whether rows are told; see [`Event::Publish`].
    #[must_use]
    pub const fn is_publishing(&self) -> bool {
        self.publishing
    }

    /// Events that ended since this was last called.
    pub fn take_finals(&mut self) -> Vec<FinalScore> {
        self.ended.take()
    }

    /// Stakes of our own pool in a market are these now.
    #[expect(clippy::needless_pass_by_value, reason = "the ledger has no use for it any more")]
    pub fn pool(&mut self, pool: Pool) {
        self.stakes(OWN, &pool.market, &pool.stakes, &pool.payouts);
    }

    /// So many bets at a book are not settled.
    #[expect(clippy::needless_pass_by_value, reason = "the ledger has no use for it any more")]
    pub fn active_bets(&mut self, active: ActiveBets) {
        self.books.active_bets(&active.book, active.count, &self.settings);
    }

    fn publish(&mut self, publish: bool) {
        if publish && !self.publishing {
            // What was opened and closed meanwhile nobody needs to hear of.
            self.whole.arbs = true;
        }
        self.unstored.publishing |= publish != self.publishing;
        self.publishing = publish;
    }

    fn take_books(&mut self) -> Option<TopicChange> {
        let whole = std::mem::take(&mut self.whole.books);
        if !std::mem::take(&mut self.books.changed) && !whole {
            return None;
        }
        self.unstored.books = true;
        let mut change = Change::new();
        self.books.rows().for_each(|(key, row)| change.set(key, rows::json(&row)));
        rows::topic_change(&OddsTopic::Books, change, None, whole)
    }
}

impl Engine for OddsEngine {
    type Event = Event;

    fn restore(&mut self, state: BTreeMap<Box<str>, Box<str>>) {
        *self = OddsEngine::new(self.settings.clone());
        self.load(&state);
        self.whole = Whole { sports: true, books: true, arbs: true };
    }

    fn handle(&mut self, event: &Event) {
        match event {
            Event::Odds(odds) => self.odds(odds),
            Event::Score(score) => self.score(score),
            Event::Listed { sport, events, at } => self.listed(sport, events, *at),
            Event::Publish(publish) => self.publish(*publish),
            Event::Pool { market, stakes, payouts } => self.stakes(OTHER, market, stakes, payouts),
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.now = now;
        self.pass_time();
    }

    fn open(&mut self, topic: &Topic) -> bool {
        OddsTopic::parse(topic).is_some_and(|topic| self.followed.open(topic))
    }

    fn close(&mut self, topic: &Topic) {
        if let Some(topic) = OddsTopic::parse(topic) {
            self.followed.close(&topic);
        }
    }

    fn take(&mut self, due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        self.evaluate();
        let mut changes = Vec::new();
        self.unstored.due |= due(SLOW);
        let boards = due(BOARDS);
        if boards {
            self.take_new_topics(&mut changes);
        }
        if !self.publishing {
            self.arbs.forget();
            return changes;
        }
        if boards {
            self.take_boards(&mut changes);
        }
        if due(OddsTopic::Arbs.kind().due) {
            let whole = std::mem::take(&mut self.whole.arbs);
            changes.extend(self.arbs.take(whole));
            changes.extend(self.arbs.take_closed());
        }
        if due(SLOW) {
            changes.extend(self.take_books());
            changes.extend(self.take_sports());
        }
        changes
    }

    fn take_state(&mut self) -> Vec<StateOp> {
        self.store()
    }
}

/// Events that are no more, in the stored state.
type Gone = BTreeSet<SportKey>;
