//! From probabilities to prices that have a margin: the power method backwards.

use super::devig::exponent;
use crate::units::Odds;

/// No price is lower.
const LEAST: u64 = 101;
/// No price is higher.
const MOST: u64 = 1_000;
/// So near below a tick is the tick: rounding of floating point alone.
const NEARLY: f64 = 1e-9;

/// Decimal odds `p^-t` with the one `t` at which the implied probabilities sum to `1 + margin`, not rounded.
///
/// [`Devig::Power`](super::Devig::Power) gives the probabilities back. `None` unless there are at least two
/// probabilities between 0 and 1 and `margin` is at least 0 and less than their number less 1.
#[must_use]
pub fn offer(probabilities: &[f64], margin: f64) -> Option<Vec<f64>> {
    let outcomes = probabilities.len();
    let fits = |p: &f64| *p > 0.0 && *p < 1.0;
    let affordable = margin >= 0.0 && margin < outcomes as f64 - 1.0;
    if outcomes < 2 || !affordable || !probabilities.iter().all(fits) {
        return None;
    }
    let logs: Vec<f64> = probabilities.iter().map(|p| p.ln()).collect();
    let exponent = exponent(&logs, 1.0 + margin);
    Some(logs.iter().map(|log| (-exponent * log).exp()).collect())
}

/// [`offer`] as prices: rounded down to so many decimals (2 to 6), not lower than 1.01 and not higher than 1000.
#[must_use]
pub fn offer_ticks(probabilities: &[f64], margin: f64, decimals: u32) -> Option<Vec<Odds>> {
    offer(probabilities, margin)?.into_iter().map(|odds| ticks_below(odds, decimals)).collect()
}

/// Odds without margin: `1 / probability`, rounded down to 4 decimals, between 1.01 and 1000. `None` unless the
/// probability is between 0 and 1.
#[must_use]
pub fn fair_odds(probability: f64) -> Option<Odds> {
    if probability > 0.0 && probability < 1.0 { ticks_below(1.0 / probability, 4) } else { None }
}

fn ticks_below(odds: f64, decimals: u32) -> Option<Odds> {
    let unit = 10_u64.pow(decimals.clamp(2, 6));
    let ticks = odds.min(MOST as f64) * unit as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is positive and at most 1e9")]
    let ticks = (ticks * (1.0 + NEARLY)).floor() as u64;
    Odds::new(ticks.clamp(LEAST * unit / 100, MOST * unit), unit).ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn offered(probabilities: &[f64], margin: f64) -> Option<Vec<String>> {
        Some(offer_ticks(probabilities, margin, 2)?.iter().map(Odds::to_string).collect())
    }

    #[test]
    fn prices_are_rounded_down_to_the_tick_and_kept_in_range() {
        assert_eq!(offered(&[0.5, 0.5], 0.05).unwrap(), ["1.90", "1.90"]);
        // Exactly at a tick, which floating point misses.
        assert_eq!(offered(&[0.625, 0.375], 0.0).unwrap(), ["1.60", "2.66"]);
        assert_eq!(offered(&[1.0 / 1.15, 0.15 / 1.15], 0.0).unwrap(), ["1.15", "7.66"]);
        assert_eq!(offered(&[0.999_9, 0.000_1], 0.0).unwrap(), ["1.01", "1000.00"]);
        assert_eq!(fair_odds(0.15).unwrap().to_string(), "6.6666");
    }

    #[test]
    fn what_cannot_be_offered_is_not() {
        for (probabilities, margin) in [
            (&[1.0][..], 0.05),
            (&[], 0.05),
            (&[1.0, 0.0], 0.05),
            (&[0.5, 0.5], -0.01),
            (&[0.5, 0.5], 1.0),
            (&[0.5, 0.5], f64::NAN),
            (&[0.5, f64::NAN], 0.05),
        ] {
            assert_eq!(offer(probabilities, margin), None, "{probabilities:?} {margin}");
        }
        for none in [0.0, 1.0, -0.5, 2.0, f64::NAN] {
            assert_eq!(fair_odds(none), None, "{none}");
        }
    }
}
