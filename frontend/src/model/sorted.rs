//! Rows in the order of their keys, in one piece of memory. `BTreeMap` is compiled anew for each type of
//! row, 10 KB each time; this is next to nothing, and rows mostly come in order.

use shared::stream::Key;

/// Values by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted<T>(Vec<(Key, T)>);

impl<T> Sorted<T> {
    /// No values.
    #[must_use]
    pub const fn new() -> Sorted<T> {
        Sorted(Vec::new())
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.place(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Puts a value.
    pub fn insert(&mut self, key: Key, value: T) {
        match self.place(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// Takes a value out, and says whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        let place = self.place(key);
        place.map(|at| self.0.remove(at)).is_ok()
    }

    /// Keeps the `most` values with the greatest keys.
    pub fn keep_last(&mut self, most: usize) {
        let excess = self.0.len().saturating_sub(most);
        self.0.drain(..excess);
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Key, &T)> + Clone {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        match self.0.last() {
            Some((last, _)) if **last < *key => Err(self.0.len()),
            Some(_) | None => self.0.binary_search_by(|(other, _)| (**other).cmp(key)),
        }
    }
}

impl<T> Default for Sorted<T> {
    fn default() -> Sorted<T> {
        Sorted::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sorted: &Sorted<u32>) -> String {
        sorted.iter().map(|(key, value)| format!("{key}{value} ")).collect()
    }

    #[test]
    fn values_stand_by_their_keys_however_they_came() {
        let mut sorted = Sorted::new();
        for (key, value) in [("b", 1), ("d", 2), ("a", 3), ("c", 4), ("b", 5)] {
            sorted.insert(key.into(), value);
        }
        assert_eq!(text(&sorted), "a3 b5 c4 d2 ");
        assert_eq!((sorted.get("c"), sorted.get("e"), sorted.get("")), (Some(&4), None, None));
        assert!(sorted.remove("a") && !sorted.remove("a"));
        sorted.keep_last(2);
        assert_eq!(text(&sorted), "c4 d2 ");
        sorted.clear();
        assert!(sorted.is_empty());
    }
}
