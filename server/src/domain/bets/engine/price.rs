//! The price that a client saw, against the price as it is.
//!
//! A client sees a price as it is written: a decimal with at most twelve decimals, or American odds in
//! whole numbers. Both are rounded where the price is none of these, as 21/11 in decimals or 1.905 as
//! American odds. So a price has not moved when it is still written as the client saw it, in the way
//! that the client chose; anything stricter would refuse a client that did nothing wrong, and again
//! when it sends the price that the refusal names. What is better or worse beyond that is decided
//! by the exact fractions.

use serde::{Deserialize, Serialize};
use shared::domain::bets::OddsPolicy;
use shared::units::{Odds, OddsError};

/// A price as a client wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    Decimal(Odds),
    /// -100 is written 100.
    American(i64),
}

impl Seen {
    /// American odds, if they are some.
    pub fn american(american: i64) -> Result<Seen, OddsError> {
        Odds::from_american(american).map(|odds| Seen::American(odds.american()))
    }

    /// Whether a bet may be taken at the price as it is now.
    pub fn allows(self, policy: OddsPolicy, now: Odds) -> bool {
        match policy {
            OddsPolicy::None => self.is(now),
            OddsPolicy::Higher => self.is(now) || self.is_below(now),
            OddsPolicy::Any => true,
        }
    }

    fn is(self, now: Odds) -> bool {
        match self {
            Seen::Decimal(seen) => seen == now || seen.to_string() == now.to_string(),
            Seen::American(seen) => seen == now.american(),
        }
    }

    fn is_below(self, now: Odds) -> bool {
        match self {
            Seen::Decimal(seen) => seen < now,
            Seen::American(seen) => Odds::from_american(seen).is_ok_and(|seen| seen < now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_moved_when_it_is_written_otherwise() {
        let decimal = |text: &str| Seen::Decimal(text.parse().unwrap());
        let american = |odds| Seen::american(odds).unwrap();
        let exactly = |num, den| Odds::new(num, den).unwrap();
        // What was seen, what it is; whether it is the same, and whether it is the same or better.
        let cases = [
            (decimal("1.909090909091"), exactly(21, 11), true, true),
            (decimal("1.91"), exactly(21, 11), false, false),
            (decimal("1.90909090909"), exactly(21, 11), false, true),
            (decimal("2.50"), exactly(5, 2), true, true),
            (decimal("2.50"), exactly(251, 100), false, true),
            (decimal("2.50"), exactly(249, 100), false, false),
            (american(-110), exactly(21, 11), true, true),
            (american(-110), exactly(191, 100), true, true),
            (american(-110), exactly(1905, 1000), true, true),
            (american(-110), exactly(192, 100), false, true),
            (american(-110), exactly(190, 100), false, false),
            (american(150), exactly(5, 2), true, true),
            (american(-100), exactly(2, 1), true, true),
            (american(100), exactly(2, 1), true, true),
            (american(100), exactly(201, 100), false, true),
            (american(100), exactly(199, 100), false, false),
        ];
        for (seen, now, same, same_or_better) in cases {
            assert_eq!(seen.allows(OddsPolicy::None, now), same, "{seen:?} {now}");
            assert_eq!(seen.allows(OddsPolicy::Higher, now), same_or_better, "{seen:?} {now}");
            assert!(seen.allows(OddsPolicy::Any, now));
        }
    }

    #[test]
    fn less_than_a_hundred_is_no_american_price() {
        for none in [0, 99, -99, i64::MIN] {
            assert!(Seen::american(none).is_err(), "{none}");
        }
        assert_eq!(Seen::american(-100), Seen::american(100));
    }
}
