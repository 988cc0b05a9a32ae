//! A listed stock: where its price, its quote and its mood stand at a time.
//!
//! All of it is looked up, nothing is remembered: any server with the seed sees the same at any
//! time, whenever it started.

use super::symbols;
use crate::demo::noise::{exp, hash, nearest, wave};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How a price moves: waves of these periods and of these parts of the price.
const WAVES: [(i64, f64); 5] =
    [(8 * HOUR, 0.018), (HOUR, 0.007), (10 * MINUTE, 0.0025), (80 * SECOND, 0.0008), (9 * SECOND, 0.0003)];

/// What all of them do together.
const MARKET_WAVES: [(i64, f64); 3] = [(6 * HOUR, 0.010), (30 * MINUTE, 0.003), (3 * MINUTE, 0.0006)];

/// How much one side is in a hurry: waves of the probability of a buyer.
const MOODS: [(i64, f64); 3] = [(5 * HOUR, 0.16), (25 * MINUTE, 0.14), (4 * MINUTE, 0.10)];

/// A cent in 1e-6 dollars.
pub(super) const CENT: i64 = 10_000;

/// A listed stock.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) symbol: Box<str>,
    /// The provider's number of its tape: 1 New York, 3 Nasdaq.
    pub(super) tape: u8,
    /// The share of its trades that are off-exchange.
    pub(super) dark: f64,
    key: u64,
    market_key: u64,
    dollars: f64,
    /// How much more or less than usual it moves.
    temper: f64,
    /// The usual spread as a part of the price.
    spread: f64,
}

/// A quote in 1e-6 dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) bid: i64,
    pub(super) ask: i64,
}

impl Listing {
    /// The stock of a rank by activity, in the world of a seed.
    pub(super) fn new(seed: u64, rank: usize) -> Listing {
        let key = hash(hash(seed, 1), rank as u64);
        let unit = |salt: u64| 0.5 + 0.5 * wave(hash(key, salt), 0, 1);
        let (symbol, dollars) = match symbols::well_known(rank) {
            Some((symbol, dollars)) => (symbol.into(), f64::from(dollars)),
            None => (symbols::made_up(rank).into(), 4.0 * exp(4.5 * unit(1))),
        };
        Listing {
            symbol,
            tape: if unit(2) < 0.5 { 1 } else { 3 },
            dark: 0.30 + 0.15 * unit(3),
            key,
            market_key: hash(seed, 2),
            dollars,
            temper: 0.6 + 0.9 * unit(4),
            // From 1 to about 12 hundredths of a percent: what trades less is wider.
            spread: 0.0001 + 0.0011 * rank as f64 / (rank as f64 + 400.0),
        }
    }

    /// The best bid and offer, in whole cents.
    pub(super) fn touch(&self, at_ms: i64) -> Touch {
        let micro = self.micro(at_ms);
        let breath = 1.0 + 0.6 * wave(hash(self.key, 20), at_ms, 4 * SECOND);
        let cents = nearest(micro * self.spread * breath / CENT as f64).max(1);
        let bid = nearest(micro / CENT as f64 - cents as f64 / 2.0).max(1) * CENT;
        Touch { bid, ask: bid + cents * CENT }
    }

    /// The probability that a trade is a buyer's.
    pub(super) fn buyers(&self, at_ms: i64) -> f64 {
        let mood = sum(&MOODS, hash(self.key, 30), at_ms);
        (0.5 + mood).clamp(0.08, 0.92)
    }

    fn micro(&self, at_ms: i64) -> f64 {
        let own = sum(&WAVES, hash(self.key, 10), at_ms);
        let market = sum(&MARKET_WAVES, self.market_key, at_ms);
        let x = self.temper * (own + market);
        // e^x closely enough for a few percent.
        self.dollars * 1e6 * (1.0 + x + 0.5 * x * x)
    }
}

impl Touch {
    /// Twice the middle, since the middle can be half a cent.
    pub(super) const fn middle_2(self) -> i64 {
        self.bid + self.ask
    }
}

fn sum(waves: &[(i64, f64)], key: u64, at_ms: i64) -> f64 {
    let each = waves.iter().zip(0..);
    each.map(|((period_ms, height), salt)| height * wave(hash(key, salt), at_ms, *period_ms)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_whole_cents_that_never_cross_and_stay_near() {
        for rank in [0, 12, 118, 119, 400, 9_999] {
            let listing = Listing::new(1, rank);
            let mut before = listing.touch(0);
            for second in 0..7_200 {
                let touch = listing.touch(second * SECOND);
                assert!(touch.bid > 0 && touch.ask > touch.bid && touch.bid % CENT == 0 && touch.ask % CENT == 0);
                let step = (touch.middle_2() - before.middle_2()).abs();
                assert!(step <= before.middle_2() / 500 + 4 * CENT, "{rank} {second}: {before:?} {touch:?}");
                before = touch;
            }
        }
    }

    #[test]
    fn moods_differ_between_stocks_and_drift() {
        let at = |rank, ms| Listing::new(1, rank).buyers(ms);
        let moods: Vec<f64> = (0..100).map(|rank| at(rank, 0)).collect();
        assert!(moods.iter().any(|p| *p > 0.62) && moods.iter().any(|p| *p < 0.38));
        assert!((at(0, 0) - at(0, HOUR)).abs() > 0.01);
    }
}
