//! Profit and loss over time, from the bets that are settled.

use shared::domain::bets::BetRow;
use shared::order::ordered;
use shared::units::{Money, Ratio};

use super::store::{ALL_BOOKS, Store};

/// Profit after each second in which a bet was settled, oldest first, in columns of equal length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    /// Seconds since 1970.
    pub seconds: Vec<i64>,
    /// All profit until then, in cents.
    pub cents: Vec<i64>,
}

/// What a settled bet brought: what came back less the stake.
#[must_use]
pub fn profit(bet: &BetRow) -> Option<Money> {
    bet.settled_ms?;
    bet.payout.map(|payout| payout - bet.stake)
}

impl Curve {
    /// The curve of the bets that are known. It ends where the ledger says that profit stands, so
    /// bets that are not known are in its beginning.
    #[must_use]
    pub fn of(bets: &Store) -> Curve {
        let mut steps: Vec<(i64, Money)> = Vec::new();
        for (_, bet) in bets.newest() {
            if let (Some(at), Some(profit)) = (bet.settled_ms, profit(bet)) {
                steps.push((at.ms().div_euclid(1000), profit));
            }
        }
        let steps = ordered(&steps, |(a, _), (b, _)| a.cmp(b));
        let known = steps.iter().fold(Money::ZERO, |sum, (_, profit)| sum + *profit);
        let all = bets.exposure(ALL_BOOKS).map_or(known, |row| row.profit);
        let mut curve = Curve::default();
        let mut sum = all - known;
        for (second, profit) in steps {
            if curve.seconds.is_empty() {
                // Where it begins, so that the first step can be seen.
                curve.seconds.push(second - 1);
                curve.cents.push(sum.cents());
            }
            sum += profit;
            match (curve.seconds.last(), curve.cents.last_mut()) {
                (Some(last), Some(cents)) if *last == second => *cents = sum.cents(),
                _ => {
                    curve.seconds.push(second);
                    curve.cents.push(sum.cents());
                }
            }
        }
        curve
    }

    /// Whether nothing was settled yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.seconds.is_empty()
    }
}

/// Profit for each 100 staked, in percent; none when nothing was staked.
#[must_use]
pub fn yield_pct(profit: Money, stake: Money) -> Option<Ratio> {
    Ratio::of(profit.pico().checked_mul(100)?, stake.pico())
}

#[cfg(test)]
mod tests {
    use shared::domain::bets::BetsTopic;

    use super::super::store::tests::{bet, with};
    use super::*;
    use crate::domain::stores::TopicStore;

    #[test]
    fn the_curve_adds_up_what_each_settled_bet_brought() {
        let bets = with(&[
            bet("1", "won", Some(("190.91", 5_000))),
            bet("2", "lost", Some(("0.00", 3_100))),
            bet("3", "push", Some(("100.00", 3_900))),
            bet("4", "placed", None),
            bet("5", "rejected", None),
        ]);
        let expected = Curve { seconds: vec![2, 3, 5], cents: vec![0, -10_000, -909] };
        assert_eq!(Curve::of(&bets), expected);
        assert!(Curve::of(&with(&[bet("4", "placed", None)])).is_empty());
    }

    #[test]
    fn the_curve_ends_where_the_ledger_says() {
        let mut bets = with(&[bet("1", "won", Some(("190.91", 5_000)))]);
        let row = r#"{"user":"42","book":"*","open_bets":0,"open_stake":"0.00","open_payout":"0.00","settled_bets":9,
            "settled_stake":"900.00","profit":"50.91"}"#;
        let raw = serde_json::value::RawValue::from_string(row.to_owned()).unwrap();
        bets.snapshot(&BetsTopic::Exposure("42".parse().unwrap()).topic(), &[("*".into(), raw)].into_iter().collect());
        assert_eq!(Curve::of(&bets).cents, [-4_000, 5_091]);
    }

    #[test]
    fn the_yield_is_profit_for_each_hundred_staked() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        assert_eq!(yield_pct(money("-25.00"), money("1000.00")).map(Ratio::e4), Some(-25_000));
        assert_eq!(yield_pct(money("1.00"), Money::ZERO), None);
    }
}
