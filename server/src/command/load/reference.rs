//! A topic as the first of its followers saw it, with a hash of all rows at each position.
//!
//! Every other follower is compared with it: at a position there is only one right content. The hash of
//! a table is the sum of its rows' hashes, so what a change makes of the table at any earlier position
//! costs no more than what it changes, also for merged updates of slow readers.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use shared::stream::{Change, Class, Key};

/// Hashes of rows by key.
pub type Hashes = BTreeMap<Key, u64>;

/// So many positions are remembered; whoever is further behind cannot be compared.
const MOST_POSITIONS: usize = 50_000;

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

/// A topic within one epoch.
#[derive(Debug)]
pub struct Timeline {
    class: Class,
    head: u64,
    rows: Hashes,
    hash: u64,
    /// The table at each position that someone has reached.
    at: BTreeMap<u64, Mark>,
    /// Each row's hash since a position; `None` since it is gone.
    versions: BTreeMap<Key, Vec<(u64, Option<u64>)>>,
}

/// A table in short.
#[derive(Clone, Debug, Default)]
struct Mark {
    hash: u64,
    rows: usize,
    first: Option<Key>,
}

impl Timeline {
    /// Begins with a snapshot.
    #[must_use]
    pub fn new(class: Class, seq: u64, rows: &Hashes) -> Timeline {
        let (rows_now, at, versions) = (Hashes::new(), BTreeMap::new(), BTreeMap::new());
        let mut line = Timeline { class, head: seq, rows: rows_now, hash: 0, at, versions };
        line.extend_whole(seq, rows);
        line
    }

    /// The newest position that anyone has reached.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// The table's hash at a position, if it is one that someone has reached.
    #[must_use]
    pub fn hash_at(&self, seq: u64) -> Option<u64> {
        self.at.get(&seq).map(|mark| mark.hash)
    }

    /// The newest position that anyone has reached, up to this one.
    #[must_use]
    pub fn newest_until(&self, seq: u64) -> Option<u64> {
        self.at.range(..=seq).next_back().map(|(seq, _)| *seq)
    }

    /// The hash of what a change makes of the table at a position, or of an empty table. `None`: the
    /// position is none that someone has reached, or was forgotten.
    #[must_use]
    pub fn hash_after(&self, base: Option<u64>, change: &Change<u64>) -> Option<u64> {
        let mark = match base {
            Some(seq) => self.at.get(&seq)?.clone(),
            None => Mark::default(),
        };
        let before = |key: &Key| base.and_then(|seq| then(self.versions.get(key)?, seq));
        let (mut hash, mut rows) = (mark.hash, mark.rows);
        for (key, new) in change.sets() {
            let old = before(key);
            hash = hash.wrapping_sub(old.unwrap_or(0)).wrapping_add(*new);
            rows += usize::from(old.is_none());
        }
        match self.class {
            Class::State => {
                let gone = change.dels().iter().filter_map(before);
                Some(gone.fold(hash, u64::wrapping_sub))
            }
            Class::Recent { keep } => {
                // What was there and is not set, and what is set, each in the order of keys.
                let from = mark.first.unwrap_or_else(|| "".into());
                let there = self.versions.range(from..).filter_map(|(key, v)| Some((key, then(v, base?)?)));
                let mut there = there.filter(|(key, _)| !change.sets().contains_key(*key)).peekable();
                let mut set = change.sets().iter().map(|(key, hash)| (key, *hash)).peekable();
                for _ in keep..rows {
                    let is_set = match (there.peek(), set.peek()) {
                        (Some((there, _)), Some((set, _))) => set < there,
                        (None, _) => true,
                        (_, None) => false,
                    };
                    let (_, evicted) = if is_set { set.next()? } else { there.next()? };
                    hash = hash.wrapping_sub(evicted);
                }
                Some(hash)
            }
        }
    }

    /// Goes on to `seq`, which is after the head.
    pub fn extend(&mut self, seq: u64, change: &Change<u64>) {
        match self.class {
            Class::State => change.dels().iter().for_each(|key| self.put(seq, key, None)),
            Class::Recent { .. } => {}
        }
        change.sets().iter().for_each(|(key, hash)| self.put(seq, key, Some(*hash)));
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
        let mark = Mark { hash: self.hash, rows: self.rows.len(), first: self.rows.keys().next().cloned() };
        self.at.insert(seq, mark);
        if self.at.len() > MOST_POSITIONS {
            self.forget();
        }
    }

    /// Forgets the older half.
    fn forget(&mut self) {
        let Some(first) = self.at.keys().nth(MOST_POSITIONS / 2).copied() else { return };
        self.at = self.at.split_off(&first);
        self.versions.retain(|_, versions| {
            let needed = versions.partition_point(|(since, _)| *since <= first).saturating_sub(1);
            versions.drain(..needed);
            !(versions.len() == 1 && versions[0].1.is_none() && versions[0].0 <= first)
        });
    }
}

/// A row's hash at a position.
fn then(versions: &[(u64, Option<u64>)], seq: u64) -> Option<u64> {
    let after = versions.partition_point(|(since, _)| *since <= seq);
    versions[after.checked_sub(1)?].1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::stream::apply;

    use super::*;

    fn change(set: &[(&str, u64)], del: &[&str]) -> Change<u64> {
        let mut change = Change::new();
        del.iter().for_each(|key| change.del((*key).into()));
        set.iter().for_each(|(key, hash)| change.set((*key).into(), *hash));
        change
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

    fn any_change() -> impl Strategy<Value = Change<u64>> {
        let set = proptest::collection::btree_map(0_u8..9, 1_u64..1000, 0..4);
        let del = proptest::collection::btree_set(0_u8..9, 0..3);
        (set, del).prop_map(|(set, del)| {
            let mut change = Change::new();
            del.iter().for_each(|key| change.del(key.to_string().into()));
            set.iter().for_each(|(key, hash)| change.set(key.to_string().into(), *hash));
            change
        })
    }

    proptest! {
        /// Against replicas that keep all rows: the hash at each position, and what any change makes of any
        /// position, are those of the rows.
        #[test]
        fn hashes_are_those_of_replicas(recent: bool, steps in proptest::collection::vec(any_change(), 1..12), other in any_change()) {
            let class = if recent { Class::Recent { keep: 4 } } else { Class::State };
            let mut line = Timeline::new(class, 0, &Hashes::new());
            let mut replicas = vec![Hashes::new()];
            for (seq, step) in (1..).zip(&steps) {
                line.extend(seq, step);
                let mut rows = replicas.last().unwrap().clone();
                apply(class, &mut rows, step.clone());
                replicas.push(rows);
            }
            for (seq, rows) in (0..).zip(&replicas) {
                prop_assert_eq!(line.hash_at(seq), Some(table_hash(rows)));
                let mut changed = rows.clone();
                apply(class, &mut changed, other.clone());
                prop_assert_eq!(line.hash_after(Some(seq), &other), Some(table_hash(&changed)));
            }
            let mut alone = Hashes::new();
            apply(class, &mut alone, other.clone());
            prop_assert_eq!(line.hash_after(None, &other), Some(table_hash(&alone)));
            prop_assert_eq!(line.hash_after(Some(99), &other), None);
        }
    }

    #[test]
    fn a_snapshot_takes_it_further_as_updates_do() {
        let mut by_updates = Timeline::new(Class::State, 1, &rows(&[("a", 1), ("b", 2)]));
        by_updates.extend(3, &change(&[("c", 3)], &["a"]));
        let mut by_snapshot = Timeline::new(Class::State, 1, &rows(&[("a", 1), ("b", 2)]));
        by_snapshot.extend_whole(3, &rows(&[("b", 2), ("c", 3)]));
        assert_eq!(by_updates.hash_at(3), by_snapshot.hash_at(3));
        assert_eq!((by_snapshot.newest_until(2), by_snapshot.newest_until(0)), (Some(1), None));
    }

    #[test]
    fn old_positions_are_forgotten_and_newer_ones_stay_right() {
        let mut line = Timeline::new(Class::State, 0, &Hashes::new());
        let mut replica = Hashes::new();
        for seq in 1..=MOST_POSITIONS as u64 {
            let (key, gone) = (format!("{}", seq % 7), format!("{}", (seq + 3) % 7));
            let step = change(&[(&key, seq)], &[&gone]);
            line.extend(seq, &step);
            apply(Class::State, &mut replica, step);
        }
        let change = change(&[("3", 5)], &["4"]);
        assert_eq!(line.hash_after(Some(5), &change), None);
        let head = MOST_POSITIONS as u64;
        assert_eq!(line.hash_at(head), Some(table_hash(&replica)));
        apply(Class::State, &mut replica, change.clone());
        assert_eq!(line.hash_after(Some(head), &change), Some(table_hash(&replica)));
    }
}
