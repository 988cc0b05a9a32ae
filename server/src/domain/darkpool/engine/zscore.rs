//! How unusual a print's size is for its ticker: a robust z-score (B. Iglewicz and D. Hoaglin, "How
//! to detect and handle outliers", 1993) of the logarithm of its notional.
//!
//! `0.6745 (x - median) / MAD` over the newest 500 eligible prints. The score does not change with
//! the base of the logarithm, so it is taken to base 2 in integers: the same on every machine.

use std::collections::VecDeque;

use shared::units::{Money, Ratio};

/// How many prints the score looks back on.
const SAMPLES: usize = 500;

/// With fewer there is no score.
const LEAST_SAMPLES: usize = 50;

/// Smaller prints have no score and are no samples: $10,000.
const SMALLEST: Money = Money::from_pico(10_000 * 10_i128.pow(12));

/// 0.6745 makes the median absolute deviation comparable with a standard deviation.
const NORMAL_E4: i128 = 6_745;

/// Fraction bits of the logarithm.
const FRACTION_BITS: u32 = 20;

/// The sizes of a ticker's newest prints. They stay when a session ends: what is usual for a
/// ticker is not learned anew each morning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Logarithms in order of arrival.
    recent: VecDeque<i32>,
    /// The same, ascending.
    sorted: Vec<i32>,
    /// How many there ever were.
    count: u64,
    /// How many of them are stored.
    stored: u64,
}

/// A sample as it is stored: the place it is kept at, and which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) number: u64,
    pub(super) log: i32,
}

impl Sample {
    /// The place of a sample among those that are kept.
    pub(super) const fn slot(&self) -> u64 {
        self.number % SAMPLES as u64
    }
}

impl Sizes {
    /// The score of a print against those before it; then it is a sample itself if it `counts`.
    pub(super) fn score(&mut self, notional: Money, counts: bool) -> Option<Ratio> {
        if notional < SMALLEST {
            return None;
        }
        let log = log2(notional);
        let score = self.score_of(log);
        if counts {
            self.push(log);
        }
        score
    }

    /// Samples that were not stored yet, which are stored from now on.
    pub(super) fn take_unstored(&mut self) -> impl Iterator<Item = Sample> + '_ {
        let kept = self.recent.len() as u64;
        let fresh = (self.count - self.stored).min(kept);
        self.stored = self.count;
        let first = self.count - fresh;
        let skip = usize::try_from(kept - fresh).unwrap_or(usize::MAX);
        (first..).zip(self.recent.iter().skip(skip)).map(|(number, log)| Sample { number, log: *log })
    }

    /// From stored samples in any order.
    pub(super) fn restore(mut samples: Vec<Sample>) -> Sizes {
        samples.sort_by_key(|sample| sample.number);
        let mut sizes = Sizes::default();
        if let Some(first) = samples.first() {
            sizes.count = first.number;
        }
        samples.iter().for_each(|sample| sizes.push(sample.log));
        sizes.stored = sizes.count;
        sizes
    }

    fn push(&mut self, log: i32) {
        if self.recent.len() == SAMPLES
            && let Some(oldest) = self.recent.pop_front()
            && let Ok(place) = self.sorted.binary_search(&oldest)
        {
            self.sorted.remove(place);
        }
        self.recent.push_back(log);
        let place = self.sorted.partition_point(|x| *x < log);
        self.sorted.insert(place, log);
        self.count += 1;
    }

    fn score_of(&self, log: i32) -> Option<Ratio> {
        let n = self.sorted.len();
        if n < LEAST_SAMPLES {
            return None;
        }
        let (low, high) = ((n - 1) / 2, n / 2);
        let twice_median = i64::from(self.sorted[low]) + i64::from(self.sorted[high]);
        let mad_4 = self.deviation(low, twice_median) + self.deviation(high, twice_median);
        let deviation_2 = 2 * i64::from(log) - twice_median;
        Ratio::of(NORMAL_E4 * 2 * i128::from(deviation_2), 10_000 * i128::from(mad_4))
    }

    /// Twice the `rank`-th smallest distance from the median. The `rank + 1` nearest values lie
    /// side by side; where they begin is found by bisection.
    fn deviation(&self, rank: usize, twice_median: i64) -> i64 {
        let twice = |index: usize| 2 * i64::from(self.sorted[index]);
        let (mut first, mut last) = (0, self.sorted.len() - 1 - rank);
        while first < last {
            let middle = usize::midpoint(first, last);
            if twice_median - twice(middle) > twice(middle + rank + 1) - twice_median {
                first = middle + 1;
            } else {
                last = middle;
            }
        }
        (twice_median - twice(first)).max(twice(first + rank) - twice_median)
    }
}

/// The logarithm to base 2 of an amount in 1e-12 dollars, in units of 2^-20, rounded down: the
/// fraction bit by bit, by squaring.
fn log2(amount: Money) -> i32 {
    let pico = amount.pico().unsigned_abs().max(1);
    let whole = pico.ilog2();
    // The mantissa, between 1 and 2, with 63 fraction bits.
    let mut mantissa = (pico << (127 - whole)) >> 64;
    let mut log = whole;
    for _ in 0..FRACTION_BITS {
        mantissa = (mantissa * mantissa) >> 63;
        let bit = u32::from(mantissa >> 64 != 0);
        mantissa >>= bit;
        log = 2 * log + bit;
    }
    i32::try_from(log).expect("7 bits and 20 bits are less than 31")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dollars(n: i128) -> Money {
        Money::from_pico(n * 10_i128.pow(12))
    }

    #[test]
    fn there_is_no_score_before_fifty_samples_nor_without_spread() {
        let mut sizes = Sizes::default();
        for _ in 0..50 {
            assert_eq!(sizes.score(dollars(20_000), true), None);
        }
        assert_eq!(sizes.score(dollars(20_000), true), None, "all alike: no deviation to measure with");
    }

    #[test]
    fn small_prints_are_no_samples_and_have_no_score() {
        let mut sizes = Sizes::default();
        for n in 0..200 {
            assert_eq!(sizes.score(dollars(9_999 - n), true), None);
        }
        assert_eq!(sizes, Sizes::default());
    }

    #[test]
    fn a_print_far_above_the_usual_stands_out() {
        let mut sizes = Sizes::default();
        for n in 0..101 {
            sizes.score(dollars(20_000 + 200 * n), true);
        }
        // Median $30,000; the middle half of the logarithms lies within about 0.17 of its own.
        let score = sizes.score(dollars(1_000_000), false).unwrap();
        assert!((12 * 10_000..15 * 10_000).contains(&score.e4()), "{score}");
        assert_eq!(sizes.score(dollars(30_000), false), Some(Ratio::from_e4(0)));
    }

    /// The definition, in floating point.
    fn reference(samples: &[f64], x: f64) -> Option<f64> {
        let median = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
        };
        let m = median(&mut samples.to_vec());
        let mad = median(&mut samples.iter().map(|s| (s - m).abs()).collect());
        (mad > 1e-3).then(|| 0.6745 * (x - m) / mad)
    }

    proptest! {
        #[test]
        fn the_score_is_that_of_the_definition(amounts in prop::collection::vec(10_000_u32..5_000_000, 51..700)) {
            let mut sizes = Sizes::default();
            let (last, before) = amounts.split_last().unwrap();
            for amount in before {
                sizes.score(dollars((*amount).into()), true);
            }
            let from = before.len().saturating_sub(500);
            let samples: Vec<f64> = before[from..].iter().map(|a| f64::from(*a).ln()).collect();
            let actual = sizes.score(dollars((*last).into()), false);
            if let Some(expected) = reference(&samples, f64::from(*last).ln()) {
                let actual = f64::from(i32::try_from(actual.unwrap().e4()).unwrap()) / 10_000.0;
                prop_assert!((actual - expected).abs() < 0.002 + expected.abs() * 0.001, "{actual} {expected}");
            }
        }

        #[test]
        fn stored_samples_bring_it_back(amounts in prop::collection::vec(10_000_u32..50_000, 0..1200), each in 1_usize..400) {
            let mut sizes = Sizes::default();
            let mut stored = std::collections::BTreeMap::new();
            for chunk in amounts.chunks(each) {
                chunk.iter().for_each(|a| { sizes.score(dollars((*a).into()), true); });
                stored.extend(sizes.take_unstored().map(|s| (s.slot(), s)));
                prop_assert_eq!(&Sizes::restore(stored.values().copied().collect()), &sizes);
            }
        }
    }
}
