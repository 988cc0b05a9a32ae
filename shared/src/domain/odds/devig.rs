//! Taking a book's margin out of its prices: five ways from decimal odds to probabilities.
//!
//! Below `q = 1 / o` is an implied probability, `B` the sum of them over all outcomes of the market
//! (1.05 is a margin of 5 %), `n` their number. Each method keeps the order of the outcomes, and prices without
//! margin as they are.

use thiserror::Error;

use super::root::falling;
use super::rows::Devig;

/// How far below 1 a sum of implied probabilities may be and still count as 1: rounding alone.
const EVEN: f64 = 1e-14;

/// Why there are no probabilities.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DevigError {
    /// One outcome alone is no market.
    #[error("a market has at least two outcomes; give the odds of all of them")]
    Outcomes,
    /// A price is not a number above 1.
    #[error("decimal odds are numbers above 1")]
    Odds,
    /// The additive method took more from a longshot than it had.
    #[error("the additive method leaves an outcome without probability; use another method for longshots")]
    Longshot,
    /// Shin's method explains a margin, and there is none.
    #[error("Shin's method needs a market whose implied probabilities sum to at least 1; use the power method")]
    Underround,
}

/// Probabilities that sum to 1, in the order of `odds` (decimal, stake included, all outcomes of a market).
///
/// The margin may be negative, except for Shin's method. Formulas: Štrumbelj (2014), "On determining
/// probability forecasts from betting odds"; Clarke, Kovalchik and Ingram (2017), "Adjusting bookmaker's odds to
/// allow for overround"; Shin (1992); Cheung (2015) for the odds ratio.
///
/// # Errors
/// Fewer than two outcomes, a price that is not a number above 1, or a method that is not defined there.
pub fn devig(method: Devig, odds: &[f64]) -> Result<Vec<f64>, DevigError> {
    if odds.len() < 2 {
        return Err(DevigError::Outcomes);
    }
    if !odds.iter().all(|o| o.is_finite() && *o > 1.0) {
        return Err(DevigError::Odds);
    }
    match method {
        Devig::Multiplicative => Ok(multiplicative(odds)),
        Devig::Additive => additive(odds),
        Devig::Power => Ok(power(odds)),
        Devig::Shin => shin(odds),
        Devig::OddsRatio => Ok(odds_ratio(odds)),
    }
}

fn booksum(odds: &[f64]) -> f64 {
    odds.iter().map(|o| 1.0 / o).sum()
}

/// `p = q / B`
fn multiplicative(odds: &[f64]) -> Vec<f64> {
    let sum = booksum(odds);
    odds.iter().map(|o| 1.0 / o / sum).collect()
}

/// `p = q - (B - 1) / n`; never clamped, since the rest would no longer sum to 1.
fn additive(odds: &[f64]) -> Result<Vec<f64>, DevigError> {
    let each = (booksum(odds) - 1.0) / odds.len() as f64;
    let probabilities: Vec<f64> = odds.iter().map(|o| 1.0 / o - each).collect();
    if probabilities.iter().all(|p| *p > 0.0) { Ok(probabilities) } else { Err(DevigError::Longshot) }
}

/// `p = q^k` with the one `k` that makes them sum to 1.
fn power(odds: &[f64]) -> Vec<f64> {
    let logs: Vec<f64> = odds.iter().map(|o| -o.ln()).collect();
    let exponent = exponent(&logs, 1.0);
    logs.iter().map(|log| (exponent * log).exp()).collect()
}

/// The `k > 0` with `sum of e^(k * log) = target`, where all `logs` are negative and `target` is less than their
/// number.
///
/// It is solved as `ln sum = ln target`: that is convex, and so nearly a line that three or four steps suffice.
pub(super) fn exponent(logs: &[f64], target: f64) -> f64 {
    // With every term at its equal share the sum is the target.
    let share = (logs.len() as f64 / target).ln();
    let (least, most) = range(logs.iter().map(|log| share / -log));
    let aim = target.ln();
    falling((least, most), 1.0, |k| {
        let (mut sum, mut weighted) = (0.0, 0.0);
        for log in logs {
            let term = (k * log).exp();
            sum += term;
            weighted += term * log;
        }
        (sum.ln() - aim, weighted / sum)
    })
}

/// `p = (sqrt(z^2 + 4 (1 - z) q^2 / B) - z) / (2 (1 - z))`, where `z` is the share of insiders that makes them sum
/// to 1.
fn shin(odds: &[f64]) -> Result<Vec<f64>, DevigError> {
    let sum = booksum(odds);
    if sum < 1.0 - EVEN {
        return Err(DevigError::Underround);
    }
    let squares: Vec<f64> = odds.iter().map(|o| 4.0 / (o * o * sum)).collect();
    // The same formula without its difference of near equals: with `a = 4 q^2 / B` and the root `d` it is
    // `a / (2 (d + z))`, good up to `z = 1`.
    let root = |a: f64, z: f64| (z * z + (1.0 - z) * a).sqrt();
    let insiders = falling((0.0, 1.0), 0.0, |z| {
        let (mut value, mut slope) = (-1.0, 0.0);
        for &a in &squares {
            let d = root(a, z);
            let p = a / (2.0 * (d + z));
            value += p;
            slope -= p * ((2.0 * z - a) / (2.0 * d) + 1.0) / (d + z);
        }
        (value, slope)
    });
    Ok(squares.iter().map(|&a| a / (2.0 * (root(a, insiders) + insiders))).collect())
}

/// `p = q / (c + q - c q)`, which is `1 / (1 + c (o - 1))`: what is won is multiplied by the one `c` that makes them
/// sum to 1.
fn odds_ratio(odds: &[f64]) -> Vec<f64> {
    let others = odds.len() as f64 - 1.0;
    let (least, most) = range(odds.iter().map(|o| others / (o - 1.0)));
    let ratio = falling((least, most), 1.0, |c| {
        let (mut value, mut slope) = (-1.0, 0.0);
        for o in odds {
            let p = 1.0 / (1.0 + c * (o - 1.0));
            value += p;
            slope -= (o - 1.0) * p * p;
        }
        (value, slope)
    });
    odds.iter().map(|o| 1.0 / (1.0 + ratio * (o - 1.0))).collect()
}

/// The least and the greatest.
fn range(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(x), most.max(x)))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const METHODS: [Devig; 5] = [Devig::Multiplicative, Devig::Additive, Devig::Power, Devig::Shin, Devig::OddsRatio];

    #[test]
    fn what_is_no_market_has_no_probabilities() {
        for method in METHODS {
            for (odds, error) in [
                (&[][..], DevigError::Outcomes),
                (&[2.0], DevigError::Outcomes),
                (&[2.0, 1.0], DevigError::Odds),
                (&[2.0, 0.0], DevigError::Odds),
                (&[2.0, -110.0], DevigError::Odds),
                (&[2.0, f64::NAN], DevigError::Odds),
                (&[2.0, f64::INFINITY], DevigError::Odds),
            ] {
                assert_eq!(devig(method, odds), Err(error), "{method:?} {odds:?}");
            }
        }
    }

    #[test]
    fn prices_without_margin_stay_as_they_are() {
        for method in METHODS {
            for odds in [&[3.0, 3.0, 3.0][..], &[1.25, 5.0], &[2.0, 4.0, 8.0, 8.0]] {
                let probabilities = devig(method, odds).unwrap();
                for (p, o) in probabilities.iter().zip(odds) {
                    assert!((p * o - 1.0).abs() < 1e-12, "{method:?} {odds:?}: {probabilities:?}");
                }
            }
        }
    }

    #[test]
    fn with_two_outcomes_shin_is_the_additive_method() {
        let odds = [1.2, 4.8];
        let (shin, additive) = (devig(Devig::Shin, &odds).unwrap(), devig(Devig::Additive, &odds).unwrap());
        assert!(shin.iter().zip(&additive).all(|(a, b)| (a - b).abs() < 1e-12), "{shin:?} {additive:?}");
    }

    #[test]
    fn the_ends_of_the_scale_are_solved_too() {
        for odds in [&[1.000_001, 1.000_001][..], &[1.000_001, 999_999.0], &[999_999.0, 999_999.0, 999_999.0]] {
            for method in [Devig::Multiplicative, Devig::Power, Devig::OddsRatio] {
                let sum: f64 = devig(method, odds).unwrap().iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{method:?} {odds:?}: {sum}");
            }
        }
    }
}
