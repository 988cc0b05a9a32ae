//! What one bet is worth by itself: expected value, and what Kelly would stake.

use shared::domain::odds::kelly::{ev, half_kelly, kelly, quarter_kelly, stake};
use shared::units::{Money, Odds, Ratio};

/// What a bet is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// What is won on average for 100 staked, in percent.
    pub ev_pct: Ratio,
    /// What makes a bankroll grow fastest; half and a quarter of it.
    pub kelly: [Money; 3],
}

impl Worth {
    /// Of a bet that wins with this probability at this price, after commission.
    #[must_use]
    pub fn of(fair: Ratio, odds: Odds, bankroll: Money) -> Worth {
        let (p, odds) = (probability(fair), odds.to_f64());
        let kelly = [kelly(p, odds), half_kelly(p, odds), quarter_kelly(p, odds)];
        Worth { ev_pct: ratio(ev(p, odds) * 100.0), kelly: kelly.map(|fraction| stake(fraction, bankroll)) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a probability has four decimals")]
fn probability(fair: Ratio) -> f64 {
    fair.e4() as f64 / 10_000.0
}

#[expect(clippy::cast_possible_truncation, reason = "a percentage of odds below a million")]
fn ratio(value: f64) -> Ratio {
    Ratio::from_e4((value * 10_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bet_that_is_worth_it_gets_a_stake_and_another_none() {
        let bankroll: Money = "1000".parse().unwrap();
        let worth = Worth::of(Ratio::from_e4(5500), Odds::new(2, 1).unwrap(), bankroll);
        assert_eq!(worth.ev_pct.e4(), 100_000);
        assert_eq!(worth.kelly.map(|stake| stake.to_string()), ["100.00", "50.00", "25.00"]);
        let worth = Worth::of(Ratio::from_e4(4500), Odds::new(2, 1).unwrap(), bankroll);
        assert_eq!((worth.ev_pct.e4(), worth.kelly), (-100_000, [Money::ZERO; 3]));
    }
}
