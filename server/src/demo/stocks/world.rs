//! The demo market as a function of its seed and the time: ask for any tenth of a second, get its
//! frames, the same whenever and wherever one asks.
//!
//! So a restarted server finds what it knows already and what it missed, and two servers with one
//! seed show one market. Making a slot costs by the trades in it, not by the stocks listed.

use super::frame::{Frame, Frames};
use super::listing::Listing;
use super::trade::make;
use crate::demo::noise::{Dice, hash, nearest, wave};

/// A slot of time, in milliseconds.
pub(super) const SLOT_MS: i64 = 100;

/// Messages are numbered from here: 2024-01-01.
const NUMBERS_FROM_MS: i64 = 1_704_067_200_000;

/// Numbers in a slot, more than it can have messages.
const NUMBERS_IN_A_SLOT: u64 = 1 << 16;

/// The most trades in a slot; each has two numbers and the quotes between them one.
const MOST_TRADES: i64 = 16_384;

/// Activity is highest at both ends of a session of 6.5 hours. Sessions follow each other without
/// a night, so that there is something to see at any hour.
const SESSION_MS: i64 = 390 * 60_000;

/// In each of these spans some stock is suddenly busy for a few seconds.
const BURST_SPAN_MS: i64 = 15_000;

/// A demo market.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    trades_per_s: u32,
    listings: Vec<Listing>,
    /// Sums of the weights by which stocks are picked.
    weights: Vec<u64>,
}

/// A stock that is suddenly busy.
struct Burst {
    from_ms: i64,
    until_ms: i64,
    rank: usize,
    buyers: f64,
}

impl World {
    /// A market of so many stocks with so many trades a second on average; at least one of each.
    #[must_use]
    pub fn new(seed: u64, tickers: usize, trades_per_s: u32) -> World {
        let listings: Vec<Listing> = (0..tickers.max(1)).map(|rank| Listing::new(seed, rank)).collect();
        // By Zipf's law, flattened at its head.
        let weight = |rank: usize| (1 << 32) / (rank as u64 + 6);
        let weights = (0..listings.len()).scan(0, |sum: &mut u64, rank| {
            *sum += weight(rank);
            Some(*sum)
        });
        World { seed, trades_per_s: trades_per_s.max(1), weights: weights.collect(), listings }
    }

    /// The frames of the slot that begins at `slot * 100` milliseconds since 1970, by time.
    #[must_use]
    pub fn frames(&self, slot: i64) -> Vec<Frame> {
        let from_ms = slot * SLOT_MS;
        let mut dice = Dice::new(hash(hash(self.seed, 3), slot.cast_unsigned()));
        let trades = self.trades_in(from_ms, &mut dice);
        let burst = self.burst(from_ms);
        let slots_numbered = (from_ms - NUMBERS_FROM_MS).max(0).unsigned_abs() / SLOT_MS.unsigned_abs();
        let mut numbers = slots_numbered * NUMBERS_IN_A_SLOT..;
        let mut number = || numbers.next().unwrap_or_default();
        let mut frames = Frames::default();
        for nth in 0..trades {
            let at_ms = from_ms + nth * SLOT_MS / trades;
            frames.make_room(at_ms);
            let (rank, buyers) = self.who(&burst, at_ms, &mut dice);
            let listing = &self.listings[rank];
            let touch = listing.touch(at_ms);
            // Now and then a trade comes with a quote that is old, or with none.
            if !dice.chance(0.04) {
                frames.quote(listing, touch, at_ms, number());
            }
            let made = make(&mut dice, listing, touch, buyers);
            frames.trade(listing, &made, at_ms, number());
            if dice.chance(0.5) {
                let other = &self.listings[self.pick(&mut dice)];
                frames.quote(other, other.touch(at_ms), at_ms, number());
            }
        }
        frames.finish()
    }

    /// How many trades a slot has.
    fn trades_in(&self, from_ms: i64, dice: &mut Dice) -> i64 {
        let through = from_ms.rem_euclid(SESSION_MS) as f64 / SESSION_MS as f64;
        let from_noon = 2.0 * through - 1.0;
        let ripple = 1.0 + 0.15 * wave(hash(self.seed, 4), from_ms, 20_000);
        let activity = (0.7 + 0.9 * from_noon * from_noon) * ripple;
        let expected = f64::from(self.trades_per_s) * SLOT_MS as f64 / 1_000.0 * activity;
        // Rounded up with the probability of the fraction.
        nearest(expected + dice.unit() - 0.5).clamp(0, MOST_TRADES)
    }

    /// Whose trade it is, and how likely it is a buyer's.
    fn who(&self, burst: &Burst, at_ms: i64, dice: &mut Dice) -> (usize, f64) {
        if (burst.from_ms..burst.until_ms).contains(&at_ms) && dice.chance(0.4) {
            return (burst.rank, burst.buyers);
        }
        let rank = self.pick(dice);
        (rank, self.listings[rank].buyers(at_ms))
    }

    fn burst(&self, at_ms: i64) -> Burst {
        let span = at_ms.div_euclid(BURST_SPAN_MS);
        let mut dice = Dice::new(hash(hash(self.seed, 5), span.cast_unsigned()));
        let from_ms = span * BURST_SPAN_MS + dice.below(10_000).cast_signed();
        let until_ms = from_ms + 1_000 + dice.below(3_000).cast_signed();
        let buyers = if dice.chance(0.5) { 0.88 } else { 0.12 };
        Burst { from_ms, until_ms, rank: self.pick(&mut dice), buyers }
    }

    fn pick(&self, dice: &mut Dice) -> usize {
        let total = self.weights.last().copied().unwrap_or_default();
        let roll = dice.below(total);
        self.weights.partition_point(|sum| *sum <= roll)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::darkpool::feed::Decoder;
    use crate::domain::darkpool::{Event, Trade};

    /// 2026-06-16, 14:00 UTC.
    const SLOT: i64 = 17_816_184_000;

    fn events(world: &World, slots: std::ops::Range<i64>) -> Vec<Event> {
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        for frame in slots.flat_map(|slot| world.frames(slot)) {
            let tally = decoder.decode(&frame.text, &mut events);
            assert_eq!((tally.garbage, tally.ignored), (0, 0), "{}", frame.text);
        }
        events
    }

    fn trades(events: Vec<Event>) -> Vec<Trade> {
        let trade = |event| match event {
            Event::Trade(trade) => Some(trade),
            Event::Quote(_) => None,
        };
        events.into_iter().filter_map(trade).collect()
    }

    #[test]
    fn a_slot_is_the_same_whoever_asks_and_another_seed_is_another_market() {
        let (one, same, other) = (World::new(1, 400, 150), World::new(1, 400, 150), World::new(2, 400, 150));
        assert_eq!(one.frames(SLOT), same.frames(SLOT));
        assert_ne!(one.frames(SLOT), one.frames(SLOT + 1));
        assert_ne!(one.frames(SLOT), other.frames(SLOT));
    }

    #[test]
    fn time_and_numbers_go_on_from_frame_to_frame() {
        let world = World::new(1, 50, 2_000);
        let frames: Vec<Frame> = (SLOT..SLOT + 20).flat_map(|slot| world.frames(slot)).collect();
        assert!(frames.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms));
        assert!(frames.first().unwrap().at_ms >= SLOT * 100 && frames.last().unwrap().at_ms < (SLOT + 20) * 100);
        let trades = trades(events(&world, SLOT..SLOT + 20));
        assert!(trades.windows(2).all(|pair| pair[0].seq < pair[1].seq && pair[0].ts <= pair[1].ts));
        let newest = trades.iter().map(|trade| trade.ts.ms()).max();
        assert!(newest <= frames.last().map(|frame| frame.at_ms));
    }

    #[test]
    fn the_rate_is_about_what_was_asked_for_at_any_hour() {
        let per_s = |rate, hour: i64| {
            let from = SLOT + hour * 36_000;
            trades(events(&World::new(1, 400, rate), from..from + 20)).len() / 2
        };
        for hour in 0..24 {
            assert!((75..300).contains(&per_s(150, hour)), "{} at {hour}", per_s(150, hour));
        }
        assert!((10_000..40_000).contains(&per_s(20_000, 0)), "{}", per_s(20_000, 0));
    }

    #[test]
    fn some_stocks_trade_much_more_than_others_and_all_trade_sometimes() {
        let world = World::new(1, 400, 20_000);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for trade in trades(events(&world, SLOT..SLOT + 50)) {
            *counts.entry(trade.ticker.to_string()).or_default() += 1;
        }
        assert!(counts.len() > 390, "{}", counts.len());
        assert!(counts["NVDA"] > 10 * counts["CHWY"], "{} {}", counts["NVDA"], counts["CHWY"]);
    }

    #[test]
    fn ten_thousand_stocks_have_ten_thousand_names() {
        let world = World::new(1, 10_000, 1);
        let names: BTreeSet<_> = world.listings.iter().map(|listing| &listing.symbol).collect();
        assert_eq!(names.len(), 10_000);
    }
}
