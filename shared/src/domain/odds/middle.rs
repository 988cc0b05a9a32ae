//! Two bets on opposite sides of a spread or a total whose lines may differ: what each result brings.
//!
//! With lines that are the same this is an ordinary two-way market. With a *middle* there are results that win both
//! bets, with a *gap* results that lose both, and then no price makes up for it.

use super::arbitrage::{is_arbitrage, shares};
use super::rows::{ArbKind, MarketKind};
use crate::order::ordered;
use crate::units::{Money, Odds};

/// What the pair is reckoned for: $100, in 1e-12 dollars.
const TOTAL: u128 = 100_000_000_000_000;

/// A bet of the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// In hundredths of a point, as this bet has it: the away team at +3.5 has 350.
    pub line: i32,
    /// Stake included, after commission.
    pub odds: Odds,
}

/// How the lines of two bets lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// The same line from both sides.
    Same,
    /// Results between them win both bets, or one while the other comes back.
    Middle,
    /// Results between them lose both bets.
    Gap,
}

/// Results that all bring the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Results {
    /// The least: by how much the home team wins, or how many points there are; `None` is any less.
    pub from: Option<i32>,
    /// The greatest; `None` is any more.
    pub to: Option<i32>,
    /// What comes back less what was staked.
    pub profit: Money,
}

/// Two bets with $100 split so that either pays the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// How their lines lie.
    pub lines: Lines,
    /// What it is worth reporting as: never a gap, and the same line only if it wins.
    pub kind: Option<ArbKind>,
    /// What is staked on each, not rounded to cents.
    pub stakes: [Money; 2],
    /// What each result brings, in their order.
    pub results: Vec<Results>,
    /// The least of it. An arbitrage on a whole line has 0 here when both stakes come back.
    pub worst: Money,
    /// The most of it.
    pub best: Money,
    /// A result gives at least one stake back.
    pub push_possible: bool,
}

/// Looks at two bets: `first` on the home team or over, `second` on the away team or under.
///
/// An arbitrage wins at the same line or across a middle; a middle that does not win everywhere is a middle. `None`
/// where there are no lines (`h2h`), and for lines that are no multiples of a quarter.
#[must_use]
pub fn pair(market: MarketKind, first: Leg, second: Leg) -> Option<Pair> {
    let lines = lines(market, first.line, second.line)?;
    let (shares, sum) = shares(&[first.odds, second.odds]);
    let stake = |share: u128| Money::from_pico(i128::try_from(TOTAL * share / sum).unwrap_or_default());
    let stakes = [stake(shares[0]), stake(shares[1])];
    let results = profit_by_result(market, [first, second], stakes)?;
    let kind = match lines {
        Lines::Gap => None,
        Lines::Same | Lines::Middle if is_arbitrage(&[first.odds, second.odds]) => Some(ArbKind::Arb),
        Lines::Same => None,
        Lines::Middle => Some(ArbKind::Middle),
    };
    let profits = || results.iter().map(|r| r.profit);
    let worst = profits().min().unwrap_or_default();
    let best = profits().max().unwrap_or_default();
    let push_possible = first.line % 100 == 0 || second.line % 100 == 0;
    Some(Pair { lines, kind, stakes, worst, best, push_possible, results })
}

/// How two lines lie, in hundredths of a point: the home team's and the away team's handicap, or over and under.
fn lines(market: MarketKind, first: i32, second: i32) -> Option<Lines> {
    if first % 25 != 0 || second % 25 != 0 {
        return None;
    }
    let (first, second) = (i64::from(first), i64::from(second));
    let apart = match market {
        MarketKind::H2h => return None,
        MarketKind::Spreads => first + second,
        MarketKind::Totals => second - first,
    };
    Some(match apart {
        0 => Lines::Same,
        1.. => Lines::Middle,
        _ => Lines::Gap,
    })
}

/// What each result brings with these `stakes`, from the lowest result to the highest; neighbours bring different
/// amounts. Legs as in [`pair`].
#[must_use]
pub fn profit_by_result(market: MarketKind, legs: [Leg; 2], stakes: [Money; 2]) -> Option<Vec<Results>> {
    lines(market, legs[0].line, legs[1].line)?;
    // The result at which each bet is exactly on its line, in hundredths.
    let hit = match market {
        MarketKind::H2h => return None,
        MarketKind::Spreads => [-i64::from(legs[0].line), i64::from(legs[1].line)],
        MarketKind::Totals => legs.map(|leg| i64::from(leg.line)),
    };
    let profit = |result: i32| {
        let result = i64::from(result) * 100;
        let ahead = [result - hit[0], hit[1] - result];
        let paid = |leg: usize| paid(stakes[leg], legs[leg].odds, ahead[leg]);
        paid(0) + paid(1) - stakes[0] - stakes[1]
    };
    let mut found: Vec<Results> = Vec::new();
    for from in turns(hit)? {
        let profit = profit(from);
        match found.last_mut() {
            Some(last) if last.profit == profit => {}
            Some(last) => {
                last.to = Some(from - 1);
                found.push(Results { from: Some(from), to: None, profit });
            }
            None => found.push(Results { from: None, to: None, profit }),
        }
    }
    Some(found)
}

/// The results from which on something may be different: one below each line, on it, and above it.
fn turns(hit: [i64; 2]) -> Option<Vec<i32>> {
    let near = |hit: i64| (-1..=2).map(move |step| hit.div_euclid(100) + step);
    let turns: Vec<i64> = hit.into_iter().flat_map(near).collect();
    let mut turns = ordered(&turns, i64::cmp);
    turns.dedup();
    turns.into_iter().map(|turn| i32::try_from(turn).ok()).collect()
}

/// What comes back from a bet that is so far ahead of its line: only quarter lines come as near as 25.
fn paid(stake: Money, odds: Odds, ahead: i64) -> Money {
    let half = |money: Money| Money::from_pico(money.pico() / 2);
    match ahead {
        0 => stake,
        25 => half(stake + odds.pays(stake)),
        -25 => half(stake),
        1.. => odds.pays(stake),
        _ => Money::ZERO,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn leg(line: i32, odds: &str) -> Leg {
        Leg { line, odds: odds.parse().unwrap() }
    }

    fn table(pair: &Pair) -> Vec<(Option<i32>, Option<i32>, String)> {
        pair.results.iter().map(|r| (r.from, r.to, r.profit.to_string())).collect()
    }

    #[test]
    fn a_quarter_line_at_both_books_wins_less_when_half_comes_back() {
        let pair = pair(MarketKind::Spreads, leg(-25, "2.1"), leg(25, "2.1")).unwrap();
        assert_eq!((pair.lines, pair.kind, pair.push_possible), (Lines::Same, Some(ArbKind::Arb), false));
        let five = || "5.00".to_owned();
        assert_eq!(
            table(&pair),
            [(None, Some(-1), five()), (Some(0), Some(0), "2.50".to_owned()), (Some(1), None, five())]
        );
    }

    #[test]
    fn a_middle_that_wins_everywhere_is_an_arbitrage() {
        let pair = pair(MarketKind::Totals, leg(22_050, "2.05"), leg(22_350, "2.05")).unwrap();
        assert_eq!((pair.lines, pair.kind), (Lines::Middle, Some(ArbKind::Arb)));
        assert_eq!((pair.worst.to_string(), pair.best.to_string()), ("2.50".to_owned(), "105.00".to_owned()));
    }

    #[test]
    fn the_same_line_at_prices_that_lose_is_nothing() {
        let pair = pair(MarketKind::Totals, leg(250, "1.95"), leg(250, "1.95")).unwrap();
        assert_eq!((pair.lines, pair.kind), (Lines::Same, None));
    }

    #[test]
    fn what_has_no_lines_is_no_pair() {
        assert_eq!(pair(MarketKind::H2h, leg(0, "2.1"), leg(0, "2.1")), None);
        assert_eq!(pair(MarketKind::Totals, leg(210, "2.1"), leg(210, "2.1")), None);
        assert_eq!(pair(MarketKind::Spreads, leg(i32::MIN, "2.1"), leg(i32::MAX, "2.1")), None);
    }

    #[test]
    fn quarters_of_a_middle_count_half() {
        let pair = pair(MarketKind::Spreads, leg(-250, "2"), leg(275, "2")).unwrap();
        assert_eq!((pair.lines, pair.kind), (Lines::Middle, Some(ArbKind::Middle)));
        let (none, half) = ("0.00".to_owned(), "25.00".to_owned());
        assert_eq!(table(&pair), [(None, Some(2), none.clone()), (Some(3), Some(3), half), (Some(4), None, none)]);
    }
}
