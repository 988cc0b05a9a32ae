//! How much to stake on each outcome so that all pay the same, in units that can be staked.

use std::cmp::Ordering;

use super::arbitrage::{compare_to_even, shares};
use crate::order::ordered;
use crate::units::{Money, Odds};

/// How many units around the real stake are tried.
const AROUND: i128 = 3;
/// Stakes in units stay below this, so that products fit.
const MOST: u128 = 1 << 62;

/// Stakes on all outcomes of a market, and what is won or lost with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// On each outcome, in the order of the prices.
    pub stakes: Vec<Money>,
    /// Their sum.
    pub total: Money,
    /// What is won at worst, less the stakes: below 0 it is lost. Rounding can cost a narrow arbitrage its profit, so
    /// look here before anyone bets.
    pub worst: Money,
    /// What is won at best.
    pub best: Money,
}

/// Splits at most `total` over all outcomes at their prices (after commission), in multiples of `unit`.
///
/// For an arbitrage, of all splits within 3 units of the real one, the one that wins most at worst; of equal ones the
/// one that stakes least. When nothing can be won at worst (a middle, prices that have moved) the real split, rounded
/// down: looking for the best worst case would only stake less. `None` with less than two prices, with a total or a
/// unit not above 0, and when an outcome would get nothing.
#[must_use]
pub fn split(odds: &[Odds], total: Money, unit: Money) -> Option<Split> {
    let (total, unit) = (positive(total)?, positive(unit)?);
    let units = u128::try_from(total / unit).ok().filter(|units| *units < MOST)?;
    if odds.len() < 2 {
        return None;
    }
    let (shares, sum) = shares(odds);
    // `total share / B`, in units; the total itself may be no multiple of the unit.
    let floor = |share: &u128| {
        let rest = u128::try_from(total % unit).unwrap_or(0) * share / u128::try_from(unit).unwrap_or(1);
        i128::try_from((units * share + rest) / sum).unwrap_or(0)
    };
    let floors: Vec<i128> = shares.iter().map(floor).collect();
    if compare_to_even(odds) == Ordering::Greater {
        let stakes: Vec<i128> = floors.iter().map(|floor| floor * unit).collect();
        return stakes.iter().all(|stake| *stake > 0).then(|| Split::of(odds, &stakes));
    }
    let choices: Vec<Vec<i128>> = floors.iter().map(|floor| around(*floor, unit)).collect();
    best(odds, &choices, total)
}

/// Splits so that one outcome gets the `stake` that is given, and the others follow in multiples of `unit`.
///
/// For an arbitrage, within 3 units of what would pay the same, the split that wins most at worst; otherwise what
/// would pay the same, to the nearest unit but not nothing. `None` with less than two prices, for a leg that there is
/// not, and for a stake or a unit not above 0.
#[must_use]
pub fn split_from(odds: &[Odds], leg: usize, stake: Money, unit: Money) -> Option<Split> {
    let (fixed, unit) = (positive(stake)?, positive(unit)?);
    let paid = odds.get(leg)?.pays(stake).pico();
    if odds.len() < 2 || u128::try_from(paid / unit).ok()? >= MOST {
        return None;
    }
    let wins = compare_to_even(odds) != Ordering::Greater;
    let follows = |(index, odds): (usize, &Odds)| {
        let real = stake_for(paid, *odds);
        match (index == leg, wins) {
            (true, _) => vec![fixed],
            (false, true) => around(real / unit, unit),
            (false, false) => vec![((real + unit / 2) / unit).max(1) * unit],
        }
    };
    let choices: Vec<Vec<i128>> = odds.iter().enumerate().map(follows).collect();
    best(odds, &choices, i128::MAX)
}

fn positive(money: Money) -> Option<i128> {
    Some(money.pico()).filter(|pico| *pico > 0)
}

/// The stakes within [`AROUND`] units that are more than nothing, ascending.
fn around(units: i128, unit: i128) -> Vec<i128> {
    (units - AROUND..=units + AROUND).filter(|units| *units > 0).map(|units| units * unit).collect()
}

/// What has to be staked at these odds for so much to come back, rounded down.
fn stake_for(paid: i128, odds: Odds) -> i128 {
    let (num, den) = (i128::from(odds.numerator()), i128::from(odds.denominator()));
    let (whole, rest) = (paid / num, paid % num);
    whole * den + rest * den / num
}

/// Of all combinations of `choices` (ascending, for each outcome) that stake no more than `most`, the one that wins
/// most at worst, and of those the one that stakes least.
///
/// The least payout is that of one of the stakes, and then every other stake is best as low as it can be without
/// paying less. So there are only as many combinations to look at as there are stakes.
fn best(odds: &[Odds], choices: &[Vec<i128>], most: i128) -> Option<Split> {
    let pays = |odds: &Odds, stake: i128| odds.pays(Money::from_pico(stake)).pico();
    let payouts = odds.iter().zip(choices).flat_map(|(odds, stakes)| stakes.iter().map(|stake| pays(odds, *stake)));
    let payouts = ordered(&payouts.collect::<Vec<i128>>(), i128::cmp);
    let mut found: Option<Split> = None;
    for payout in payouts {
        let lowest = odds.iter().zip(choices).map(|(odds, stakes)| {
            let first = stakes.partition_point(|stake| pays(odds, *stake) < payout);
            stakes.get(first).copied()
        });
        let Some(stakes) = lowest.collect::<Option<Vec<i128>>>() else { break };
        if stakes.iter().sum::<i128>() > most {
            break;
        }
        let split = Split::of(odds, &stakes);
        if found.as_ref().is_none_or(|found| split.worst > found.worst) {
            found = Some(split);
        }
    }
    found
}

impl Split {
    /// With these stakes, in 1e-12 dollars.
    fn of(odds: &[Odds], stakes: &[i128]) -> Split {
        let stakes: Vec<Money> = stakes.iter().copied().map(Money::from_pico).collect();
        let total = stakes.iter().fold(Money::ZERO, |total, stake| total + *stake);
        let profits = || odds.iter().zip(&stakes).map(|(odds, stake)| odds.pays(*stake) - total);
        let worst = profits().min().unwrap_or_default();
        let best = profits().max().unwrap_or_default();
        Split { total, worst, best, stakes }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn odds(list: &[&str]) -> Vec<Odds> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn stakes(split: &Split) -> Vec<String> {
        split.stakes.iter().map(Money::to_string).collect()
    }

    #[test]
    fn without_an_arbitrage_the_total_is_staked_all_the_same() {
        let split = split(&odds(&["1.95", "1.95"]), money("100"), money("5")).unwrap();
        assert_eq!((stakes(&split), split.worst), (vec!["50.00".to_owned(); 2], money("-2.5")));
    }

    #[test]
    fn a_total_that_is_no_multiple_of_the_unit_is_not_exceeded() {
        let split = split(&odds(&["2.1", "2.1"]), money("99"), money("10")).unwrap();
        assert_eq!((stakes(&split), split.total), (vec!["40.00".to_owned(); 2], money("80")));
    }

    #[test]
    fn what_makes_no_sense_is_not_split() {
        let two = odds(&["2.1", "2.05"]);
        for (odds, total, unit) in [
            (&two[..1], "100", "1"),
            (&two, "0", "1"),
            (&two, "-5", "1"),
            (&two, "100", "0"),
            (&two, "1.99", "1"),
            (&two, "99999999999999999999", "0.000000000001"),
            (&odds(&["1.01", "90"]), "50", "1"),
            (&odds(&["1.01", "1.01"]), "0.5", "1"),
        ] {
            assert_eq!(split(odds, money(total), money(unit)), None, "{odds:?} {total} {unit}");
        }
        for (leg, stake, unit) in [(2, "100", "1"), (0, "0", "1"), (0, "100", "0"), (1, "-1", "1")] {
            assert_eq!(split_from(&two, leg, money(stake), money(unit)), None, "{leg} {stake} {unit}");
        }
    }

    #[test]
    fn the_others_follow_also_where_nothing_can_be_won() {
        let split = split_from(&odds(&["1.95", "1.8", "51"]), 0, money("100"), money("5")).unwrap();
        assert_eq!(
            (stakes(&split), split.worst),
            (["100.00", "110.00", "5.00"].map(str::to_owned).to_vec(), money("-20"))
        );
    }

    #[test]
    fn the_others_follow_the_stake_that_is_fixed() {
        let three = odds(&["2.9", "3.6", "3.1"]);
        let split = split_from(&three, 1, money("33.33"), money("1")).unwrap();
        assert_eq!(stakes(&split), ["42.00", "33.33", "39.00"]);
        assert_eq!((split.total, split.worst), (money("114.33"), money("5.658")));
        // Whole tens: less would win less, and so would more.
        let split = split_from(&odds(&["2.1", "2.05"]), 0, money("100"), money("10")).unwrap();
        assert_eq!((stakes(&split), split.worst), (vec!["100.00".to_owned(), "100.00".to_owned()], money("5")));
    }
}
