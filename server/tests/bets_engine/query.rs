//! What is read of the ledger.

use serde_json::{Value, json};
use shared::wire::Code;

use crate::house::House;

fn house() -> House {
    let mut house = House::default();
    for n in 0..120 {
        let book = if n % 2 == 0 { "pinnacle" } else { "betfair" };
        house.place("ann", &format!("r{n}"), &json!({ "book": book })).unwrap();
        // Some in the same millisecond.
        house.now_ms += i64::from(n % 3);
    }
    house.place("ann", "other", &json!({ "market": "e2:h2h" })).unwrap();
    house.place("bob", "his", &json!({})).unwrap();
    house
}

/// What the bets found are called.
fn refs(found: &Value) -> Vec<String> {
    let bets = found["bets"].as_array().unwrap().iter();
    bets.map(|bet| bet["client_ref"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn bets_come_newest_first_page_by_page() {
    let mut house = house();
    let first = house.ask("ann", "get_bets", Value::Null).unwrap();
    assert_eq!(
        (refs(&first).len(), &refs(&first)[..3], &first["more"]),
        (50, &["other", "r119", "r118"].map(String::from)[..], &json!(true))
    );
    let (mut all, mut page) = (refs(&first), first);
    while page["more"] == true {
        let before = page["bets"].as_array().unwrap().last().unwrap()["id"].clone();
        page = house.ask("ann", "get_bets", json!({ "before": before, "limit": 40 })).unwrap();
        all.extend(refs(&page));
    }
    let expected: Vec<String> =
        ["other".to_owned()].into_iter().chain((0..120).rev().map(|n| format!("r{n}"))).collect();
    assert_eq!(all, expected);
}

#[test]
fn bets_are_found_by_what_they_are() {
    let mut house = house();
    let mut count = |filter: Value| refs(&house.ask("ann", "get_bets", filter).unwrap()).len();
    assert_eq!(count(json!({ "book": "betfair", "limit": 500 })), 60);
    assert_eq!(count(json!({ "market": "e2:h2h" })), 1);
    assert_eq!(count(json!({ "client_ref": "r7" })), 1);
    assert_eq!(count(json!({ "client_ref": "his" })), 0);
    assert_eq!(count(json!({ "status": "won" })), 0);
    house.score("e2", 3, 0);
    assert_eq!(refs(&house.ask("ann", "get_bets", json!({ "status": "won" })).unwrap()), ["other"]);
    let more = house.ask("ann", "get_bets", json!({ "status": "placed", "limit": 120 })).unwrap();
    assert_eq!((refs(&more).len(), &more["more"]), (120, &json!(false)));
}

#[test]
fn bets_are_read_by_whose_they_are_and_by_operators() {
    let mut house = house();
    let answered = house.answered("bob", "get_bets", json!({}));
    assert_eq!(answered.effect.unwrap().as_str(), "bets/bob", "it says nothing that a restart could lose");
    assert_eq!(refs(&house.ask("op", "get_bets", json!({ "user": "bob" })).unwrap()), ["his"]);
    assert_eq!(refs(&house.ask("bob", "get_bets", json!({ "user": "bob" })).unwrap()), ["his"]);
    assert!(refs(&house.ask("cyd", "get_bets", json!({})).unwrap()).is_empty());
    let cases = [
        ("", "get_bets", json!({}), Code::SignIn),
        ("bob", "get_bets", json!({ "user": "ann" }), Code::Forbidden),
        ("bob", "get_bets", json!({ "limit": 0 }), Code::Malformed),
        ("bob", "get_bets", json!({ "limit": 501 }), Code::Malformed),
        ("bob", "get_bets", json!({ "before": "yesterday" }), Code::Malformed),
        ("", "get_audit", json!({ "bet": "1764131400000-000000000" }), Code::SignIn),
        ("ann", "get_audit", json!({ "bet": "1764131400000-000000000" }), Code::Forbidden),
        ("op", "get_audit", json!({ "bet": "1764131400000-000000999" }), Code::NotFound),
        ("op", "get_audit", json!({}), Code::Malformed),
        ("op", "get_money", json!({}), Code::NotFound),
    ];
    for (user, name, args, code) in cases {
        assert_eq!(house.ask(user, name, args.clone()).unwrap_err().code, code, "{user} {name} {args}");
    }
}

#[test]
fn a_topic_shows_what_is_open_and_the_newest_of_the_rest() {
    let mut house = House::default();
    house.follow("bets/ann");
    let suspended = |house: &mut House, yes| house.prices.get("e1:h2h", "home", "pinnacle").suspended = yes;
    // One that is open, one that is settled late, and rejections around them.
    house.place("ann", "open", &json!({ "market": "e2:h2h" })).unwrap();
    house.place("ann", "settled", &json!({})).unwrap();
    suspended(&mut house, true);
    for n in 0..1_000 {
        house.now_ms += 1;
        house.place("ann", &format!("no{n}"), &json!({})).unwrap_err();
    }
    assert_eq!(house.rows("bets/ann").len(), 1_002);
    house.score("e1", 1, 0);
    // Older than a thousand that are not open: it is there, and shown no more.
    assert_eq!(house.rows("bets/ann").len(), 1_001);
    assert_eq!(refs(&house.ask("ann", "get_bets", json!({ "client_ref": "settled" })).unwrap()), ["settled"]);
    assert_eq!(house.row("bets/ann", "1764131400000-000000000")["client_ref"], "open");
    house.now_ms += 1;
    house.place("ann", "one more", &json!({})).unwrap_err();
    assert_eq!(house.rows("bets/ann").len(), 1_001);
    assert_eq!(house.row("bets/ann", "1764131400001-000000002"), Value::Null);
    assert!(refs(&house.ask("ann", "get_bets", json!({ "client_ref": "no0" })).unwrap()).is_empty(), "forgotten");
    let told = house.told.clone();
    house.restart();
    assert_eq!(house.told, told);
    let stored = |kind: &str| house.told.state.keys().filter(|key| key.starts_with(kind)).count();
    assert_eq!((stored("b/"), stored("a/"), stored("o/")), (1_002, 1, 2));
    // Its name is free again, and means a bet that is asked for now.
    suspended(&mut house, false);
    assert!(house.place("ann", "no0", &json!({})).is_ok());
}
