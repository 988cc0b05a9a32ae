//! Which trades were seen already: after a reconnect that overlaps, or when a tape starts over.
//!
//! For numbered trades an anti-replay window as IPsec has it (RFC 4303, 3.4.3), over the numbers
//! that were seen because gaps are normal. Trades without a number are told apart by a hash of
//! what identifies them, within a window whose far end is a time. Numbers begin again each day.

use std::collections::VecDeque;

use shared::units::Timestamp;

use crate::domain::darkpool::Trade;

/// How many of the greatest numbers are remembered one by one.
const NUMBERS: usize = 64;

/// How many of the newest trades without a number are remembered.
const UNNUMBERED: usize = 64;

/// What was seen of a ticker in a session day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Numbers below this count as seen.
    from: u64,
    /// Numbers from there on that were seen, ascending.
    numbers: VecDeque<u64>,
    /// Providers number all trades, so this is rarely there.
    unnumbered: Option<Box<Unnumbered>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unnumbered {
    /// Trades up to this time count as seen.
    until: Option<Timestamp>,
    /// In order of arrival.
    recent: VecDeque<(Timestamp, u64)>,
}

impl Seen {
    /// Remembers a trade. `false`: it was seen before, or is so old that it may have been.
    pub(super) fn is_new(&mut self, trade: &Trade) -> bool {
        match trade.seq {
            Some(number) => self.number(number),
            None => self.unnumbered.get_or_insert_default().insert(trade.ts, fingerprint(trade)),
        }
    }

    fn number(&mut self, number: u64) -> bool {
        if self.numbers.back().is_none_or(|newest| *newest < number) && number >= self.from {
            self.numbers.push_back(number);
        } else if number < self.from {
            return false;
        } else {
            match self.numbers.binary_search(&number) {
                Ok(_) => return false,
                Err(place) => self.numbers.insert(place, number),
            }
        }
        if self.numbers.len() > NUMBERS {
            self.from = self.numbers.pop_front().map_or(self.from, |gone| gone.saturating_add(1));
        }
        true
    }

    /// As text: `from`, then each number as its distance from the one before; after `;` the same
    /// of trades without a number.
    pub(super) fn encode(&self) -> String {
        let mut int = itoa::Buffer::new();
        let mut text = String::with_capacity(256);
        text.push_str(int.format(self.from));
        let mut before = self.from;
        for number in &self.numbers {
            text.push(',');
            text.push_str(int.format(number - before));
            before = *number;
        }
        if let Some(unnumbered) = &self.unnumbered {
            text.push(';');
            text.push_str(int.format(unnumbered.until.map_or(i64::MIN, Timestamp::ms)));
            for (ts, hash) in &unnumbered.recent {
                text.extend([",", int.format(ts.ms())]);
                text.extend([":", int.format(*hash)]);
            }
        }
        text
    }

    /// Reads what [`Seen::encode`] wrote.
    pub(super) fn decode(text: &str) -> Option<Seen> {
        let (numbered, unnumbered) = match text.split_once(';') {
            Some((numbered, unnumbered)) => (numbered, Some(unnumbered)),
            None => (text, None),
        };
        let mut fields = numbered.split(',');
        let from: u64 = fields.next()?.parse().ok()?;
        let mut before = from;
        let mut number = |distance: &str| {
            before = before.checked_add(distance.parse().ok()?)?;
            Some(before)
        };
        let numbers = fields.map(&mut number).collect::<Option<_>>()?;
        let unnumbered = match unnumbered {
            Some(text) => Some(Box::new(Unnumbered::decode(text)?)),
            None => None,
        };
        Some(Seen { from, numbers, unnumbered })
    }
}

impl Unnumbered {
    fn insert(&mut self, ts: Timestamp, hash: u64) -> bool {
        if self.until.is_some_and(|until| ts <= until) || self.recent.contains(&(ts, hash)) {
            return false;
        }
        self.recent.push_back((ts, hash));
        if self.recent.len() > UNNUMBERED {
            let gone = self.recent.pop_front().map(|(ts, _)| ts);
            self.until = self.until.max(gone);
        }
        true
    }

    fn decode(text: &str) -> Option<Unnumbered> {
        let mut fields = text.split(',');
        let until: i64 = fields.next()?.parse().ok()?;
        let entry = |field: &str| {
            let (ts, hash) = field.split_once(':')?;
            Some((Timestamp::from_ms(ts.parse().ok()?), hash.parse().ok()?))
        };
        let until = (until != i64::MIN).then_some(Timestamp::from_ms(until));
        Some(Unnumbered { until, recent: fields.map(entry).collect::<Option<_>>()? })
    }
}

/// FNV-1a (64 bits): stored, so it must be the same in every build.
fn fingerprint(trade: &Trade) -> u64 {
    let trf = trade.trf.map_or(0, std::num::NonZeroU32::get);
    let parts = [
        &trade.exchange.to_le_bytes()[..],
        &trf.to_le_bytes(),
        &trade.price.micro().to_le_bytes(),
        &trade.size.micro().to_le_bytes(),
        trade.id.as_str().as_bytes(),
    ];
    let bytes = parts.into_iter().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::darkpool::{Conditions, TradeId};

    fn unnumbered(ts: i64, id: &str) -> Trade {
        Trade {
            ticker: "IBM".parse().unwrap(),
            id: TradeId::new(id),
            exchange: 4,
            trf: std::num::NonZeroU32::new(202),
            price: "1".parse().unwrap(),
            size: "1".parse().unwrap(),
            conditions: Conditions::default(),
            ts: Timestamp::from_ms(ts),
            executed: None,
            seq: None,
        }
    }

    #[test]
    fn a_number_is_new_once_whatever_the_order_within_the_window() {
        let mut seen = Seen::default();
        let fresh: Vec<bool> = [5, 9, 7, 5, 9, 7, 8, 0, 0].into_iter().map(|n| seen.number(n)).collect();
        assert_eq!(fresh, [true, true, true, false, false, false, true, true, false]);
    }

    #[test]
    fn a_number_behind_the_window_counts_as_seen() {
        let mut seen = Seen::default();
        assert!((0..100).all(|n| seen.number(n * 10)));
        assert!(!seen.number(350), "the window begins at 360");
        assert!(seen.number(361), "a gap within the window");
        assert!(!seen.number(360), "pushed out by it");
    }

    #[test]
    fn a_trade_without_a_number_is_known_by_what_it_is() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&unnumbered(1, "a")));
        assert!(seen.is_new(&unnumbered(1, "b")));
        assert!(!seen.is_new(&unnumbered(1, "a")));
        assert!((2..100).all(|ts| seen.is_new(&unnumbered(ts, "a"))));
        assert!(!seen.is_new(&unnumbered(35, "c")), "older than the window");
        assert!(seen.is_new(&unnumbered(36, "c")));
    }

    proptest! {
        #[test]
        fn a_replay_from_the_start_brings_nothing_new(numbers in prop::collection::vec(0_u64..400, 1..300)) {
            let mut seen = Seen::default();
            let mut accepted = BTreeSet::new();
            for n in &numbers {
                if seen.number(*n) {
                    prop_assert!(accepted.insert(*n), "{n} twice");
                }
                prop_assert_eq!(&Seen::decode(&seen.encode()).unwrap(), &seen);
            }
            let before = seen.clone();
            prop_assert!(numbers.iter().all(|n| !seen.number(*n)));
            prop_assert_eq!(seen, before);
        }

        #[test]
        fn the_same_without_numbers(trades in prop::collection::vec((0_i64..60, 0_u32..6), 1..300)) {
            let mut seen = Seen::default();
            let trades: Vec<Trade> = trades.iter().map(|(ts, id)| unnumbered(*ts, &id.to_string())).collect();
            for trade in &trades {
                seen.is_new(trade);
                prop_assert_eq!(&Seen::decode(&seen.encode()).unwrap(), &seen);
            }
            let before = seen.clone();
            prop_assert!(trades.iter().all(|t| !seen.is_new(t)));
            prop_assert_eq!(seen, before);
        }
    }
}
