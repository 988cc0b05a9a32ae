//! What the page knows of the domain: the bets of whoever is signed in.

use serde_json::value::RawValue;
use shared::domain::bets::{BetRow, BetsTopic, ExposureRow};
use shared::stream::{Change, Class, Topic};
use shared::wire::RawRows;

use super::read;
use crate::domain::keyed::Keyed;
use crate::domain::stores::TopicStore;

/// The rows of one user: nobody follows another's.
#[derive(Clone, Debug)]
pub struct Store {
    /// `bets/{user}`.
    pub bets: Keyed<BetRow>,
    /// `bets/{user}/exposure`.
    pub exposure: Keyed<ExposureRow>,
}

impl Default for Store {
    fn default() -> Store {
        Store { bets: Keyed::new(Class::State, read::bet), exposure: Keyed::new(Class::State, read::exposure) }
    }
}

impl TopicStore for Store {
    fn snapshot(&mut self, topic: &Topic, rows: &RawRows) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => self.bets.snapshot(rows),
            Some(BetsTopic::Exposure(_)) => self.exposure.snapshot(rows),
            None => {}
        }
    }

    fn update(&mut self, topic: &Topic, change: &Change<Box<RawValue>>) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => self.bets.update(change),
            Some(BetsTopic::Exposure(_)) => self.exposure.update(change),
            None => {}
        }
    }

    fn forget(&mut self, topic: &Topic) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => self.bets.clear(),
            Some(BetsTopic::Exposure(_)) => self.exposure.clear(),
            None => {}
        }
    }

    fn unreadable(&self) -> u32 {
        self.bets.unreadable().saturating_add(self.exposure.unreadable())
    }
}
