//! The ledger as an engine: commands and final scores in, each user's bets out.
//!
//! The ledger is only ever added to. A bet is written once, when it is accepted or rejected, and
//! each time that it is settled is one more entry of its trail; what became of it is the newest entry.
//! Sums are never stored: they are counted again when the ledger is read.

mod account;
mod ask;
mod bet;
mod ledger;
mod markets;
mod place;
mod price;
mod query;
mod rows;
mod settle;
mod shown;
mod state;
mod wish;

use std::collections::BTreeMap;

use shared::stream::Topic;
use shared::wire::Code;

use self::ledger::Ledger;
use self::shown::Shown;
use super::BetsSettings;
use crate::domain::market::{ActiveBets, FinalScore, Pool, Quotes};
use crate::domain::{Answered, CommandKind, Refused, Request, StateOp, TopicChange};

/// The commands of the ledger.
pub const COMMANDS: &[CommandKind] = &[
    CommandKind { name: "place_bet", writes: true },
    CommandKind { name: "get_bets", writes: false },
    CommandKind { name: "settle_bet", writes: true },
    CommandKind { name: "get_audit", writes: false },
];

/// The bets domain's engine. It is no [`Engine`](crate::domain::Engine) by itself: a bet is placed
/// against the prices of another domain.
#[derive(Debug, Default)]
pub struct BetsEngine {
    settings: BetsSettings,
    ledger: Ledger,
    shown: Shown,
}

impl BetsEngine {
    /// A ledger without a bet.
    #[must_use]
    pub fn new(settings: BetsSettings) -> BetsEngine {
        BetsEngine { settings, ..BetsEngine::default() }
    }

    /// See [`Engine::restore`](crate::domain::Engine::restore). All pools and books count as changed.
    ///
    /// # Panics
    /// Something that is stored cannot be read. A ledger with a hole in it is not served.
    pub fn restore(&mut self, state: &BTreeMap<Box<str>, Box<str>>) {
        self.ledger = match state::load(state) {
            Ok(ledger) => ledger,
            Err(broken) => panic!("the stored ledger of bets cannot be read: {broken}"),
        };
        self.shown = Shown::default();
    }

    /// Carries a request out, one of [`COMMANDS`].
    pub fn command(&mut self, request: &Request, quotes: &dyn Quotes) -> Answered {
        let outcome = match &*request.name {
            "place_bet" => place::place(&mut self.ledger, &self.settings, request, quotes),
            "get_bets" => query::bets(&self.ledger, request),
            "settle_bet" => settle::by_operator(&mut self.ledger, request),
            "get_audit" => query::audit(&self.ledger, request),
            other => Err(Refused::new(Code::NotFound, format!("there is no command {other:?}"))),
        };
        // Whoever is refused so waits for nothing: nothing was done.
        outcome.unwrap_or_else(|refused| Answered { outcome: Err(refused), effect: None })
    }

    /// Settles the bets on an event. The same score again changes nothing.
    pub fn settle(&mut self, score: &FinalScore) {
        settle::by_score(&mut self.ledger, score);
    }

    /// Pools whose stakes changed since this was last called.
    pub fn take_pools(&mut self) -> Vec<Pool> {
        self.ledger.take_pools()
    }

    /// Books whose number of open bets changed since this was last called.
    pub fn take_active(&mut self) -> Vec<ActiveBets> {
        self.ledger.take_active()
    }

    /// See [`Engine::open`](crate::domain::Engine::open).
    pub fn open(&mut self, topic: &Topic) -> bool {
        self.shown.open(topic)
    }

    /// See [`Engine::close`](crate::domain::Engine::close).
    pub fn close(&mut self, topic: &Topic) {
        self.shown.close(topic);
    }

    /// See [`Engine::take`](crate::domain::Engine::take): all topics of this domain are always due.
    pub fn take(&mut self) -> Vec<TopicChange> {
        let changed = self.ledger.take_changed();
        self.shown.take(&self.ledger, changed)
    }

    /// See [`Engine::take_state`](crate::domain::Engine::take_state).
    pub fn take_state(&mut self) -> Vec<StateOp> {
        self.ledger.take_state()
    }
}
