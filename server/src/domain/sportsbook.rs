//! Odds and bets as one engine, so that a bet is checked against the price as it is at that moment, and
//! both are stored in one transaction. The two domains know nothing of each other; what passes between
//! them is in [`market`](super::market).

use std::collections::BTreeMap;
use std::time::Duration;

use shared::stream::Topic;
use shared::units::Timestamp;

use super::bets::{BetsEngine, engine::COMMANDS};
use super::odds::{Event, OddsEngine};
use super::{Answered, CommandKind, Engine, Request, StateOp, TopicChange};

/// What the keys of the ledger's state begin with; all others are the odds engine's.
const BETS: &str = "bets:";

/// The engine of odds and bets.
#[derive(Debug, Default)]
pub struct Sportsbook {
    odds: OddsEngine,
    bets: BetsEngine,
}

impl Sportsbook {
    /// Of these two.
    #[must_use]
    pub const fn new(odds: OddsEngine, bets: BetsEngine) -> Sportsbook {
        Sportsbook { odds, bets }
    }

    /// What became of either is told to the other.
    fn exchange(&mut self) {
        self.odds.take_finals().iter().for_each(|score| self.bets.settle(score));
        self.bets.take_pools().into_iter().for_each(|pool| self.odds.pool(pool));
        self.bets.take_active().into_iter().for_each(|active| self.odds.active_bets(active));
    }
}

impl Engine for Sportsbook {
    type Event = Event;

    fn restore(&mut self, state: BTreeMap<Box<str>, Box<str>>) {
        let (mut odds, mut bets) = (BTreeMap::new(), BTreeMap::new());
        for (key, value) in state {
            match key.strip_prefix(BETS) {
                Some(own) => bets.insert(own.into(), value),
                None => odds.insert(key, value),
            };
        }
        self.odds.restore(odds);
        self.bets.restore(&bets);
        self.exchange();
    }

    fn handle(&mut self, event: &Event) {
        self.odds.handle(event);
        self.exchange();
    }

    fn tick(&mut self, now: Timestamp) {
        self.odds.tick(now);
        self.exchange();
    }

    fn open(&mut self, topic: &Topic) -> bool {
        self.odds.open(topic) || self.bets.open(topic)
    }

    fn close(&mut self, topic: &Topic) {
        self.odds.close(topic);
        self.bets.close(topic);
    }

    fn commands(&self) -> &'static [CommandKind] {
        COMMANDS
    }

    fn command(&mut self, request: &Request) -> Answered {
        let answered = self.bets.command(request, &self.odds);
        self.exchange();
        answered
    }

    fn take(&mut self, due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        let mut changes = self.odds.take(due);
        changes.extend(self.bets.take());
        changes
    }

    fn counts(&self) -> Vec<(&'static str, u64)> {
        self.odds.counts().named().into()
    }

    fn take_state(&mut self) -> Vec<StateOp> {
        let own = |key: Box<str>| format!("{BETS}{key}").into_boxed_str();
        let bets = self.bets.take_state().into_iter().map(|op| match op {
            StateOp::Put(key, value) => StateOp::Put(own(key), value),
            StateOp::Del(key) => StateOp::Del(own(key)),
            StateOp::DelPrefix(prefix) => StateOp::DelPrefix(own(prefix)),
        });
        let mut ops = self.odds.take_state();
        ops.extend(bets);
        ops
    }
}
