//! The one reducer: how a set of rows changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a row is found by: a ticker, a print id, a market.
pub type Key = Arc<str>;

/// The rows of a topic.
pub type Rows<R> = BTreeMap<Key, R>;

/// How a topic's rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Rows stay until they are removed.
    State,
    /// Only the rows with the `keep` greatest keys stay. Replicas trim by themselves with the same
    /// rule, so an evicted row is never sent as a removal. That only works because nothing else
    /// leaves: removals have no effect here, and a row that must not be seen is put again, empty.
    Recent {
        /// How many rows stay.
        keep: usize,
    },
}

/// A change set: rows put at their new absolute value, rows removed. No key is in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<R> {
    set: BTreeMap<Key, R>,
    del: BTreeSet<Key>,
}

impl<R> Change<R> {
    /// A change of nothing.
    #[must_use]
    pub const fn new() -> Change<R> {
        Change { set: BTreeMap::new(), del: BTreeSet::new() }
    }

    /// Puts a row.
    pub fn set(&mut self, key: Key, row: R) {
        self.del.remove(&key);
        self.set.insert(key, row);
    }

    /// Removes a row.
    pub fn del(&mut self, key: Key) {
        self.set.remove(&key);
        self.del.insert(key);
    }

    /// Adds what happened after this change; the later value of a key wins.
    pub fn merge(&mut self, later: Change<R>) {
        let Change { set, del } = later;
        for key in del {
            self.del(key);
        }
        for (key, row) in set {
            self.set(key, row);
        }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.del.is_empty()
    }

    /// The rows that are put.
    #[must_use]
    pub const fn sets(&self) -> &BTreeMap<Key, R> {
        &self.set
    }

    /// The keys that are removed.
    #[must_use]
    pub const fn dels(&self) -> &BTreeSet<Key> {
        &self.del
    }

    /// Both parts: what is put, what is removed.
    #[must_use]
    pub fn into_parts(self) -> (BTreeMap<Key, R>, BTreeSet<Key>) {
        (self.set, self.del)
    }
}

impl<R> Default for Change<R> {
    fn default() -> Change<R> {
        Change::new()
    }
}

/// Applies a change. Total and idempotent: any change fits any rows, and twice is as good as once.
pub fn apply<R>(class: Class, rows: &mut Rows<R>, change: Change<R>) {
    rows.extend(change.set);
    match class {
        Class::State => change.del.iter().for_each(|key| {
            rows.remove(key);
        }),
        Class::Recent { keep } => {
            while rows.len() > keep {
                rows.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn change(set: &[(&str, u32)], del: &[&str]) -> Change<u32> {
        let mut change = Change::new();
        del.iter().for_each(|k| change.del((*k).into()));
        set.iter().for_each(|(k, v)| change.set((*k).into(), *v));
        change
    }

    #[test]
    fn the_later_of_two_merged_changes_wins_for_each_key() {
        let mut first = change(&[("a", 1), ("b", 1)], &["c"]);
        first.merge(change(&[("c", 2)], &["a"]));
        assert_eq!(first, change(&[("b", 1), ("c", 2)], &["a"]));
    }

    #[test]
    fn applying_twice_is_as_good_as_once() {
        let mut rows = Rows::from([("a".into(), 1), ("b".into(), 1)]);
        let step = change(&[("c", 3)], &["a"]);
        apply(Class::State, &mut rows, step.clone());
        let once = rows.clone();
        apply(Class::State, &mut rows, step);
        assert_eq!(rows, once);
    }

    #[test]
    fn a_recent_table_keeps_the_greatest_keys() {
        let mut rows = Rows::new();
        apply(Class::Recent { keep: 2 }, &mut rows, change(&[("1", 1), ("2", 2), ("3", 3)], &[]));
        apply(Class::Recent { keep: 2 }, &mut rows, change(&[("0", 0)], &[]));
        apply(Class::Recent { keep: 2 }, &mut rows, change(&[], &["3"]));
        assert_eq!(rows.keys().map(|k| &**k).collect::<Vec<_>>(), ["2", "3"]);
    }
}
