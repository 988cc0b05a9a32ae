//! One trade of the demo market: where in the spread, how large, under which conditions.
//!
//! The shares are those of a real hour of a large stock: two in five off-exchange prints inside the
//! spread, one in eight exactly in its middle, half of them odd lots, the odd block, a late report
//! now and then, and markers that are no trades at all.

use super::listing::{CENT, Listing, Touch};
use crate::demo::noise::{Dice, exp, nearest};

/// A trade as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) exchange: u16,
    pub(super) trf: Option<u16>,
    /// In 1e-6 dollars.
    pub(super) price: i64,
    /// In 1e-6 shares.
    pub(super) size: i64,
    pub(super) conditions: &'static [u16],
    /// How long before the tape had it, it was executed.
    pub(super) lag_ms: i64,
}

/// Exchanges by the provider's ids; more often those that are there more often.
const EXCHANGES: [u16; 16] = [12, 12, 12, 12, 11, 11, 19, 19, 8, 8, 10, 10, 21, 15, 18, 20];

/// Reporting facilities likewise.
const FACILITIES: [u16; 10] = [202, 202, 202, 202, 202, 202, 201, 201, 201, 203];

const SHARE: i64 = 1_000_000;

/// Makes a trade at that quote by somebody who buys with the given probability.
pub(super) fn make(dice: &mut Dice, listing: &Listing, touch: Touch, buyers: f64) -> Made {
    if dice.chance(0.0004) {
        return marker(dice, touch);
    }
    let buys = dice.chance(buyers);
    if dice.chance(listing.dark) { dark(dice, touch, buys) } else { lit(dice, touch, buys) }
}

fn lit(dice: &mut Dice, touch: Touch, buys: bool) -> Made {
    let price = if dice.chance(0.93) { aggressive(touch, buys) } else { touch.middle_2() / 2 };
    let size = if dice.chance(0.55) { odd_lot(dice) } else { round_lots(dice) };
    let conditions: &[u16] = match (size < 100 * SHARE, dice.chance(0.35)) {
        (true, true) => &[14, 37, 41],
        (true, false) => &[37],
        (false, true) => &[14, 41],
        (false, false) => &[],
    };
    Made { exchange: exchange(dice), trf: None, price, size, conditions, lag_ms: lag(dice) }
}

fn dark(dice: &mut Dice, touch: Touch, buys: bool) -> Made {
    let size = dark_size(dice, touch);
    let (price, conditions) = match dice.below(1_000) {
        0..10 => (touch.middle_2() / 2, &[2][..]),
        10..13 => (touch.middle_2() / 2, &[10][..]),
        13..16 => (aggressive(touch, !buys), &[22][..]),
        16..20 => (touch.middle_2() / 2, &[53][..]),
        20..22 => (aggressive(touch, buys), &[12][..]),
        _ if size < 100 * SHARE => (dark_price(dice, touch, buys), &[37][..]),
        _ if dice.chance(0.15) => (dark_price(dice, touch, buys), &[14, 41][..]),
        _ => (dark_price(dice, touch, buys), &[][..]),
    };
    let lag_ms = if dice.chance(0.007) { 11_000 + dice.below(80_000).cast_signed() } else { lag(dice) };
    Made { exchange: 4, trf: Some(pick(dice, &FACILITIES)), price, size, conditions, lag_ms }
}

/// A marker: the official open or close, or a correction of it. Its size is what it speaks of, and
/// whoever adds it up is wrong by far.
fn marker(dice: &mut Dice, touch: Touch) -> Made {
    let conditions = [&[15][..], &[16], &[38]][usize::try_from(dice.below(3)).unwrap_or(0)];
    let size = (1 + dice.below(9)).cast_signed() * 100_000 * SHARE;
    Made { exchange: exchange(dice), trf: None, price: touch.middle_2() / 2, size, conditions, lag_ms: lag(dice) }
}

/// The price of whoever is in a hurry.
const fn aggressive(touch: Touch, buys: bool) -> i64 {
    if buys { touch.ask } else { touch.bid }
}

fn dark_price(dice: &mut Dice, touch: Touch, buys: bool) -> i64 {
    let half = (touch.ask - touch.bid) / 2;
    let from_touch = match dice.below(100) {
        0..46 => 0,
        46..58 => return touch.middle_2() / 2,
        // Inside, a little better than the touch: to a hundredth of a cent.
        58..97 => (1 + dice.below((half / 100 - 1).max(1).unsigned_abs()).cast_signed()) * 100,
        _ => -(1 + dice.below(2).cast_signed()) * CENT,
    };
    if buys { touch.ask - from_touch } else { (touch.bid + from_touch).max(CENT) }
}

fn dark_size(dice: &mut Dice, touch: Touch) -> i64 {
    match dice.below(1_000) {
        0..470 => odd_lot(dice),
        470..550 => 1 + dice.below(10_000_000).cast_signed(),
        550..994 => round_lots(dice),
        _ => block(dice, touch),
    }
}

/// 1 to 99 shares, small ones more often.
fn odd_lot(dice: &mut Dice) -> i64 {
    let u = dice.unit();
    (1 + nearest(98.0 * u * u)) * SHARE
}

/// Hundreds of shares, log-normal.
fn round_lots(dice: &mut Dice) -> i64 {
    nearest(1.2 * exp(0.9 * dice.normal())).clamp(1, 60) * 100 * SHARE
}

/// A large order worth $200,000 to some millions, in hundreds of shares.
fn block(dice: &mut Dice, touch: Touch) -> i64 {
    let dollars = 200_000.0 * exp(1.1 * dice.normal().abs());
    nearest(dollars * 1e4 / touch.ask as f64).max(1) * 100 * SHARE
}

fn lag(dice: &mut Dice) -> i64 {
    1 + dice.below(30).cast_signed()
}

fn exchange(dice: &mut Dice) -> u16 {
    pick(dice, &EXCHANGES)
}

fn pick(dice: &mut Dice, from: &[u16]) -> u16 {
    let index = usize::try_from(dice.below(from.len() as u64)).unwrap_or(0);
    from[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_has_everything_in_it() {
        let listing = Listing::new(1, 3);
        let touch = Touch { bid: 238_120_000, ask: 238_160_000 };
        let mut dice = Dice::new(5);
        let made: Vec<Made> = (0..50_000).map(|_| make(&mut dice, &listing, touch, 0.6)).collect();
        let share = |what: &dyn Fn(&&Made) -> bool| made.iter().filter(what).count() as f64 / made.len() as f64;
        let dark = |m: &&Made| m.trf.is_some();
        assert!(made.iter().all(|m| m.price > 0 && m.size > 0));
        assert!((0.28..0.47).contains(&share(&dark)), "{}", share(&dark));
        let of_dark = |what: &dyn Fn(&&Made) -> bool| share(&|m| dark(m) && what(m)) / share(&dark);
        let shares = [
            ("middle", of_dark(&|m| 2 * m.price == touch.middle_2()), 0.10..0.18),
            ("inside", of_dark(&|m| m.price > touch.bid && m.price < touch.ask), 0.45..0.60),
            ("odd lots", of_dark(&|m| m.size < 100_000_000), 0.50..0.60),
            ("fractions", of_dark(&|m| m.size % 1_000_000 != 0), 0.06..0.10),
            ("blocks", of_dark(&|m| m.price as f64 * m.size as f64 >= 2e17), 0.004..0.015),
            ("late", of_dark(&|m| m.lag_ms > 10_000), 0.004..0.010),
            ("markers", share(&|m| matches!(m.conditions, [15] | [16] | [38])), 0.0001..0.001),
        ];
        for (what, actual, expected) in shares {
            assert!(expected.contains(&actual), "{what}: {actual}");
        }
    }
}
