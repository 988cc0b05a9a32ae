//! Whether prices of different books together win whatever happens, decided exactly.
//!
//! `B` is the sum of `1 / odds` over all outcomes of a market, each at its best price: below 1 it is an arbitrage.

use std::cmp::Ordering;

use crate::units::{Odds, Percent};

/// A whole, in millionths of a percent.
const WHOLE: u64 = 100_000_000;
/// The bits that a digit of a long division has.
const DIGIT: u32 = 64;

/// What a book's price is worth after it took `commission` of the winnings: `1 + (odds - 1) (1 - commission)`,
/// exactly.
///
/// Commission is cut to 0 ... 100 %. Where the fraction is too large for [`Odds`], and where nothing is won any more,
/// it is rounded down to 12 decimals, but stays above 1.
#[must_use]
pub fn net(odds: Odds, commission: Percent) -> Odds {
    let taken = u64::try_from(commission.micro()).unwrap_or(0).min(WHOLE);
    if taken == 0 {
        return odds;
    }
    let (wins, stake) = odds.fraction();
    // At most 1e18 times 1e8.
    let den = u128::from(stake) * u128::from(WHOLE);
    let num = den + u128::from(wins) * u128::from(WHOLE - taken);
    Odds::from_wide(num, den).unwrap_or_else(|_| rounded_down(num, den))
}

fn rounded_down(num: u128, den: u128) -> Odds {
    const UNIT: u64 = 1_000_000_000_000;
    let digits = u64::try_from(num * u128::from(UNIT) / den).unwrap_or(u64::MAX);
    Odds::new(digits.max(UNIT + 1), UNIT).expect("it is above 1, and not above the price before commission")
}

/// The sum of the implied probabilities, for showing; [`is_arbitrage`] decides.
#[must_use]
pub fn booksum(odds: &[Odds]) -> f64 {
    odds.iter().map(|o| o.implied()).sum()
}

/// Whether the best prices of all outcomes of a market are an arbitrage: `B < 1`, strictly and exactly, for any
/// number of outcomes from 2.
#[must_use]
pub fn is_arbitrage(odds: &[Odds]) -> bool {
    odds.len() >= 2 && compare_to_even(odds) == Ordering::Less
}

/// `B` against 1.
///
/// A common denominator would need 60 bits for each outcome. Long division does not: all fractions are divided out
/// side by side in digits of 64 bits, as far as it takes to tell their sum from 1.
pub(super) fn compare_to_even(odds: &[Odds]) -> Ordering {
    let mut remainders: Vec<u64> = odds.iter().map(|o| o.denominator()).collect();
    let count = odds.len() as u128;
    // How much is left of 1 after the digits so far, in units of the last digit.
    let mut left: u128 = 1;
    // If B is not 1, it differs by at least 1 / (product of numerators), which is less than 60 bits for each: one
    // digit for each outcome and one more always tell.
    for _ in 0..=odds.len() {
        let mut digits: u128 = 0;
        for (remainder, odds) in remainders.iter_mut().zip(odds) {
            let dividend = u128::from(*remainder) << DIGIT;
            let num = u128::from(odds.numerator());
            digits += dividend / num;
            *remainder = u64::try_from(dividend % num).unwrap_or(u64::MAX);
        }
        left <<= DIGIT;
        if digits > left {
            return Ordering::Greater;
        }
        left -= digits;
        // Each fraction has less than one unit still to come.
        if left >= count {
            return Ordering::Less;
        }
    }
    Ordering::Equal
}

/// What each price has of the sum `B`, in units of `2^-64`, rounded down, and the sum.
pub(super) fn shares(odds: &[Odds]) -> (Vec<u128>, u128) {
    let share = |o: &Odds| (u128::from(o.denominator()) << DIGIT) / u128::from(o.numerator());
    let shares: Vec<u128> = odds.iter().map(share).collect();
    let sum = shares.iter().sum();
    (shares, sum)
}

/// What is won for 100 staked so that every outcome pays the same: `(1 / B - 1) 100`, below 0 when it is lost. Zero
/// for less than two prices.
#[must_use]
pub fn roi_pct(odds: &[Odds]) -> Percent {
    let (_, sum) = shares(odds);
    let (Ok(sum), true) = (i128::try_from(sum), odds.len() >= 2) else { return Percent::default() };
    let won = i128::from(WHOLE) * ((1 << DIGIT) - sum);
    // Half away from zero.
    let rounded = (2 * won.abs() + sum) / (2 * sum) * won.signum();
    Percent::from_micro(i64::try_from(rounded).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn odds(list: &[(u64, u64)]) -> Vec<Odds> {
        list.iter().map(|&(num, den)| Odds::new(num, den).unwrap()).collect()
    }

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    #[test]
    fn exactly_even_is_no_arbitrage_and_the_least_bit_below_is_one() {
        const MOST: u64 = 1_000_000_000_000_000_000;
        for (prices, expected) in [
            (&[(2, 1), (2, 1)][..], Ordering::Equal),
            (&[(3, 1), (3, 1), (3, 1)], Ordering::Equal),
            (&[(7, 1), (7, 2), (7, 4)], Ordering::Equal),
            (&[(2, 1), (3, 1), (6, 1)], Ordering::Equal),
            (&[(21, 10), (41, 20)], Ordering::Less),
            (&[(191, 100), (191, 100)], Ordering::Greater),
            // Too near to 1 for floating point: 2e-18 and 5e-37 away.
            (&[(2, 1), (MOST - 1, MOST / 2 - 1)], Ordering::Less),
            (&[(2, 1), (MOST - 1, MOST / 2)], Ordering::Greater),
            (&[(MOST - 1, MOST / 2), (MOST - 1, MOST / 2 - 1)], Ordering::Equal),
            (&[(MOST - 1, MOST / 2), (MOST - 3, MOST / 2 - 2)], Ordering::Less),
            (&[(MOST - 3, MOST / 2 - 1), (MOST - 1, MOST / 2 - 1)], Ordering::Greater),
        ] {
            assert_eq!(compare_to_even(&odds(prices)), expected, "{prices:?}");
            assert_eq!(is_arbitrage(&odds(prices)), expected == Ordering::Less, "{prices:?}");
        }
        let many: Vec<_> = (0..12).map(|_| (12, 1)).collect();
        assert_eq!(compare_to_even(&odds(&many)), Ordering::Equal);
    }

    #[test]
    fn one_price_is_no_arbitrage_and_none_is_none() {
        assert!(!is_arbitrage(&[]));
        assert!(!is_arbitrage(&odds(&[(5, 1)])));
        assert_eq!(roi_pct(&odds(&[(5, 1)])), Percent::default());
    }

    #[test]
    fn commission_is_taken_from_the_winnings_only() {
        let two: Odds = "2.05".parse().unwrap();
        assert_eq!(net(two, percent("0")), two);
        assert_eq!(net(two, percent("2")).to_string(), "2.029");
        assert_eq!(net(two, percent("-3")), two);
        assert_eq!(net(Odds::from_american(-110).unwrap(), percent("5")).fraction(), (19, 22));
    }

    #[test]
    fn what_does_not_fit_a_price_is_rounded_down_and_stays_a_price() {
        let smallest = "1.000000000001";
        assert_eq!(net("5".parse().unwrap(), percent("100")).to_string(), smallest);
        assert_eq!(net(smallest.parse().unwrap(), percent("50")).to_string(), smallest);
        let fine = Odds::new(999_999_999_999_999_989, 500_000_000_000_000_000).unwrap();
        let kept = net(fine, percent("0.123457"));
        assert!(kept < fine && kept.denominator() <= 1_000_000_000_000, "{kept:?}");
        assert_eq!(kept.to_string(), "1.998765429999");
    }

    #[test]
    fn the_return_is_below_zero_when_the_books_win() {
        assert_eq!(roi_pct(&odds(&[(191, 100), (191, 100)])).to_string(), "-4.50");
        assert_eq!(roi_pct(&odds(&[(3, 1), (3, 1), (3, 1)])).micro(), 0);
    }
}
