//! What a bet is worth, and how much of a bankroll to put on it.

use crate::order::ordered;
use crate::units::Money;

/// Fractions of a bankroll are used to so many parts.
const PARTS: f64 = 1e12;
/// A cent, in 1e-12 dollars.
const CENT: i128 = 10_000_000_000;

/// What is won on average for each unit staked at decimal `odds`: `p odds - 1`.
#[must_use]
pub fn ev(p: f64, odds: f64) -> f64 {
    p * odds - 1.0
}

/// The odds from which on a bet is worth it: `1 / p`.
#[must_use]
pub fn breakeven(p: f64) -> f64 {
    1.0 / p
}

/// The fraction of a bankroll that makes it grow fastest (Kelly 1956): `(p odds - 1) / (odds - 1)`, 0 when the bet
/// is not worth it and for odds not above 1.
#[must_use]
pub fn kelly(p: f64, odds: f64) -> f64 {
    let fraction = ev(p, odds) / (odds - 1.0);
    if odds > 1.0 && fraction > 0.0 { fraction } else { 0.0 }
}

/// Half of [`kelly`]: three quarters of the growth at half the swings.
#[must_use]
pub fn half_kelly(p: f64, odds: f64) -> f64 {
    kelly(p, odds) / 2.0
}

/// A quarter of [`kelly`], for who is not sure of `p`.
#[must_use]
pub fn quarter_kelly(p: f64, odds: f64) -> f64 {
    kelly(p, odds) / 4.0
}

/// A fraction (0 to 1) of a bankroll in dollars, rounded down to the cent.
#[must_use]
pub fn stake(fraction: f64, bankroll: Money) -> Money {
    #[expect(clippy::cast_possible_truncation, reason = "it is at most 1e12")]
    let parts = (fraction.clamp(0.0, 1.0) * PARTS).round() as i128;
    let whole = bankroll.pico().max(0) / CENT * parts;
    Money::from_pico(whole / 1_000_000_000_000 * CENT)
}

/// Fractions of a bankroll for bets of which at most one wins: `(probability, decimal odds)` each (Smoczynski and
/// Tomkins 2010).
///
/// From the best `p odds` down, a bet is taken while it beats the reserve rate
/// `R = (1 - sum p) / (1 - sum 1 / odds)` over the bets taken so far; each then gets `p - R / odds`. When the bets
/// taken are an arbitrage there is nothing to hold back, and each gets its probability.
#[must_use]
pub fn kelly_exclusive(bets: &[(f64, f64)]) -> Vec<f64> {
    let beneficial: Vec<usize> = (0..bets.len()).filter(|i| bets[*i].0 > 0.0 && bets[*i].1 > 1.0).collect();
    let worth = |i: usize| bets[i].0 * bets[i].1;
    let order = ordered(&beneficial, |a, b| worth(*b).total_cmp(&worth(*a)));
    let (mut probability, mut implied, mut reserve, mut taken) = (0.0, 0.0, 1.0, 0);
    for &index in &order {
        if worth(index) <= reserve {
            break;
        }
        let (p, odds) = bets[index];
        probability += p;
        implied += 1.0 / odds;
        taken += 1;
        reserve = if implied < 1.0 { ((1.0 - probability) / (1.0 - implied)).max(0.0) } else { 0.0 };
    }
    let mut fractions = vec![0.0; bets.len()];
    for &index in &order[..taken] {
        let (p, odds) = bets[index];
        fractions[index] = (p - reserve / odds).max(0.0);
    }
    fractions
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_bet_that_is_not_worth_it_gets_nothing() {
        for (p, odds) in [(0.5, 1.9), (0.5, 2.0), (0.9, 1.0), (0.9, 0.5), (f64::NAN, 2.0)] {
            assert!(kelly(p, odds).abs() < 1e-15, "{p} {odds}");
        }
    }

    #[test]
    fn one_bet_alone_is_the_plain_formula() {
        let (p, odds) = (0.55, 2.1);
        let alone = kelly_exclusive(&[(p, odds), (0.3, 2.0), (0.1, 0.9)]);
        assert!((alone[0] - kelly(p, odds)).abs() < 1e-12, "{alone:?}");
        assert!(alone[1].abs() < 1e-15 && alone[2].abs() < 1e-15);
    }

    #[test]
    fn a_stake_is_rounded_down_to_the_cent_but_not_by_floating_point() {
        let bankroll: Money = "1000".parse().unwrap();
        // A fifth, which floating point takes for 0.19999999999999996.
        assert_eq!(stake(kelly(0.6, 2.0), bankroll).to_string(), "200.00");
        assert_eq!(stake(0.011_363_636, bankroll).to_string(), "11.36");
        assert_eq!(stake(7.0, bankroll), bankroll);
        assert_eq!(stake(f64::NAN, bankroll), Money::ZERO);
        assert_eq!(stake(0.5, "-10".parse().unwrap()), Money::ZERO);
    }
}
