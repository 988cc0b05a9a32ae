//! A topic as the first of its followers saw it, with a hash of all rows at each position.
//!
//! Every other follower is compared with it: at a position there is only one right content. The hash of
//! a table is the sum of its rows' hashes, so a step costs what it changes, and a table of an earlier
//! position can be rebuilt for whoever is fed merged updates.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use shared::stream::{Class, Key};

/// Hashes of rows by key.
pub type Hashes = BTreeMap<Key, u64>;

/// So many positions are remembered; whoever is further behind cannot be compared.
const MOST_POSITIONS: usize = 50_000;

/// What one update does, as hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Rows at their new value.
    pub set: Vec<(Key, u64)>,
    /// Rows that are gone.
    pub del: Vec<Key>,
}

/// A row's hash, of its key and its exact bytes.
#[must_use]
pub fn row_hash(key: &str, row: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.write_u8(0xff);
    hasher.write(row.as_bytes());
    hasher.finish()
}

/// The hash of a whole table: the same in whatever order its rows came.
#[must_use]
pub fn table_hash(rows: &Hashes) -> u64 {
    rows.values().fold(0, |sum, hash| sum.wrapping_add(*hash))
}

/// Applies a step as every replica does.
pub fn apply(class: Class, rows: &mut Hashes, step: &Step) {
    let mut change = shared::stream::Change::new();
    step.del.iter().for_each(|key| change.del(key.clone()));
    step.set.iter().for_each(|(key, hash)| change.set(key.clone(), *hash));
    shared::stream::apply(class, rows, change);
}

/// A topic within one epoch.
#[derive(Debug)]
pub struct Timeline {
    class: Class,
    head: u64,
    rows: Hashes,
    hash: u64,
    /// The table's hash at each position that someone has reached.
    at: BTreeMap<u64, u64>,
    /// Each row's hash since a position; `None` since it is gone.
    versions: BTreeMap<Key, Vec<(u64, Option<u64>)>>,
}

impl Timeline {
    /// Begins with a snapshot.
    #[must_use]
    pub fn new(class: Class, seq: u64, rows: Hashes) -> Timeline {
        let versions = rows.iter().map(|(key, hash)| (key.clone(), vec![(seq, Some(*hash))])).collect();
        let hash = table_hash(&rows);
        Timeline { class, head: seq, rows, hash, at: BTreeMap::from([(seq, hash)]), versions }
    }

    /// The newest position that anyone has reached.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// The table's hash at a position, if it is one that someone has reached.
    #[must_use]
    pub fn hash_at(&self, seq: u64) -> Option<u64> {
        self.at.get(&seq).copied()
    }

    /// The newest position that anyone has reached, up to this one.
    #[must_use]
    pub fn newest_until(&self, seq: u64) -> Option<u64> {
        self.at.range(..=seq).next_back().map(|(seq, _)| *seq)
    }

    /// The rows at a position that someone has reached and that is remembered.
    #[must_use]
    pub fn rows_at(&self, seq: u64) -> Option<Hashes> {
        let hash = self.hash_at(seq)?;
        let then = |versions: &Vec<(u64, Option<u64>)>| versions.iter().rev().find(|(since, _)| *since <= seq)?.1;
        let rows: Hashes = self.versions.iter().filter_map(|(key, v)| Some((key.clone(), then(v)?))).collect();
        debug_assert_eq!(table_hash(&rows), hash, "what is rebuilt is what was there");
        Some(rows)
    }

    /// Goes on to `seq`, which is after the head.
    pub fn extend(&mut self, seq: u64, step: &Step) {
        if self.class == Class::State {
            for key in &step.del {
                self.put(seq, key, None);
            }
        }
        for (key, hash) in &step.set {
            self.put(seq, key, Some(*hash));
        }
        if let Class::Recent { keep } = self.class {
            while self.rows.len() > keep {
                let Some(oldest) = self.rows.keys().next().cloned() else { break };
                self.put(seq, &oldest, None);
            }
        }
        self.reach(seq);
    }

    /// Goes on to a snapshot at `seq`, which is after the head.
    pub fn extend_whole(&mut self, seq: u64, rows: &Hashes) {
        let gone: Vec<Key> = self.rows.keys().filter(|key| !rows.contains_key(*key)).cloned().collect();
        gone.iter().for_each(|key| self.put(seq, key, None));
        rows.iter().for_each(|(key, hash)| self.put(seq, key, Some(*hash)));
        self.reach(seq);
    }

    fn put(&mut self, seq: u64, key: &Key, row: Option<u64>) {
        let before = match row {
            Some(hash) => self.rows.insert(key.clone(), hash),
            None => self.rows.remove(key),
        };
        if before != row {
            self.hash = self.hash.wrapping_sub(before.unwrap_or(0)).wrapping_add(row.unwrap_or(0));
            self.versions.entry(key.clone()).or_default().push((seq, row));
        }
    }

    fn reach(&mut self, seq: u64) {
        self.head = seq;
        self.at.insert(seq, self.hash);
        if self.at.len() > MOST_POSITIONS {
            self.forget();
        }
    }

    /// Forgets the older half.
    fn forget(&mut self) {
        let Some(first) = self.at.keys().nth(MOST_POSITIONS / 2).copied() else { return };
        self.at = self.at.split_off(&first);
        self.versions.retain(|_, versions| {
            let needed = versions.iter().rposition(|(since, _)| *since <= first).unwrap_or(0);
            versions.drain(..needed);
            !(versions.len() == 1 && versions[0].1.is_none() && versions[0].0 <= first)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(set: &[(&str, u64)], del: &[&str]) -> Step {
        Step {
            set: set.iter().map(|(k, h)| ((*k).into(), *h)).collect(),
            del: del.iter().map(|k| (*k).into()).collect(),
        }
    }

    fn rows(rows: &[(&str, u64)]) -> Hashes {
        rows.iter().map(|(k, h)| ((*k).into(), *h)).collect()
    }

    #[test]
    fn a_table_hash_depends_on_rows_and_not_on_their_order() {
        let a = row_hash("A", "1").wrapping_add(row_hash("B", "2"));
        let b = row_hash("B", "2").wrapping_add(row_hash("A", "1"));
        assert_eq!(a, b);
        assert_ne!(row_hash("A", "1"), row_hash("A", "2"));
        assert_ne!(row_hash("A", "1B"), row_hash("A1", "B"));
    }

    #[test]
    fn every_position_can_be_rebuilt_whatever_came_after_it() {
        for class in [Class::State, Class::Recent { keep: 3 }] {
            let mut line = Timeline::new(class, 1, rows(&[("a", 1), ("b", 2)]));
            let mut replica = rows(&[("a", 1), ("b", 2)]);
            let mut past = vec![(1, replica.clone())];
            let steps =
                [step(&[("c", 3)], &["a"]), step(&[("a", 4), ("d", 5)], &[]), step(&[("e", 6)], &["c"]), step(&[], &["e"])];
            for (seq, step) in (2..).zip(&steps) {
                apply(class, &mut replica, step);
                line.extend(seq, step);
                past.push((seq, replica.clone()));
            }
            for (seq, then) in past {
                assert_eq!(line.rows_at(seq), Some(then.clone()), "{class:?} at {seq}");
                assert_eq!(line.hash_at(seq), Some(table_hash(&then)));
            }
            assert_eq!((line.hash_at(9), line.rows_at(9)), (None, None));
        }
    }

    #[test]
    fn a_snapshot_takes_it_further_as_updates_do() {
        let mut by_updates = Timeline::new(Class::State, 1, rows(&[("a", 1), ("b", 2)]));
        by_updates.extend(3, &step(&[("c", 3)], &["a"]));
        let mut by_snapshot = Timeline::new(Class::State, 1, rows(&[("a", 1), ("b", 2)]));
        by_snapshot.extend_whole(3, &rows(&[("b", 2), ("c", 3)]));
        assert_eq!(by_updates.hash_at(3), by_snapshot.hash_at(3));
        assert_eq!(by_snapshot.rows_at(1), Some(rows(&[("a", 1), ("b", 2)])));
    }

    #[test]
    fn old_positions_are_forgotten_and_newer_ones_stay_right() {
        let mut line = Timeline::new(Class::State, 0, Hashes::new());
        for seq in 1..=MOST_POSITIONS as u64 {
            let key = format!("{}", seq % 7);
            let gone = format!("{}", (seq + 3) % 7);
            line.extend(seq, &step(&[(&key, seq)], &[&gone]));
        }
        assert_eq!(line.rows_at(5), None);
        for seq in [25_001, 40_000, MOST_POSITIONS as u64] {
            let rows = line.rows_at(seq).unwrap();
            assert_eq!(Some(table_hash(&rows)), line.hash_at(seq));
        }
    }
}
