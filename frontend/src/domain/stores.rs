//! What the page knows of each domain: one line for each.

use serde_json::value::RawValue;
use shared::stream::{Change, Topic};
use shared::wire::RawRows;

use super::{bets, darkpool, odds};

/// What a domain does with the rows of its topics. A topic that it does not know changes nothing.
pub trait TopicStore {
    /// All rows of a topic; what was there before is gone.
    fn snapshot(&mut self, topic: &Topic, rows: &RawRows);
    /// What changed in a topic.
    fn update(&mut self, topic: &Topic, change: &Change<Box<RawValue>>);
    /// A topic is followed no more.
    fn forget(&mut self, topic: &Topic);
    /// How many rows could not be read.
    fn unreadable(&self) -> u32;
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// Off-exchange prints.
    pub darkpool: darkpool::store::Store,
    /// Sportsbook odds.
    pub odds: odds::store::Store,
    /// Bets on paper.
    pub bets: bets::store::Store,
}

impl Stores {
    /// The store that a topic belongs to.
    pub fn of(&mut self, topic: &Topic) -> Option<&mut dyn TopicStore> {
        match topic.as_str().split('/').next() {
            Some("darkpool") => Some(&mut self.darkpool),
            Some("odds") => Some(&mut self.odds),
            Some("bets") => Some(&mut self.bets),
            Some(_) | None => None,
        }
    }

    /// How many rows could not be read.
    #[must_use]
    pub fn unreadable(&self) -> u32 {
        let all: [&dyn TopicStore; 3] = [&self.darkpool, &self.odds, &self.bets];
        all.iter().fold(0, |sum, store| sum.saturating_add(store.unreadable()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_topic_goes_to_its_domain_and_an_unknown_one_nowhere() {
        let mut stores = Stores::default();
        let row = |json: &str| RawValue::from_string(json.to_owned()).unwrap();
        let rows = RawRows::from([("x".into(), row("7"))]);
        for (topic, unreadable) in [
            ("darkpool/top", 1),
            ("odds/books", 2),
            ("bets/ana", 3),
            ("bets/ana/exposure", 4),
            ("odds/news", 4),
            ("weather/today", 4),
        ] {
            let topic = topic.parse().unwrap();
            if let Some(store) = stores.of(&topic) {
                store.snapshot(&topic, &rows);
                store.forget(&topic);
            }
            assert_eq!(stores.unreadable(), unreadable, "{topic}");
        }
    }
}
