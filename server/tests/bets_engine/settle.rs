//! What becomes of bets.

use serde_json::{Value, json};
use shared::wire::Code;

use crate::house::House;

/// A house where `ann` and `bob` have bet on everything of the first event.
fn house() -> House {
    let mut house = House::default();
    for topic in ["bets/ann", "bets/ann/exposure", "bets/bob"] {
        house.follow(topic);
    }
    let bets = [
        ("home", json!({})),
        ("draw", json!({ "selection": "draw" })),
        ("handicap", json!({ "market": "e1:spreads:-0.75", "book": "betfair" })),
        ("other side", json!({ "market": "e1:spreads:-0.75", "selection": "away" })),
        ("over", json!({ "market": "e1:totals:3", "selection": "over" })),
        ("elsewhere", json!({ "market": "e2:h2h" })),
    ];
    for (name, but) in bets {
        house.place("ann", name, &but).unwrap();
    }
    house.place("bob", "home", &json!({ "stake": "20" })).unwrap();
    house.now_ms = 7_200_000;
    house
}

/// The bet that a user calls so.
fn bet(house: &House, user: &str, client_ref: &str) -> Value {
    house.rows(&format!("bets/{user}")).into_iter().find(|row| row["client_ref"] == client_ref).unwrap()
}

fn became(house: &House, client_ref: &str) -> String {
    let bet = bet(house, "ann", client_ref);
    format!("{} {}", bet["status"].as_str().unwrap(), bet["payout"].as_str().unwrap_or("-"))
}

#[test]
fn a_score_settles_all_bets_on_its_event() {
    let mut house = house();
    house.score("e1", 2, 1);
    assert_eq!(became(&house, "home"), "won 25.00");
    assert_eq!(became(&house, "draw"), "lost 0.00");
    assert_eq!(became(&house, "handicap"), "half_won 17.50");
    assert_eq!(became(&house, "other side"), "half_lost 5.00");
    assert_eq!(became(&house, "over"), "push 10.00");
    assert_eq!(became(&house, "elsewhere"), "placed -");
    assert_eq!(bet(&house, "ann", "home")["settled_ms"], house.at().ms());
    assert_eq!(bet(&house, "bob", "home")["payout"], "50.00");
    let expected = json!({
        "user": "ann", "book": "*", "open_bets": 1, "open_stake": "10.00", "open_payout": "25.00",
        "settled_bets": 5, "settled_stake": "50.00", "profit": "7.50",
    });
    assert_eq!(house.row("bets/ann/exposure", "*"), expected);
    let betfair = house.row("bets/ann/exposure", "betfair");
    assert_eq!((&betfair["settled_bets"], &betfair["profit"]), (&json!(1), &json!("7.50")));
}

#[test]
fn the_same_score_again_changes_nothing_and_a_corrected_one_settles_anew() {
    let mut house = house();
    house.score("e1", 2, 1);
    let before = house.told.clone();
    house.now_ms += 1_000;
    house.score("e1", 2, 1);
    assert_eq!(house.told, before);
    assert!(house.changed.is_empty());
    house.restart();
    house.score("e1", 2, 1);
    assert_eq!(house.told, before);
    house.score("e1", 2, 2);
    assert_eq!(became(&house, "home"), "lost 0.00");
    assert_eq!(became(&house, "draw"), "won 25.00");
    let id = bet(&house, "ann", "home")["id"].clone();
    let audit = house.ask("op", "get_audit", json!({ "bet": id })).unwrap();
    let first =
        json!({ "at_ms": 1_764_138_600_000_i64, "by": null, "score": [2, 1], "status": "won", "payout": "25.00" });
    let second =
        json!({ "at_ms": 1_764_138_601_000_i64, "by": null, "score": [2, 2], "status": "lost", "payout": "0.00" });
    assert_eq!(audit["trail"], json!([first, second]));
    assert_eq!((&audit["user"], &audit["bet"]), (&json!("ann"), &bet(&house, "ann", "home")));
}

#[test]
fn an_operator_has_the_last_word() {
    let mut house = house();
    let id = bet(&house, "ann", "home")["id"].clone();
    let void = json!({ "bet": id, "status": "void", "reason": "wrong price" });
    let answered = house.answered("op", "settle_bet", void.clone());
    assert_eq!(answered.effect.unwrap().as_str(), "bets/ann", "it is answered when it is stored");
    let answer: Value = serde_json::from_str(answered.outcome.unwrap().get()).unwrap();
    assert_eq!((&answer["settled"], &answer["bet"]["reason"]), (&json!(1), &json!("wrong price")));
    assert_eq!(answer["bet"], bet(&house, "ann", "home"));
    house.score("e1", 2, 1);
    assert_eq!(became(&house, "home"), "void 10.00");
    assert_eq!(house.ask("op", "settle_bet", void).unwrap()["settled"], 0, "said before");
    let won = json!({ "bet": id, "status": "won" });
    assert_eq!(house.ask("op2", "settle_bet", won).unwrap()["bet"]["payout"], "25.00");
    assert_eq!(bet(&house, "ann", "home")["reason"], Value::Null);
    let trail = house.ask("op", "get_audit", json!({ "bet": id })).unwrap()["trail"].clone();
    assert_eq!((&trail[0]["by"], &trail[0]["reason"]), (&json!("op"), &json!("wrong price")));
    assert_eq!((&trail[1]["by"], &trail[1]["payout"]), (&json!("op2"), &json!("25.00")));
    // Confirmed by an operator, what a score said before is theirs.
    let draw = bet(&house, "ann", "draw")["id"].clone();
    assert_eq!(house.ask("op", "settle_bet", json!({ "bet": draw, "status": "lost" })).unwrap()["settled"], 1);
    house.score("e1", 0, 0);
    assert_eq!((became(&house, "home"), became(&house, "draw")), ("won 25.00".to_owned(), "lost 0.00".to_owned()));
}

#[test]
fn an_operator_settles_what_is_open_of_a_market_or_a_selection() {
    let mut house = house();
    let lost = json!({ "market": "e1:h2h", "selection": "draw", "status": "lost" });
    assert_eq!(house.ask("op", "settle_bet", lost).unwrap(), json!({ "settled": 1 }));
    let void = json!({ "market": "e1:h2h", "status": "void" });
    let answered = house.answered("op", "settle_bet", void.clone());
    assert!(answered.effect.is_some());
    assert_eq!(answered.outcome.unwrap().get(), r#"{"settled":2}"#);
    assert_eq!((became(&house, "home"), became(&house, "draw")), ("void 10.00".to_owned(), "lost 0.00".to_owned()));
    assert_eq!(bet(&house, "bob", "home")["payout"], "20.00");
    assert_eq!(house.ask("op", "settle_bet", void).unwrap()["settled"], 0);
    assert_eq!(became(&house, "over"), "placed -");
}

#[test]
fn what_cannot_be_settled_says_why() {
    let mut house = house();
    house.prices.get("e1:h2h", "home", "pinnacle").suspended = true;
    house.place("ann", "rejected", &json!({})).unwrap_err();
    let (id, rejected) = (bet(&house, "ann", "home")["id"].clone(), bet(&house, "ann", "rejected")["id"].clone());
    let before = house.told.clone();
    let cases = [
        ("", json!({ "bet": id, "status": "won" }), Code::SignIn, "signed in"),
        ("ann", json!({ "bet": id, "status": "won" }), Code::Forbidden, "for operators"),
        ("op", json!({ "bet": id, "status": "placed" }), Code::Malformed, "won, lost"),
        ("op", json!({ "bet": id, "status": "rejected" }), Code::Malformed, "won, lost"),
        ("op", json!({ "bet": id, "market": "e1:h2h", "status": "won" }), Code::Malformed, "name a bet, or"),
        ("op", json!({ "selection": "home", "status": "won" }), Code::Malformed, "name a bet, or"),
        ("op", json!({ "status": "won" }), Code::Malformed, "name a bet, or"),
        ("op", json!({ "bet": id, "status": "won", "reason": "r".repeat(281) }), Code::Malformed, "at most 280"),
        ("op", json!({ "bet": "42", "status": "won" }), Code::Malformed, "no bet's id"),
        ("op", json!({ "bet": "1764131400000-42", "status": "won" }), Code::Malformed, "no bet's id"),
        ("op", json!({ "bet": "1764131400000-000000042", "status": "won" }), Code::NotFound, "no bet"),
        ("op", json!({ "bet": rejected, "status": "won" }), Code::Refused, "was rejected"),
        ("op", json!({ "market": "e9:h2h", "status": "won" }), Code::NotFound, "nobody has bet"),
    ];
    for (user, args, code, sentence) in cases {
        let refused = house.ask(user, "settle_bet", args.clone()).unwrap_err();
        assert_eq!(refused.code, code, "{args} {}", refused.message);
        assert!(refused.message.contains(sentence), "{args}: {}", refused.message);
    }
    assert_eq!(house.told, before);
}
