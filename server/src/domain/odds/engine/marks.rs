//! Which markets changed, for each of those who want to know, at their own pace.

use std::collections::VecDeque;

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// The rules: best prices and arbitrages, in each take.
    Rules,
    /// Boards and events.
    Boards,
    /// The stored offers.
    State,
    /// The stored histories.
    History,
}

const READERS: usize = 4;
const ALL: u8 = 0b1111;

/// The marks of all markets, by their numbers. The number of a market that is gone may stay in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    flags: Vec<u8>,
    lists: [VecDeque<usize>; READERS],
}

impl Reader {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Marks {
    /// The market changed.
    pub(super) fn mark(&mut self, market: usize) {
        self.put(market, ALL);
    }

    /// The market changed for one reader.
    pub(super) fn mark_for(&mut self, reader: Reader, market: usize) {
        self.put(market, reader.bit());
    }

    fn put(&mut self, market: usize, readers: u8) {
        if self.flags.len() <= market {
            self.flags.resize(market + 1, 0);
        }
        let missing = readers & !self.flags[market];
        self.flags[market] |= readers;
        for (place, list) in self.lists.iter_mut().enumerate() {
            if missing & (1 << place) != 0 {
                list.push_back(market);
            }
        }
    }

    /// Takes marks of a reader, in the order they were made.
    pub(super) fn take(&mut self, reader: Reader, most: usize) -> Vec<usize> {
        let list = &mut self.lists[reader as usize];
        let taken: Vec<usize> = list.drain(..most.min(list.len())).collect();
        for market in &taken {
            self.flags[*market] &= !reader.bit();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_takes_a_mark_once() {
        let mut marks = Marks::default();
        marks.mark(3);
        marks.mark(1);
        marks.mark(3);
        assert_eq!(marks.take(Reader::Rules, usize::MAX), [3, 1]);
        marks.mark_for(Reader::State, 2);
        assert_eq!(marks.take(Reader::State, 2), [3, 1]);
        assert_eq!(marks.take(Reader::State, 2), [2]);
        assert_eq!(marks.take(Reader::Rules, usize::MAX), [0; 0]);
    }
}
