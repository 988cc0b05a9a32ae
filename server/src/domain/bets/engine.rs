//! The ledger as an engine: commands and final scores in, each user's bets out.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::stream::Topic;
use shared::units::Timestamp;
use shared::wire::Code;

use crate::domain::market::{ActiveBets, FinalScore, Pool, Quotes};
use crate::domain::{Answered, CommandKind, Request, StateOp, TopicChange};

/// The commands of the ledger.
pub const COMMANDS: &[CommandKind] = &[
    CommandKind { name: "place_bet", writes: true },
    CommandKind { name: "get_bets", writes: false },
    CommandKind { name: "settle_bet", writes: true },
];

/// The bets domain's engine. It is no [`Engine`](crate::domain::Engine) by itself: a bet is placed
/// against the prices of another domain.
#[derive(Debug, Default)]
pub struct BetsEngine {}

impl BetsEngine {
    /// See [`Engine::restore`](crate::domain::Engine::restore).
    pub fn restore(&mut self, _state: BTreeMap<Box<str>, Box<str>>) {}

    /// Carries a request out, one of [`COMMANDS`].
    pub fn command(&mut self, _request: &Request, _quotes: &dyn Quotes) -> Answered {
        Answered::refused(Code::NotFound, "there are no bets yet")
    }

    /// Settles the bets on an event.
    pub fn settle(&mut self, _score: &FinalScore) {}

    /// Pools whose stakes changed since this was last called.
    pub fn take_pools(&mut self) -> Vec<Pool> {
        Vec::new()
    }

    /// Books whose number of open bets changed since this was last called.
    pub fn take_active(&mut self) -> Vec<ActiveBets> {
        Vec::new()
    }

    /// See [`Engine::tick`](crate::domain::Engine::tick).
    pub fn tick(&mut self, _now: Timestamp) {}

    /// See [`Engine::open`](crate::domain::Engine::open).
    pub fn open(&mut self, _topic: &Topic) -> bool {
        false
    }

    /// See [`Engine::close`](crate::domain::Engine::close).
    pub fn close(&mut self, _topic: &Topic) {}

    /// See [`Engine::take`](crate::domain::Engine::take).
    pub fn take(&mut self, _due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        Vec::new()
    }

    /// See [`Engine::take_state`](crate::domain::Engine::take_state).
    pub fn take_state(&mut self) -> Vec<StateOp> {
        Vec::new()
    }
}
