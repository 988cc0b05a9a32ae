//! Recycled rows: a row of the DOM stays with its key while the key is on the screen, and goes to
//! a newcomer when it leaves. A re-ordered list then moves rows instead of rewriting them.

/// Which key each slot of the pool shows.
#[derive(Clone, Debug)]
pub struct Slots<K> {
    shown: Vec<(K, usize)>,
    free: Vec<usize>,
    size: usize,
}

/// Where one key goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<K> {
    /// The slot of the pool.
    pub slot: usize,
    /// The key.
    pub key: K,
    /// Its place in the list.
    pub index: usize,
    /// The slot showed another key before.
    pub fresh: bool,
}

impl<K: PartialEq + Clone> Slots<K> {
    /// A pool without slots; it grows as needed and never shrinks.
    #[must_use]
    pub const fn new() -> Slots<K> {
        Slots { shown: Vec::new(), free: Vec::new(), size: 0 }
    }

    /// How many slots there are.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The slot that shows `key`.
    #[must_use]
    pub fn slot_of(&self, key: &K) -> Option<usize> {
        self.shown.iter().find(|(k, _)| k == key).map(|(_, slot)| *slot)
    }

    /// The keys that are shown, and the slot of each.
    pub fn iter(&self) -> impl Iterator<Item = (&K, usize)> {
        self.shown.iter().map(|(key, slot)| (key, *slot))
    }

    /// Shows exactly `keys`, whose first is number `start` of the list. Returns where each goes,
    /// in order, and which slots are left empty.
    pub fn show(&mut self, start: usize, keys: &[K]) -> (Vec<Placed<K>>, Vec<usize>) {
        let mut before = std::mem::take(&mut self.shown);
        let mut stay = |key: &K| {
            let at = before.iter().position(|(k, _)| k == key)?;
            Some(before.swap_remove(at).1)
        };
        let kept: Vec<Option<usize>> = keys.iter().map(&mut stay).collect();
        let mut left: Vec<usize> = before.into_iter().map(|(_, slot)| slot).collect();
        let mut placed = Vec::with_capacity(keys.len());
        for (offset, (key, kept)) in keys.iter().zip(kept).enumerate() {
            let slot = kept.or_else(|| left.pop()).or_else(|| self.free.pop()).unwrap_or_else(|| {
                self.size += 1;
                self.size - 1
            });
            self.shown.push((key.clone(), slot));
            placed.push(Placed { slot, key: key.clone(), index: start + offset, fresh: kept.is_none() });
        }
        self.free.extend(&left);
        (placed, left)
    }
}

impl<K: PartialEq + Clone> Default for Slots<K> {
    fn default() -> Slots<K> {
        Slots::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(slots: &mut Slots<&'static str>, keys: &[&'static str]) -> Vec<(usize, bool)> {
        slots.show(0, keys).0.into_iter().map(|p| (p.slot, p.fresh)).collect()
    }

    #[test]
    fn a_first_fill_is_in_order() {
        assert_eq!(places(&mut Slots::new(), &["a", "b", "c"]), [(0, true), (1, true), (2, true)]);
    }

    #[test]
    fn a_row_keeps_its_slot_when_the_order_changes() {
        let mut slots = Slots::new();
        places(&mut slots, &["a", "b", "c"]);
        assert_eq!(places(&mut slots, &["c", "a", "b"]), [(2, false), (0, false), (1, false)]);
    }

    #[test]
    fn a_newcomer_takes_the_slot_of_the_one_that_left() {
        let mut slots = Slots::new();
        places(&mut slots, &["a", "b", "c"]);
        assert_eq!(places(&mut slots, &["b", "c", "d"]), [(1, false), (2, false), (0, true)]);
        assert_eq!(slots.size(), 3);
    }

    #[test]
    fn slots_left_empty_are_told_and_used_again() {
        let mut slots = Slots::new();
        places(&mut slots, &["a", "b", "c"]);
        let (_, empty) = slots.show(0, &["b"]);
        assert_eq!(empty.len(), 2);
        places(&mut slots, &["b", "x", "y"]);
        assert_eq!(slots.size(), 3);
    }

    #[test]
    fn no_two_keys_share_a_slot() {
        let mut slots = Slots::new();
        let names: Vec<u32> = (0..40).collect();
        let mut state = 7_usize;
        for _ in 0..500 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let start = (state >> 33) % 30;
            let len = (state >> 40) % 10;
            let (placed, empty) = slots.show(start, &names[start..start + len]);
            let mut used: Vec<usize> = placed.iter().map(|p| p.slot).chain(empty).collect();
            let all = used.len();
            used.sort_unstable();
            used.dedup();
            assert_eq!(used.len(), all);
            assert!(slots.size() <= 10);
        }
    }
}
