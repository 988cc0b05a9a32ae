//! The odds engine: what books offer in, boards, books and arbitrages out.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::stream::Topic;
use shared::units::Timestamp;

use super::Event;
use crate::domain::market::{ActiveBets, FinalScore, Missing, Pool, Quote, Quotes};
use crate::domain::{Engine, StateOp, TopicChange};

/// The odds domain's engine.
#[derive(Debug, Default)]
pub struct OddsEngine {}

impl OddsEngine {
    /// Events that ended since this was last called.
    pub fn take_finals(&mut self) -> Vec<FinalScore> {
        Vec::new()
    }

    /// Stakes of our own pool in a market are these now.
    pub fn pool(&mut self, _pool: Pool) {}

    /// So many bets at a book are not settled.
    pub fn active_bets(&mut self, _active: ActiveBets) {}
}

impl Quotes for OddsEngine {
    fn quote(&self, _market: &str, _selection: &str, _book: &str) -> Result<Quote, Missing> {
        Err(Missing::Market)
    }
}

impl Engine for OddsEngine {
    type Event = Event;

    fn restore(&mut self, _state: BTreeMap<Box<str>, Box<str>>) {}

    fn handle(&mut self, _event: &Event) {}

    fn tick(&mut self, _now: Timestamp) {}

    fn open(&mut self, _topic: &Topic) -> bool {
        false
    }

    fn close(&mut self, _topic: &Topic) {}

    fn take(&mut self, _due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        Vec::new()
    }

    fn take_state(&mut self) -> Vec<StateOp> {
        Vec::new()
    }
}
