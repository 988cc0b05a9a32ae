//! What the server keeps of a topic: its rows, and for each key when it last changed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Class, Key, Rows, Seq, apply};

/// Tombstones kept beyond one for each row that is there; older ones are forgotten.
const SPARE_TOMBSTONES: usize = 1024;

/// A topic's rows with the `seq` at which each last changed. A removed key leaves a tombstone,
/// so that "what changed since `s`" is a filter over the table.
#[derive(Clone, Debug)]
pub struct Table<R> {
    class: Class,
    head: Seq,
    rows: Rows<R>,
    /// When each key last changed, rows and tombstones alike.
    changed: BTreeMap<Key, Seq>,
    /// The same, ordered by time.
    order: BTreeSet<(Seq, Key)>,
    /// Removals up to here may have been forgotten.
    floor: Seq,
}

/// A stored key: its row, or nothing where it was removed, and when that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark<R> {
    /// The key.
    pub key: Key,
    /// The row; `None` for a tombstone.
    pub row: Option<R>,
    /// The `seq` of the last change.
    pub seq: Seq,
}

/// What a follower at some position has to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since<R> {
    /// Nothing: it is at the head.
    UpToDate,
    /// These changes take it to the head.
    Changed(Change<R>),
    /// The position is from the future or too old: only a snapshot helps.
    Unknown,
}

impl<R: Clone> Table<R> {
    /// An empty table before its first change.
    #[must_use]
    pub const fn new(class: Class) -> Table<R> {
        Table {
            class,
            head: Seq(0),
            rows: Rows::new(),
            changed: BTreeMap::new(),
            order: BTreeSet::new(),
            floor: Seq(0),
        }
    }

    /// The table as it was stored. `floor` is as [`Table::floor`] said.
    #[must_use]
    pub fn restore(class: Class, head: Seq, floor: Seq, marks: impl IntoIterator<Item = Mark<R>>) -> Table<R> {
        let mut table = Table { head, floor, ..Table::new(class) };
        for Mark { key, row, seq } in marks {
            table.touch(&key, seq);
            if let Some(row) = row {
                table.rows.insert(key, row);
            }
        }
        // What the last change evicted may still have been stored.
        apply(class, &mut table.rows, Change::new());
        if let Class::Recent { .. } = class {
            table.forget_evicted();
        }
        table
    }

    /// The number of the last committed change.
    #[must_use]
    pub const fn head(&self) -> Seq {
        self.head
    }

    /// Followers before this may have missed a removal that is forgotten.
    #[must_use]
    pub const fn floor(&self) -> Seq {
        self.floor
    }

    /// How the rows are kept.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The rows.
    #[must_use]
    pub const fn rows(&self) -> &Rows<R> {
        &self.rows
    }

    /// Commits a change as the next number, which it returns.
    pub fn commit(&mut self, change: Change<R>) -> Seq {
        let seq = self.head.next();
        self.head = seq;
        change.sets().keys().for_each(|key| self.touch(key, seq));
        match self.class {
            Class::State => {
                change.dels().iter().for_each(|key| self.touch(key, seq));
                apply(self.class, &mut self.rows, change);
                self.forget_tombstones();
            }
            Class::Recent { .. } => {
                apply(self.class, &mut self.rows, change);
                self.forget_evicted();
            }
        }
        seq
    }

    /// What someone at `since` has to be told.
    #[must_use]
    pub fn since(&self, since: Seq) -> Since<R> {
        if since > self.head || since < self.floor {
            return Since::Unknown;
        }
        if since == self.head {
            return Since::UpToDate;
        }
        let mut change = Change::new();
        for (_, key) in self.order.range((since.next(), Key::default())..) {
            match self.rows.get(key) {
                Some(row) => change.set(key.clone(), row.clone()),
                None => change.del(key.clone()),
            }
        }
        Since::Changed(change)
    }

    fn touch(&mut self, key: &Key, seq: Seq) {
        if let Some(before) = self.changed.insert(key.clone(), seq) {
            self.order.remove(&(before, key.clone()));
        }
        self.order.insert((seq, key.clone()));
    }

    /// Bounds the tombstones: the oldest go, and `floor` remembers how far back they reached.
    fn forget_tombstones(&mut self) {
        let allowed = self.rows.len() + SPARE_TOMBSTONES;
        let excess = (self.changed.len() - self.rows.len()).saturating_sub(allowed);
        if excess == 0 {
            return;
        }
        // Half of what is allowed goes at once, so that the scan is rare.
        let removed = |(_, key): &&(Seq, Key)| !self.rows.contains_key(key);
        let forgotten: Vec<_> = self.order.iter().filter(removed).take(excess + allowed / 2).cloned().collect();
        for (seq, key) in forgotten {
            self.floor = self.floor.max(seq);
            self.changed.remove(&key);
            self.order.remove(&(seq, key));
        }
    }

    /// An evicted row is smaller than every row that stays, here and in each replica that comes up
    /// to here, so nobody needs to hear of it.
    fn forget_evicted(&mut self) {
        let Some(smallest) = self.rows.keys().next().cloned() else { return };
        while let Some(entry) = self.changed.first_entry() {
            if *entry.key() >= smallest {
                break;
            }
            let (key, seq) = entry.remove_entry();
            self.order.remove(&(seq, key));
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn set(keys: &[&str], value: u32) -> Change<u32> {
        let mut change = Change::new();
        keys.iter().for_each(|k| change.set((*k).into(), value));
        change
    }

    fn del(key: &str) -> Change<u32> {
        let mut change = Change::new();
        change.del(key.into());
        change
    }

    #[test]
    fn since_tells_each_changed_key_once_with_its_newest_value() {
        let mut table = Table::new(Class::State);
        table.commit(set(&["a", "b"], 1));
        table.commit(set(&["a"], 2));
        table.commit(del("b"));
        assert_eq!(table.head(), Seq(3));
        assert_eq!(table.since(Seq(3)), Since::UpToDate);
        let mut expected = set(&["a"], 2);
        expected.merge(del("b"));
        assert_eq!(table.since(Seq(1)), Since::Changed(expected.clone()));
        assert_eq!(table.since(Seq(0)), Since::Changed(expected));
        assert_eq!(table.since(Seq(4)), Since::Unknown);
    }

    #[test]
    fn a_table_comes_back_from_its_marks_as_it_was() {
        let mut table = Table::new(Class::State);
        table.commit(set(&["a", "b"], 1));
        table.commit(del("a"));
        let marks =
            [Mark { key: "a".into(), row: None, seq: Seq(2) }, Mark { key: "b".into(), row: Some(1), seq: Seq(1) }];
        let restored = Table::restore(Class::State, Seq(2), Seq(0), marks);
        for since in 0..4 {
            assert_eq!(restored.since(Seq(since)), table.since(Seq(since)), "since {since}");
        }
        assert_eq!(restored.rows(), table.rows());
    }

    #[test]
    fn forgotten_tombstones_turn_old_positions_into_snapshots() {
        let mut table = Table::new(Class::State);
        for n in 0..5_000 {
            table.commit(set(&[&format!("{n}")], n));
            table.commit(del(&format!("{n}")));
        }
        assert_eq!(table.since(Seq(1)), Since::Unknown);
        assert!(table.changed.len() <= SPARE_TOMBSTONES + 1, "{}", table.changed.len());
        assert!(matches!(table.since(Seq(9_998)), Since::Changed(_)));
    }

    #[test]
    fn a_recent_table_forgets_what_it_evicted() {
        let mut table = Table::new(Class::Recent { keep: 3 });
        for n in 0..100 {
            table.commit(set(&[&format!("{n:03}")], n));
        }
        assert_eq!(table.changed.len(), 3);
        assert_eq!(table.order.len(), 3);
        assert_eq!(
            table.since(Seq(10)),
            Since::Changed({
                let mut change = set(&["097"], 97);
                change.merge(set(&["098"], 98));
                change.merge(set(&["099"], 99));
                change
            })
        );
    }
}
