//! Probabilities and prices: devig, consensus, hybrid, offer.

use serde_json::Value;
use shared::domain::odds::{Devig, DevigError, Lmsr, blend, consensus, devig, offer, offer_ticks, pool, pool_weight};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::oracle::{cases, near, number, numbers, text};

const DEVIG: &str = include_str!("../../oracles/devig.json");
const HYBRID: &str = include_str!("../../oracles/hybrid.json");

#[test]
fn each_method_takes_the_margin_out_as_reckoned_with_fifty_digits() {
    let (mut solved, mut refused) = (0, 0);
    let cases = cases(DEVIG, "cases");
    assert_eq!(cases.len(), 38);
    for case in cases {
        let odds = numbers(&case["decimal_odds"]);
        for (name, expected) in case["methods"].as_object().unwrap() {
            let method: Devig = serde_json::from_value(Value::from(name.as_str())).unwrap();
            let actual = devig(method, &odds);
            match expected["error"].as_str() {
                None => {
                    let actual = actual.unwrap();
                    assert!(near(&actual, &numbers(&expected["p"])), "{} {name}: {actual:?}", case["name"]);
                    solved += 1;
                }
                Some(error) => {
                    let error = match error {
                        "underround" => DevigError::Underround,
                        "negative_probability" => DevigError::Longshot,
                        other => panic!("{other}"),
                    };
                    assert_eq!(actual, Err(error), "{} {name}", case["name"]);
                    refused += 1;
                }
            }
        }
    }
    assert_eq!((solved, refused), (38 * 5 - 7, 7));
}

#[test]
fn hybrid_odds_are_as_defined() {
    let cases = cases(HYBRID, "hybrid");
    assert_eq!(cases.len(), 5);
    for case in cases {
        let (name, input) = (&case["name"], &case["input"]);
        let weights = numbers(&input["book_weights"]);
        let books = input["books"].as_array().unwrap().iter();
        let books: Vec<_> =
            books.zip(weights).map(|(odds, weight)| (weight, devig(Devig::Power, &numbers(odds)).unwrap())).collect();
        let fair = consensus(&books).unwrap();
        assert!(near(&fair, &numbers(&case["consensus"])), "{name}: {fair:?}");

        let half_weight = number(&input["L0"]);
        let (weight, hybrid) = match case["rule"].as_str().unwrap() {
            "consensus" => (0.0, pool(&fair, &[], half_weight)),
            "linear" => {
                let stakes = numbers(&input["pool"]);
                (pool_weight(stakes.iter().sum(), half_weight), pool(&fair, &stakes, half_weight))
            }
            "log-linear" => {
                let maker = Lmsr { b: number(&input["lmsr"][0]), q: numbers(&input["lmsr"][1]) };
                assert!(near(&[maker.max_loss()], &[number(&case["own_liquidity"])]), "{name}");
                assert!(near(&maker.price(), &numbers(&case["own"])), "{name}");
                let weight = pool_weight(maker.max_loss(), half_weight);
                (weight, blend(&fair, &maker.price(), weight))
            }
            other => panic!("{other}"),
        };
        assert!(near(&[weight], &[number(&case["weight_own"])]), "{name}: {weight}");
        assert!(near(&hybrid, &numbers(&case["hybrid"])), "{name}: {hybrid:?}");

        let margin = number(&input["margin"]);
        let offered = offer(&hybrid, margin).unwrap();
        assert!(near(&offered, &numbers(&case["offered_odds12"])), "{name}: {offered:?}");
        for (tick, expected) in offer_ticks(&hybrid, margin, 2).unwrap().iter().zip(&numbers(&case["offered_odds12"])) {
            let gap = expected - tick.to_f64();
            assert!((0.0..0.01).contains(&gap), "{name}: {tick} {expected}");
        }
    }
}

#[test]
fn a_market_maker_sells_at_the_prices_of_its_rule() {
    let cases = cases(HYBRID, "lmsr");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let mut maker = Lmsr { b: number(&case["b"]), q: numbers(&case["q"]) };
        let outcome: usize = text(&case["buy_outcome"]).parse().unwrap();
        assert!(near(&[maker.price()[outcome]], &[number(&case["price_before"])]), "{case}");
        let cost = maker.buy(outcome, number(&case["shares"]));
        assert!(near(&[cost], &[number(&case["cost"])]), "{case}: {cost}");
        assert!(near(&[maker.price()[outcome]], &[number(&case["price_after"])]), "{case}");
        assert!(near(&[maker.max_loss()], &[number(&case["max_loss"])]), "{case}");
    }
}
