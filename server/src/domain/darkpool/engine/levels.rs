//! The prices that off-exchange notional gathers at.
//!
//! Buckets of a width that is chosen with the day's first print and then stays, so that a level
//! never shifts. At most 128 are kept; the smallest makes room for a new one.

use std::cmp::Reverse;

use shared::units::{Money, Price, Shares};

/// How many buckets are kept.
const MOST: usize = 128;

/// The narrowest bucket: one cent.
const CENT_MICRO: i64 = 10_000;

/// The levels of a ticker in a session day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Levels {
    /// The width of a bucket; `None` before the first print.
    width: Option<Price>,
    /// Ascending by bucket.
    rows: Vec<Level>,
    /// Buckets that were stored and made room since.
    gone: Vec<i64>,
}

/// One bucket of prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Level {
    /// Prices from `bucket * width` on.
    pub(super) bucket: i64,
    pub(super) notional: Money,
    pub(super) shares: Shares,
    pub(super) prints: u32,
    /// Whether it changed since it was stored.
    pub(super) unstored: bool,
}

impl Levels {
    /// Adds a print.
    pub(super) fn add(&mut self, price: Price, shares: Shares, notional: Money) {
        let width = *self.width.get_or_insert_with(|| width_for(price));
        let bucket = price.micro().div_euclid(width.micro());
        let place = match self.rows.binary_search_by_key(&bucket, |level| level.bucket) {
            Ok(place) => place,
            Err(_) => self.make(bucket),
        };
        let level = &mut self.rows[place];
        level.notional += notional;
        level.shares += shares;
        level.prints = level.prints.saturating_add(1);
        level.unstored = true;
    }

    /// The `n` buckets with most notional, the greatest first; of equals the lower price.
    pub(super) fn top(&self, n: usize) -> Vec<&Level> {
        let mut rows: Vec<&Level> = self.rows.iter().collect();
        rows.sort_by_key(|level| (Reverse(level.notional), level.bucket));
        rows.truncate(n);
        rows
    }

    /// The lower edge of a bucket.
    pub(super) fn price(&self, level: &Level) -> Price {
        Price::from_micro(self.width.map_or(0, Price::micro).saturating_mul(level.bucket))
    }

    /// The width of a bucket.
    pub(super) const fn width(&self) -> Option<Price> {
        self.width
    }

    /// What to store: buckets to forget, then buckets to keep.
    pub(super) fn take_unstored(&mut self) -> (Vec<i64>, Vec<Level>) {
        let mut changed = Vec::new();
        for level in self.rows.iter_mut().filter(|level| level.unstored) {
            level.unstored = false;
            changed.push(level.clone());
        }
        (std::mem::take(&mut self.gone), changed)
    }

    /// From stored buckets, ascending or not.
    pub(super) fn restore(width: Option<Price>, mut rows: Vec<Level>) -> Levels {
        rows.sort_by_key(|level| level.bucket);
        Levels { width, rows, gone: Vec::new() }
    }

    /// Makes an empty bucket and says where it is.
    fn make(&mut self, bucket: i64) -> usize {
        if self.rows.len() == MOST
            && let Some(smallest) = (0..MOST).min_by_key(|index| self.rows[*index].notional)
        {
            self.gone.push(self.rows.remove(smallest).bucket);
        }
        let place = self.rows.partition_point(|level| level.bucket < bucket);
        self.rows.insert(place, Level { bucket, ..Level::default() });
        place
    }
}

/// The largest of 1, 2 and 5 cents times a power of ten that is at most 0.05 % of the price; at
/// least a cent.
fn width_for(price: Price) -> Price {
    let limit = price.micro() / 2_000;
    let mut width = CENT_MICRO;
    for factor in [2, 5, 10].into_iter().cycle().take(24) {
        let decade = 10_i64.pow(width.ilog10());
        let wider = decade * factor;
        if wider > limit {
            break;
        }
        width = wider;
    }
    Price::from_micro(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Price {
        text.parse().unwrap()
    }

    fn add(levels: &mut Levels, at: &str, shares: i64) {
        let (price, shares) = (price(at), Shares::from_micro(shares * 1_000_000));
        levels.add(price, shares, price.notional(shares));
    }

    #[test]
    fn a_bucket_is_about_a_twentieth_of_a_percent_wide() {
        let cases = [
            ("0.80", "0.01"),
            ("19.99", "0.01"),
            ("40", "0.02"),
            ("182.63", "0.05"),
            ("200", "0.10"),
            ("999", "0.20"),
            ("700000", "200.00"),
        ];
        for (at, expected) in cases {
            assert_eq!(width_for(price(at)), price(expected), "{at}");
        }
    }

    #[test]
    fn prints_gather_in_buckets_that_do_not_shift() {
        let mut levels = Levels::default();
        for (at, shares) in [("182.63", 100), ("182.649999", 50), ("182.65", 100), ("250.01", 1)] {
            add(&mut levels, at, shares);
        }
        let top: Vec<_> = levels.top(2).iter().map(|l| (levels.price(l).to_string(), l.prints)).collect();
        assert_eq!(top, [("182.60".to_owned(), 2), ("182.65".to_owned(), 1)]);
    }

    #[test]
    fn the_smallest_bucket_makes_room() {
        let mut levels = Levels::default();
        for n in 0..MOST {
            add(&mut levels, &format!("{}", 10 + n), if n == 7 { 1 } else { 100 });
        }
        levels.take_unstored();
        add(&mut levels, "5.00", 1);
        let (gone, changed) = levels.take_unstored();
        assert_eq!((gone, changed.len(), levels.rows.len()), (vec![1_700], 1, MOST));
        assert_eq!(levels.price(&levels.rows[0]), price("5"));
    }
}
