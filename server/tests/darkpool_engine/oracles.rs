//! Cases that were worked out by hand.

use serde_json::Value;
use shared::domain::darkpool::{CONDITIONS, Policy, condition};

use crate::market::{TEN, after, lit, print, quote};

fn oracle(text: &str, list: &str) -> Vec<Value> {
    let mut document: Value = serde_json::from_str(text).unwrap();
    document[list].as_array_mut().map(std::mem::take).unwrap()
}

#[test]
fn lee_and_ready_by_hand() {
    let cases = oracle(include_str!("oracles/lee_ready.json"), "hand_cases");
    assert!(cases.len() >= 14);
    for case in cases {
        let text = |field: &str| case[field].as_str().unwrap();
        let codes: Vec<u16> = case["conditions"].as_array().unwrap().iter().map(number).collect();
        let earlier = case["prev_prices_oldest_first"].as_array().unwrap().iter().zip(1..);
        let mut events: Vec<_> =
            earlier.map(|(price, n)| lit("T", TEN - 100 + n, price.as_str().unwrap(), "100").event()).collect();
        if case["bid"] != "" || case["ask"] != "" {
            events.push(quote("T", TEN - i64::from(number(&case["quote_age_ms"])), text("bid"), text("ask")));
        }
        let trf = (!case["trfi"].is_null()).then(|| number(&case["trfi"]).into());
        let trade = print("T", TEN, text("price"), &case["size"].to_string());
        events.push(trade.conditions(&codes).at(number(&case["x"]), trf).event());

        let (_, world) = after(events);
        let (expect, tape) = (&case["expect"], world.tape());
        if expect["dark"] == false {
            assert!(tape.is_empty(), "{}", case["name"]);
            continue;
        }
        let [row] = &tape[..] else { panic!("{}: {tape:?}", case["name"]) };
        assert_eq!((&row["side"], &row["rule"]), (&expect["side"], &expect["rule"]), "{}", case["name"]);
        let notional = |value: &Value| value.as_str().unwrap().parse::<shared::units::Money>().unwrap();
        assert_eq!(notional(&row["notional"]), notional(&expect["notional"]), "{}", case["name"]);
    }
}

#[test]
fn conditions_by_the_providers_reference() {
    let rows = oracle(include_str!("oracles/conditions.json"), "conditions");
    assert_eq!(rows.len(), CONDITIONS.len());
    for row in rows {
        let found = condition(number(&row["id"])).unwrap();
        assert_eq!(found.name, row["name"].as_str().unwrap());
        let policy = &row["policy"];
        let expected = match (policy["count_volume"] == true, policy["use_for_side"] == true) {
            (true, true) => Policy::Full,
            (true, false) => Policy::NoSide,
            (false, _) => Policy::Ignored,
        };
        assert_eq!(found.policy, expected, "{}", found.name);
        assert_eq!(policy["update_tick_reference"] == true, expected == Policy::Full, "{}", found.name);
    }
}

#[test]
fn what_a_condition_allows_is_what_the_engine_does() {
    for condition in CONDITIONS {
        let (_, world) = after([
            lit("T", TEN, "10.00", "100").event(),
            print("T", TEN + 1, "10.01", "50").conditions(&[condition.id]).event(),
            print("T", TEN + 2, "10.01", "50").event(),
        ]);
        let row = world.sentiment("T");
        let (shares, bullish) = match condition.policy {
            Policy::Full => ("200", 2),
            Policy::NoSide => ("200", 1),
            Policy::Ignored => ("150", 1),
        };
        assert_eq!((&row["total_shares"], &row["bullish_prints"]), (&shares.into(), &bullish.into()), "{condition:?}");
    }
}

fn number(value: &Value) -> u16 {
    value.as_u64().and_then(|n| n.try_into().ok()).unwrap()
}
