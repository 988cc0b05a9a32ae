//! Payouts and results, exactly.

use shared::domain::bets::{BetStatus, outcome, payout, potential};
use shared::units::{Money, Odds};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::oracle::{cases, number, text};

const SETTLEMENT: &str = include_str!("../../oracles/settlement.json");

#[test]
fn payouts_are_exact_to_the_cent() {
    let cases = cases(SETTLEMENT, "settlement");
    assert_eq!(cases.len(), 21);
    for case in cases {
        let money = |field: &str| text(&case[field]).parse::<Money>().unwrap();
        let odds = Odds::from_american(case["american"].as_i64().unwrap()).unwrap();
        assert_eq!(odds.to_string().parse::<f64>().unwrap().to_string(), number(&case["decimal12"]).to_string());
        let status: BetStatus = serde_json::from_value(case["outcome"].clone()).unwrap();
        let paid = payout(money("stake"), odds, status).unwrap();
        assert_eq!(paid, money("payout_2dp"), "{case}");
        assert_eq!(paid - money("stake"), money("profit_2dp"), "{case}");
        assert_eq!(potential(money("stake"), odds), money("potential_payout_2dp"), "{case}");
    }
}

#[test]
fn lines_are_settled_as_by_hand() {
    let cases = cases(SETTLEMENT, "line_outcomes");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let side = case["side"].as_str().unwrap();
        let score = |field: &str| text(&case[field]).parse::<i32>().unwrap();
        let own = crate::oracle::hundredths(&case["line"]);
        // The cases have each side's own handicap, a market has the home team's.
        let line = if side == "away" { -own } else { own };
        let expected: BetStatus = serde_json::from_value(case["outcome"].clone()).unwrap();
        assert_eq!(outcome(side, Some(line), false, score("home"), score("away")), Some(expected), "{case}");
    }
}
