//! Our own opinion beside the books': a market maker's, as it was worked out elsewhere, and what follows from it.

use proptest::prelude::*;
use serde_json::Value;
use shared::domain::odds::{MarketRow, PriceSource};
use shared::units::{Money, Ratio};
use undercurrent::domain::market::Pool;
use undercurrent::domain::odds::engine::{Hybrid, OddsSettings};
use undercurrent::domain::odds::{Event, Outcome};

use crate::market::{NOON, Stand, answer, settings};

fn dollars(number: f64) -> Money {
    #[expect(clippy::cast_possible_truncation)]
    let cents = (number * 100.0).round() as i128;
    Money::from_pico(cents * 10_000_000_000)
}

fn with(hybrid: Hybrid, half_weight: f64) -> OddsSettings {
    OddsSettings { hybrid, half_weight: dollars(half_weight), ..settings() }
}

fn maker(b: f64) -> OddsSettings {
    with(Hybrid::Lmsr { b: dollars(b) }, 1_000.0)
}

fn outcomes(count: usize) -> &'static [Outcome] {
    if count == 2 { &[Outcome::Home, Outcome::Away] } else { &[Outcome::Home, Outcome::Draw, Outcome::Away] }
}

fn sums(numbers: &[f64]) -> Vec<(Box<str>, Money)> {
    let named = outcomes(numbers.len()).iter().zip(numbers);
    named.map(|(outcome, number)| (outcome.as_str().into(), dollars(*number))).collect()
}

/// A market of these books' prices, with what was sold of each outcome.
fn market(settings: OddsSettings, books: &[String], stakes: &[f64], payouts: &[f64]) -> Stand {
    let mut stand = Stand::new(settings);
    let offers: Vec<[&str; 1]> = books.iter().map(|prices| [prices.as_str()]).collect();
    let names = ["a", "b", "c"];
    let books: Vec<(&str, &[&str])> = names.into_iter().zip(offers.iter().map(|offers| &offers[..])).collect();
    stand.tell(answer("e", NOON, &books));
    stand.engine.pool(Pool { market: "e:h2h".into(), stakes: sums(stakes), payouts: sums(payouts) });
    stand.pass(0);
    stand
}

fn hybrid(row: &MarketRow) -> Vec<i64> {
    row.selections.iter().filter_map(|of| of.hybrid).map(Ratio::e4).collect()
}

#[test]
fn hybrid_odds_are_what_the_oracle_says() {
    let oracle: Value = serde_json::from_str(include_str!("../../../shared/oracles/hybrid.json")).unwrap();
    let numbers = |of: &Value| -> Vec<f64> {
        let number = |of: &Value| of.as_f64().unwrap_or_else(|| of.as_str().unwrap().parse().unwrap());
        of.as_array().map(|all| all.iter().map(number).collect()).unwrap_or_default()
    };
    let mut makers = 0;
    for case in oracle["hybrid"].as_array().unwrap() {
        let input = &case["input"];
        let weights = numbers(&input["book_weights"]);
        // Books of other weights have other names than these.
        if weights.iter().any(|weight| (weight - weights[0]).abs() > 1e-9) || weights.len() > 3 {
            continue;
        }
        let text = |prices: &Value| {
            let prices: Vec<String> = numbers(prices).iter().map(ToString::to_string).collect();
            format!("h2h {}", prices.join(" "))
        };
        let books: Vec<String> = input["books"].as_array().unwrap().iter().map(text).collect();
        let half_weight: f64 = input["L0"].as_str().unwrap().parse().unwrap();
        let (kind, stakes, payouts) = match &input["lmsr"] {
            Value::Array(maker) => {
                makers += 1;
                (Hybrid::Lmsr { b: dollars(maker[0].as_f64().unwrap()) }, vec![], numbers(&maker[1]))
            }
            _ => (Hybrid::Pool, numbers(&input["pool"]), vec![]),
        };
        let stand = market(with(kind, half_weight), &books, &stakes, &payouts);
        let (row, name) = (stand.market("e:h2h"), &case["name"]);
        for (actual, expected) in hybrid(&row).iter().zip(numbers(&case["hybrid"])) {
            assert!((*actual as f64 / 1e4 - expected).abs() < 0.000_051, "{name}: {actual} {expected}");
        }
        for (selection, expected) in row.selections.iter().zip(numbers(&case["offered_odds12"])) {
            let actual = selection.hybrid_decimal.unwrap().to_f64();
            assert!(actual <= expected + 1e-9 && expected - actual < 0.010_001, "{name}: {actual} {expected}");
        }
    }
    assert!(makers >= 1);
}

#[test]
fn a_maker_alone_says_what_its_prices_are_as_the_oracle_has_them() {
    let oracle: Value = serde_json::from_str(include_str!("../../../shared/oracles/hybrid.json")).unwrap();
    for case in oracle["lmsr"].as_array().unwrap() {
        let mut sold: Vec<f64> = case["q"].as_array().unwrap().iter().map(|q| q.as_f64().unwrap()).collect();
        let bought = usize::try_from(case["buy_outcome"].as_u64().unwrap()).unwrap();
        sold[bought] += case["shares"].as_f64().unwrap();
        let prices = ["h2h 2 2".to_owned(), "h2h 3 3 3".to_owned()];
        let books = &prices[sold.len() - 2..sold.len() - 1];
        let mut stand = market(maker(case["b"].as_f64().unwrap()), books, &[], &sold);
        stand.pass(61_000);
        let row = stand.market("e:h2h");
        assert_eq!(row.source, Some(PriceSource::Pool));
        let expected: f64 = case["price_after"].as_str().unwrap().parse().unwrap();
        assert!((hybrid(&row)[bought] as f64 / 1e4 - expected).abs() < 0.000_051, "{case}");
    }
}

#[test]
fn a_maker_that_sold_nothing_counts_beside_books_and_says_nothing_alone() {
    let books = ["h2h 1.5 2.7".to_owned()];
    let mut stand = market(maker(100.0), &books, &[], &[]);
    assert_eq!(stand.market("e:h2h").source, Some(PriceSource::Both));
    stand.pass(61_000);
    let row = stand.market("e:h2h");
    assert_eq!((row.source, hybrid(&row)), (None, vec![]));
}

#[test]
fn what_another_pool_would_pay_counts_too_and_outlives_a_restart() {
    let mut stand = market(maker(100.0), &["h2h 2 2".to_owned()], &[], &[50.0, 0.0]);
    let pool = |payouts| Event::Pool { market: "e:h2h".into(), stakes: sums(&[1.0, 1.0]), payouts };
    stand.hear(&pool(sums(&[0.0, 50.0])));
    assert_eq!(hybrid(&stand.market("e:h2h")), [5_000, 5_000]);
    stand.hear(&pool(sums(&[0.0, 150.0])));
    let before = hybrid(&stand.market("e:h2h"));
    assert!(before[1] > 5_000);
    stand.restart(maker(100.0));
    assert_eq!(hybrid(&stand.market("e:h2h")), before);
}

#[test]
fn after_a_run_on_one_outcome_there_is_still_a_price_of_the_others() {
    let stand = market(maker(1.0), &["h2h 2 2".to_owned()], &[], &[1e8, 0.0]);
    let row = stand.market("e:h2h");
    assert!(row.selections.iter().all(|of| of.hybrid_decimal.is_some()), "{row:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn who_buys_of_the_maker_makes_it_likelier(
        sold in prop::collection::vec(0.0..300.0_f64, 2..=3),
        bought in 0..2_usize,
        shares in 50.0..500.0_f64,
        b in 100.0..1_000.0_f64,
    ) {
        let prices = [["h2h 1.5 2.7"; 2], ["h2h 2.1 3.4 3.6"; 2]][sold.len() - 2].map(ToOwned::to_owned);
        let before = hybrid(&market(maker(b), &prices, &[], &sold).market("e:h2h"));
        let mut more = sold.clone();
        more[bought] += shares;
        let after = hybrid(&market(maker(b), &prices, &[], &more).market("e:h2h"));
        for outcome in 0..sold.len() {
            let likelier = after[outcome].cmp(&before[outcome]);
            let expected = if outcome == bought { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less };
            prop_assert_eq!(likelier, expected, "{:?} {:?}", before, after);
        }
    }
}
