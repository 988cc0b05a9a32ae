//! Rows of one kind by their key: what a topic of few rows is kept in.

use serde_json::value::RawValue;
use shared::stream::{Change, Class, Key};
use shared::wire::RawRows;

use crate::model::sorted::Sorted;

/// A topic's rows, read. A row that cannot be read is left out and counted.
#[derive(Clone, Debug)]
pub struct Keyed<T> {
    class: Class,
    read: fn(&str) -> Option<T>,
    rows: Sorted<T>,
    changes: u32,
    unreadable: u32,
}

impl<T> Keyed<T> {
    /// No rows yet; `read` reads one.
    #[must_use]
    pub const fn new(class: Class, read: fn(&str) -> Option<T>) -> Keyed<T> {
        Keyed { class, read, rows: Sorted::new(), changes: 0, unreadable: 0 }
    }

    /// All rows; what was there before is gone.
    pub fn snapshot(&mut self, rows: &RawRows) {
        self.rows.clear();
        rows.iter().for_each(|(key, row)| self.put(key, row));
        self.changed();
    }

    /// What changed.
    pub fn update(&mut self, change: &Change<Box<RawValue>>) {
        // From the newest rows nothing is removed; they are only followed by newer ones.
        if self.class == Class::State {
            change.dels().iter().for_each(|key| {
                self.rows.remove(key);
            });
        }
        change.sets().iter().for_each(|(key, row)| self.put(key, row));
        self.changed();
    }

    /// The topic is followed no more.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.changes = self.changes.wrapping_add(1);
    }

    /// The rows in the order of their keys.
    #[must_use]
    pub const fn rows(&self) -> &Sorted<T> {
        &self.rows
    }

    /// The row of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// Counts every change; equal numbers mean that nothing changed.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// How many rows could not be read: a newer server may send what this page does not know.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn put(&mut self, key: &Key, row: &RawValue) {
        match (self.read)(row.get()) {
            Some(row) => self.rows.insert(key.clone(), row),
            None => self.unreadable = self.unreadable.saturating_add(1),
        }
    }

    fn changed(&mut self) {
        if let Class::Recent { keep } = self.class {
            self.rows.keep_last(keep);
        }
        self.changes = self.changes.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(rows: &[(&str, &str)]) -> RawRows {
        rows.iter().map(|(key, json)| ((*key).into(), RawValue::from_string((*json).to_owned()).unwrap())).collect()
    }

    fn numbers(keyed: &Keyed<u32>) -> Vec<u32> {
        keyed.rows().values().copied().collect()
    }

    #[test]
    fn a_snapshot_replaces_and_an_update_changes() {
        let mut keyed = Keyed::new(Class::State, |text| text.parse().ok());
        keyed.snapshot(&raw(&[("a", "1"), ("b", "2")]));
        keyed.snapshot(&raw(&[("b", "3"), ("c", "\"x\"")]));
        assert_eq!((numbers(&keyed), keyed.unreadable()), (vec![3], 1));
        let mut change = Change::new();
        change.del("b".into());
        change.set("d".into(), RawValue::from_string("4".to_owned()).unwrap());
        keyed.update(&change);
        assert_eq!((numbers(&keyed), keyed.changes(), keyed.get("d")), (vec![4], 3, Some(&4)));
        keyed.clear();
        assert!(keyed.rows().is_empty());
    }

    #[test]
    fn only_the_newest_are_kept_where_only_those_count() {
        let mut keyed = Keyed::new(Class::Recent { keep: 2 }, |text| text.parse().ok());
        keyed.snapshot(&raw(&[("1", "1"), ("2", "2"), ("3", "3")]));
        assert_eq!(numbers(&keyed), [2, 3]);
    }
}
