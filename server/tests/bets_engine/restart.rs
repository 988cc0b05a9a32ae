//! What is stored, and a ledger that cannot be read.

use std::panic::catch_unwind;

use serde_json::{Value, json};
use undercurrent::domain::bets::BetsEngine;

use crate::house::House;

#[test]
fn a_bet_is_stored_once_and_each_settlement_beside_it() {
    let mut house = House::default();
    house.prices.get("e1:h2h", "home", "pinnacle").odds = shared::units::Odds::new(21, 11).unwrap();
    house.place("ann", "r1", &json!({ "decimal": null, "american": -110, "notes": "a hunch" })).unwrap();
    house.place("bob", "r1", &json!({})).unwrap_err();
    house.score("e1", 1, 0);
    house.score("e1", 0, 0);
    let id = "1764131400000-000000000";
    house.ask("op", "settle_bet", json!({ "bet": id, "status": "void", "reason": "a mistake" })).unwrap();
    let entry = |key: &str| serde_json::from_str::<Value>(&house.told.state[key]).unwrap();
    let keys: Vec<&str> = house.told.state.keys().map(|key| &**key).collect();
    let settled = ["000000", "000001", "000002"].map(|n| format!("a/{id}/{n}"));
    let others = [format!("b/{id}"), "b/1764131400000-000000001".into(), "o/000000000".into()];
    assert_eq!(keys, settled.iter().chain(&others).collect::<Vec<_>>());
    let bet = json!({
        "user": "ann", "ref": "r1", "offer": 0, "book": "pinnacle", "stake": "10.00", "odds": [21, 11],
        "seen": { "american": -110 }, "policy": "none", "notes": "a hunch",
    });
    assert_eq!(entry(&others[0]), bet);
    let rejected = entry(&others[1]);
    assert_eq!((&rejected["seen"], &rejected["rejection"]["moved"]), (&json!({ "decimal": "2.50" }), &json!(true)));
    assert_eq!(entry("o/000000000")["game"], "Arsenal - Chelsea");
    assert_eq!(
        (&entry(&settled[1])["by"], &entry(&settled[1])["payout"]),
        (&json!({ "score": [0, 0] }), &json!("0.00"))
    );
    assert_eq!(entry(&settled[2])["by"], json!({ "operator": "op" }));
}

#[test]
fn a_ledger_with_a_hole_in_it_is_not_served() {
    let mut house = House::default();
    house.place("ann", "r1", &json!({})).unwrap();
    house.score("e1", 1, 0);
    for key in house.told.state.keys() {
        let mut state = house.told.state.clone();
        state.insert(key.clone(), "[nonsense".into());
        assert!(catch_unwind(|| BetsEngine::default().restore(&state)).is_err(), "{key} was nonsense");
    }
    for gone in ["o/000000000", "b/1764131400000-000000000"] {
        let mut state = house.told.state.clone();
        state.remove(gone);
        assert!(catch_unwind(|| BetsEngine::default().restore(&state)).is_err(), "{gone} was gone");
    }
    for more in ["x", "b/42", "o/first", "a/1764131400000-000000000"] {
        let mut state = house.told.state.clone();
        let value = state.values().next().unwrap().clone();
        state.insert(more.into(), value);
        assert!(catch_unwind(|| BetsEngine::default().restore(&state)).is_err(), "{more} was there");
    }
}

#[test]
fn numbers_are_not_given_twice_when_the_clock_goes_back() {
    let mut house = House { now_ms: 5_000, ..House::default() };
    house.place("ann", "r1", &json!({})).unwrap();
    house.now_ms = 1_000;
    house.restart();
    let ids: Vec<Value> =
        (0..3).map(|n| house.place("ann", &format!("later{n}"), &json!({})).unwrap()["id"].clone()).collect();
    let expected = [1, 2, 3].map(|n| json!(format!("1764131401000-{n:09}")));
    assert_eq!(ids, expected);
}

#[test]
fn the_newest_bet_is_kept_when_the_clock_goes_back() {
    let mut house = House { now_ms: 5_000, ..House::default() };
    house.follow("bets/ann");
    house.prices.get("e1:h2h", "home", "pinnacle").suspended = true;
    for n in 0..1_000 {
        house.place("ann", &format!("no{n}"), &json!({})).unwrap_err();
    }
    house.now_ms = 1_000;
    for n in 1_000..1_003 {
        house.place("ann", &format!("no{n}"), &json!({})).unwrap_err();
        let newest = house.ask("ann", "get_bets", json!({ "limit": 1 })).unwrap()["bets"][0].clone();
        assert_eq!(newest["id"], format!("1764131401000-{n:09}"));
        assert_eq!(house.row("bets/ann", newest["id"].as_str().unwrap()), newest);
        assert_eq!(house.rows("bets/ann").len(), 1_000);
        let told = house.told.clone();
        house.restart();
        assert_eq!(house.told, told);
    }
}
