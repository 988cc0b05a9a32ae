//! What the page knows of opportunities: those of now, and those that were over lately.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use shared::domain::odds::{ArbRow, ClosedArbRow, OddsTopic};
use shared::stream::{Change, Class, Key};
use shared::wire::RawRows;

use super::read;

/// The rows of `odds/arbs` and `odds/closed`.
#[derive(Clone, Debug, Default)]
pub struct Arbs {
    open: BTreeMap<Key, Arc<ArbRow>>,
    /// Keys are in the order of time.
    closed: BTreeMap<Key, Arc<ClosedArbRow>>,
    changes: u32,
    unreadable: u32,
}

impl Arbs {
    /// All rows of a topic; what was there before is gone.
    pub fn snapshot(&mut self, topic: &OddsTopic, rows: &RawRows) {
        self.forget(topic);
        rows.iter().for_each(|(key, row)| self.put(topic, key, row));
    }

    /// What changed in a topic.
    pub fn update(&mut self, topic: &OddsTopic, change: &Change<Box<RawValue>>) {
        for key in change.dels() {
            match topic {
                OddsTopic::Arbs => drop(self.open.remove(key)),
                OddsTopic::Closed => drop(self.closed.remove(key)),
                OddsTopic::Sports | OddsTopic::Board(_) | OddsTopic::Event(_) | OddsTopic::Books => {}
            }
        }
        change.sets().iter().for_each(|(key, row)| self.put(topic, key, row));
        self.changes = self.changes.wrapping_add(1);
    }

    /// A topic is followed no more, or starts over.
    pub fn forget(&mut self, topic: &OddsTopic) {
        match topic {
            OddsTopic::Arbs => self.open.clear(),
            OddsTopic::Closed => self.closed.clear(),
            OddsTopic::Sports | OddsTopic::Board(_) | OddsTopic::Event(_) | OddsTopic::Books => {}
        }
        self.changes = self.changes.wrapping_add(1);
    }

    /// Those of now, in the order of their keys.
    pub fn open(&self) -> impl Iterator<Item = &Arc<ArbRow>> {
        self.open.values()
    }

    /// The one of that id, if it is still there.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<ArbRow>> {
        self.open.get(id)
    }

    /// Those that are over, the newest first.
    pub fn closed(&self) -> impl Iterator<Item = &Arc<ClosedArbRow>> {
        self.closed.values().rev()
    }

    /// When and how an opportunity that was there ended, if that is known.
    #[must_use]
    pub fn end_of(&self, id: &str) -> Option<&Arc<ClosedArbRow>> {
        self.closed().find(|row| *row.arb.id == *id)
    }

    /// Grows with each change.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// How many rows could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn put(&mut self, topic: &OddsTopic, key: &Key, row: &RawValue) {
        let put = match topic {
            OddsTopic::Arbs => read::arb(row.get()).map(|row| drop(self.open.insert(key.clone(), Arc::new(row)))),
            OddsTopic::Closed => read::closed(row.get()).map(|row| {
                self.closed.insert(key.clone(), Arc::new(row));
                if let Class::Recent { keep } = topic.kind().class {
                    while self.closed.len() > keep {
                        self.closed.pop_first();
                    }
                }
            }),
            OddsTopic::Sports | OddsTopic::Board(_) | OddsTopic::Event(_) | OddsTopic::Books => Some(()),
        };
        if put.is_none() {
            self.unreadable = self.unreadable.saturating_add(1);
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::read::tests::ARB;
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    /// A store with the given opportunities: id, sport, edge, when it was first seen.
    pub fn with(rows: &[(&str, &str, &str, i64)]) -> Arbs {
        let mut change = Change::new();
        for (id, sport, roi, opened) in rows {
            let text = ARB
                .replace("\"a1\"", &format!("\"{id}\""))
                .replace("basketball_nba", sport)
                .replace("\"roi_pct\":\"2.72\"", &format!("\"roi_pct\":\"{roi}\""))
                .replace("1699999990000", &opened.to_string());
            change.set((*id).into(), raw(&text));
        }
        let mut arbs = Arbs::default();
        arbs.update(&OddsTopic::Arbs, &change);
        arbs
    }

    #[test]
    fn one_that_is_over_moves_to_the_other_list() {
        let mut arbs = with(&[("a1", "nba", "1.00", 1), ("a2", "nba", "2.00", 2)]);
        let before = arbs.changes();
        let mut gone = Change::new();
        gone.del("a1".into());
        arbs.update(&OddsTopic::Arbs, &gone);
        assert!(arbs.find("a1").is_none() && arbs.find("a2").is_some() && arbs.changes() != before);

        let mut ended = Change::new();
        for (key, lived) in [("5-a1", 5), ("9-a1", 9)] {
            let end = format!(r#""closed_ms":{lived},"lived_ms":{lived},"peak_roi_pct":"3.10""#);
            ended.set(key.into(), raw(&ARB.replace("\"new\":{}", &end)));
        }
        arbs.update(&OddsTopic::Closed, &ended);
        assert_eq!(arbs.closed().map(|row| row.lived_ms).collect::<Vec<_>>(), [9, 5]);
        assert_eq!(arbs.end_of("a1").map(|row| row.lived_ms), Some(9), "the newest end counts");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_counted_and_left_out() {
        let mut arbs = Arbs::default();
        arbs.snapshot(&OddsTopic::Arbs, &RawRows::from([("x".into(), raw("{}"))]));
        assert_eq!((arbs.open().count(), arbs.unreadable()), (0, 1));
    }
}
