//! Arbitrage, stakes, pairs of lines, and Kelly.

use serde_json::Value;
use shared::domain::odds::{
    ArbKind, Leg, Lines, MarketKind, booksum, is_arbitrage, kelly, pair, roi_pct, split, split_from,
};
use shared::units::{Money, Odds};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::oracle::{cases, hundredths, near, number, numbers, text};

const ARBITRAGE: &str = include_str!("../../oracles/arbitrage.json");
const KELLY: &str = include_str!("../../oracles/kelly.json");

/// `2.1`, or stake included as a fraction: `41/21`.
fn odds(value: &str) -> Odds {
    match value.split_once('/') {
        Some((num, den)) => Odds::new(num.parse().unwrap(), den.parse().unwrap()).unwrap(),
        None => value.parse().unwrap(),
    }
}

/// Dollars; nothing may be written as `0E-10`.
fn money(value: &Value) -> Money {
    text(value).split('E').next().unwrap().parse().unwrap()
}

fn moneys(value: &Value) -> Vec<Money> {
    value.as_array().unwrap().iter().map(money).collect()
}

/// Both with ten decimals, as the cases have them; a price that is no decimal pays a fraction of 1e-12 dollars.
fn same_money(a: Money, b: Money) -> bool {
    (a - b).pico().abs() <= 50
}

#[test]
fn arbitrages_and_their_stakes_are_as_reckoned_with_fractions() {
    let cases = cases(ARBITRAGE, "cases");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let name = &case["name"];
        let quotes = case["quotes"].as_array().unwrap().iter();
        let best = |quotes: &Value| quotes.as_object().unwrap().values().map(|o| odds(&text(o))).max().unwrap();
        let odds: Vec<Odds> = quotes.map(best).collect();
        for (odds, expected) in odds.iter().zip(case["best"].as_array().unwrap()) {
            assert!((odds.to_f64() - number(&expected["odds"])).abs() < 1e-6, "{name}");
        }
        assert!(near(&[booksum(&odds)], &[number(&case["sum_inverse"])]), "{name}");
        assert_eq!(is_arbitrage(&odds), case["is_arb"] == true, "{name}");
        let roi = roi_pct(&odds);
        assert_eq!(format!("{:.6}", number(&case["roi_pct"])), micro(roi.micro()), "{name}");

        let unit = if case["unit"] == "1/100" { "0.01".parse().unwrap() } else { money(&case["unit"]) };
        let total = money(&case["total_stake"]);
        let found = split(&odds, total, unit).unwrap();
        assert_eq!(found.stakes, moneys(&case["stakes_best_rounded"]), "{name}");
        assert_eq!(found.total, money(&case["total_best_rounded"]), "{name}");
        let profits = moneys(&case["best_rounded_profits"]);
        assert!(same_money(found.worst, money(&case["guaranteed_profit_best_rounded"])), "{name}: {found:?}");
        assert!(same_money(found.best, *profits.iter().max().unwrap()), "{name}: {found:?}");

        // In the finest unit it is the real split.
        let exact = split(&odds, total, Money::from_pico(1)).unwrap();
        let real = moneys(&case["stakes_exact"]);
        assert!(exact.stakes.iter().zip(&real).all(|(a, b)| same_money(*a, *b)), "{name}: {exact:?}");
        assert!(same_money(exact.worst, money(&case["guaranteed_profit_exact"])), "{name}: {exact:?}");

        // With the first stake given the others are those that belong to it, and can only be better than any split.
        let follows = split_from(&odds, 0, found.stakes[0], unit).unwrap();
        assert!(follows.worst >= found.worst && follows.stakes[0] == found.stakes[0], "{name}: {follows:?}");
    }
}

fn micro(micro: i64) -> String {
    format!("{}{}.{:06}", if micro < 0 { "-" } else { "" }, micro.abs() / 1_000_000, micro.abs() % 1_000_000)
}

#[test]
fn pairs_of_lines_bring_what_the_tables_say() {
    let cases = cases(ARBITRAGE, "line_matching");
    assert_eq!(cases.len(), 7);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let leg = |index: usize| {
            let leg = &case["legs"][index];
            Leg { line: hundredths(&leg["point"]), odds: odds(&text(&leg["odds"])) }
        };
        let market = if case["legs"][0]["side"] == "home" { MarketKind::Spreads } else { MarketKind::Totals };
        let pair = pair(market, leg(0), leg(1)).unwrap();
        let (lines, kind) = match case["expect"].as_str().unwrap() {
            gap if gap.starts_with("reject") => (Lines::Gap, None),
            arb if arb.starts_with("arb") => (Lines::Same, Some(ArbKind::Arb)),
            _ => (Lines::Middle, Some(ArbKind::Middle)),
        };
        assert_eq!((pair.lines, pair.kind), (lines, kind), "{name}");
        assert_eq!(pair.push_possible, name.contains("push"), "{name}");

        let stakes: Vec<String> = pair.stakes.iter().map(|stake| stake.eight()).collect();
        let expected: Vec<String> = case["stakes_exact_on_100"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(stakes, expected, "{name}");
        assert_eq!(pair.worst.six(), text(&case["worst"]), "{name}");
        assert_eq!(pair.best.six(), text(&case["best"]), "{name}");
        for (profit, range) in case["profit_by_result"].as_object().unwrap() {
            let ends = [&range[0], &range[1]].map(|end| text(end).parse::<i32>().unwrap());
            let (low, high) = (ends[0], ends[1]);
            for result in [low, high] {
                let found = pair
                    .results
                    .iter()
                    .find(|r| r.from.is_none_or(|from| from <= result) && r.to.is_none_or(|to| result <= to));
                assert_eq!(found.unwrap().profit.six(), *profit, "{name} at {result}");
            }
        }
    }
}

/// Money with more decimals than it is written with.
trait Decimals {
    fn six(self) -> String;
    fn eight(self) -> String;
}

impl Decimals for Money {
    fn six(self) -> String {
        micro(i64::try_from((self.pico() + self.pico().signum() * 500_000) / 1_000_000).unwrap())
    }

    fn eight(self) -> String {
        let e8 = (self.pico() + 5_000) / 10_000;
        format!("{}.{:08}", e8 / 100_000_000, e8 % 100_000_000)
    }
}

#[test]
fn one_bet_by_kelly() {
    let cases = cases(KELLY, "single");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let (p, odds) = (number(&case["p"]), number(&case["odds"]));
        let expected = |field: &str| number(&case[field]);
        assert!(near(&[kelly::ev(p, odds)], &[expected("ev_per_unit")]), "{case}");
        assert!(near(&[100.0 * kelly::ev(p, odds)], &[expected("ev_on_100")]), "{case}");
        assert!(near(&[kelly::kelly(p, odds)], &[expected("kelly_clamped")]), "{case}");
        assert!(near(&[kelly::half_kelly(p, odds)], &[expected("half_kelly")]), "{case}");
        assert!(near(&[kelly::breakeven(p)], &[expected("breakeven_odds")]), "{case}");
        let stake = kelly::stake(kelly::quarter_kelly(p, odds), "1000".parse().unwrap());
        assert_eq!(stake, money(&case["quarter_kelly_on_bankroll_1000_2dp_floor"]), "{case}");
    }
}

#[test]
fn bets_that_exclude_each_other_by_kelly() {
    let cases = cases(KELLY, "mutually_exclusive");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (p, odds) = (numbers(&case["p"]), numbers(&case["odds"]));
        let bets: Vec<(f64, f64)> = p.iter().copied().zip(odds.iter().copied()).collect();
        let fractions = kelly::kelly_exclusive(&bets);
        assert!(near(&fractions, &numbers(&case["fractions"])), "{case}: {fractions:?}");
        let held: f64 = 1.0 - fractions.iter().sum::<f64>();
        let growth: f64 = bets.iter().zip(&fractions).map(|((p, odds), f)| p * (held + f * odds).ln()).sum();
        assert!(near(&[growth], &[number(&case["log_growth"])]), "{case}: {growth}");
    }
}
