//! What is checked before a bet is taken.

use serde_json::{Value, json};
use shared::wire::Code;
use undercurrent::domain::bets::BetsSettings;

use crate::house::{BOOKS, House, bet_args};

fn house() -> House {
    let mut house = House::default();
    house.follow("bets/ann");
    house.follow("bets/ann/exposure");
    house
}

#[test]
fn a_bet_that_is_taken_is_a_row_with_the_price_taken() {
    let mut house = house();
    house.prices.get("e1:h2h", "home", "pinnacle").odds = shared::units::Odds::from_american(-110).unwrap();
    let seen = json!({ "decimal": null, "american": -110, "stake": "100", "notes": "a hunch" });
    let answered = house.answered("ann", "place_bet", bet_args("r1", &seen));
    let expected = json!({
        "id": "1764131400000-000000000", "client_ref": "r1", "market": "e1:h2h", "selection": "home",
        "book": "pinnacle", "stake": "100.00", "american": -110, "decimal": "1.909090909091",
        "potential_payout": "190.91", "status": "placed", "placed_ms": 1_764_131_400_000_i64, "settled_ms": null,
        "payout": null, "odds_policy": "none", "event": "Arsenal - Chelsea", "sport": "soccer_epl",
        "name": "home of e1:h2h", "commence_ms": 1_764_131_500_000_i64, "notes": "a hunch",
    });
    let answer: Value = serde_json::from_str(answered.outcome.unwrap().get()).unwrap();
    assert_eq!(answer, json!({ "bet": expected }));
    assert_eq!(answered.effect.unwrap().as_str(), "bets/ann", "it is confirmed when it is stored");
    assert_eq!(house.row("bets/ann", "1764131400000-000000000"), expected);
    let exposure = json!({
        "user": "ann", "book": "*", "open_bets": 1, "open_stake": "100.00", "open_payout": "190.91",
        "settled_bets": 0, "settled_stake": "0.00", "profit": "0.00",
    });
    assert_eq!(house.row("bets/ann/exposure", "*"), exposure);
    assert_eq!(house.row("bets/ann/exposure", "pinnacle")["open_stake"], "100.00");
}

#[test]
fn what_is_no_wish_is_not_recorded_and_says_why() {
    let mut house = house();
    let long = "x".repeat(65);
    let cases = [
        (json!({ "client_ref": "" }), Code::Malformed, "client_ref"),
        (json!({ "client_ref": long }), Code::Malformed, "client_ref"),
        (json!({ "client_ref": "a\nb" }), Code::Malformed, "client_ref"),
        (json!({ "client_ref": null }), Code::Malformed, "missing field `client_ref`"),
        (json!({ "stake": "10.005" }), Code::Malformed, "to the cent"),
        (json!({ "stake": "0" }), Code::Malformed, "to the cent"),
        (json!({ "stake": "-5" }), Code::Malformed, "to the cent"),
        (json!({ "stake": "99999999999999999" }), Code::Malformed, "to the cent"),
        (json!({ "stake": 10 }), Code::Malformed, "a decimal string"),
        (json!({ "decimal": null }), Code::Malformed, "which price you saw"),
        (json!({ "american": 150 }), Code::Malformed, "not as both"),
        (json!({ "decimal": null, "american": 99 }), Code::Malformed, "at least 100"),
        (json!({ "decimal": "1.00" }), Code::Malformed, "above 1"),
        (json!({ "odds_policy": "lower" }), Code::Malformed, "unknown variant `lower`"),
        (json!({ "notes": "n".repeat(281) }), Code::Malformed, "at most 280"),
        (json!({ "market": "e9:h2h" }), Code::NotFound, "no market \"e9:h2h\""),
        (json!({ "selection": "over" }), Code::NotFound, "no selection \"over\""),
        (json!({ "book": "bet365" }), Code::NotFound, "\"bet365\" has no price"),
    ];
    for (but, code, sentence) in cases {
        let args = bet_args("r1", &but);
        let answered = house.answered("ann", "place_bet", args);
        let refused = answered.outcome.unwrap_err();
        assert_eq!(refused.code, code, "{but} {}", refused.message);
        assert!(refused.message.contains(sentence), "{but}: {}", refused.message);
        assert_eq!((answered.effect, refused.details), (None, None));
    }
    let nobody = house.ask("", "place_bet", bet_args("r1", &json!({}))).unwrap_err();
    assert_eq!(nobody.code, Code::SignIn);
    assert!(house.told.state.is_empty());
    assert!(house.place("ann", "r1", &json!({})).is_ok(), "the name was not used up");
}

#[test]
fn a_bet_that_is_not_taken_is_a_row_that_says_why_and_stays_rejected() {
    let reasons: [Reason; 9] = [
        ("closed", |house| quoted(house, |quote| quote.closed = true), "is closed"),
        ("suspended", |house| quoted(house, |quote| quote.suspended = true), "takes no bets"),
        (
            "stale",
            |house| {
                quoted(house, |quote| {
                    quote.stale = true;
                    quote.age_ms = 75_000;
                })
            },
            "75 s old",
        ),
        (
            "begun",
            |house| {
                house.now_ms = 100_999;
                json!({})
            },
            "from before",
        ),
        ("least", |_| json!({ "stake": "0.99" }), "at least 1.00"),
        ("most", |_| json!({ "stake": "10000.01" }), "at most 10000.00"),
        (
            "payout",
            |house| {
                house.prices.get("e1:h2h", "home", "pinnacle").odds = "101.00".parse().unwrap();
                json!({ "stake": "9901", "decimal": "101" })
            },
            "bring back 1000001.00",
        ),
        ("worse", |house| quoted(house, |quote| quote.odds = "2.49".parse().unwrap()), "2.49 (+149) now"),
        ("better", |house| quoted(house, |quote| quote.odds = "2.51".parse().unwrap()), "2.51 (+151) now"),
    ];
    for (name, change, sentence) in reasons {
        let mut house = House::default();
        house.follow("bets/ann");
        let but = change(&mut house);
        let answered = house.answered("ann", "place_bet", bet_args(name, &but));
        let refused = answered.outcome.unwrap_err();
        assert_eq!(refused.code, Code::Refused, "{name}");
        assert!(refused.message.contains(sentence), "{name}: {}", refused.message);
        assert_eq!(answered.effect.unwrap().as_str(), "bets/ann", "it is an outcome that is stored");
        let rows = house.rows("bets/ann");
        assert_eq!(rows.len(), 1);
        assert_eq!((&rows[0]["status"], rows[0]["reason"].as_str()), (&json!("rejected"), Some(&*refused.message)));
        assert_eq!((&rows[0]["payout"], &rows[0]["settled_ms"]), (&Value::Null, &Value::Null));
        assert!(house.told.pools.is_empty() && house.told.active.is_empty());
        // The reason is gone; the outcome stays, also after a restart.
        house.prices = House::default().prices;
        for _ in 0..2 {
            assert_eq!(house.place("ann", name, &but).unwrap_err(), refused);
            house.restart();
        }
        assert!(house.place("ann", "another", &json!({})).is_ok() || name == "begun");
    }
}

/// What it is called, what changes and with which arguments, what the refusal speaks of.
type Reason = (&'static str, fn(&mut House) -> Value, &'static str);

/// Changes the price that is bet at.
fn quoted(house: &mut House, change: impl FnOnce(&mut undercurrent::domain::market::Quote)) -> Value {
    change(house.prices.get("e1:h2h", "home", "pinnacle"));
    json!({})
}

#[test]
fn a_price_that_moved_is_named_in_the_refusal_and_can_be_had_under_another_name() {
    let mut house = house();
    house.prices.get("e1:h2h", "home", "pinnacle").odds = shared::units::Odds::new(21, 11).unwrap();
    let refused = house.place("ann", "r1", &json!({})).unwrap_err();
    let details = refused.details.unwrap();
    assert_eq!(details, json!({ "decimal": "1.909090909091", "american": -110 }));
    assert!(house.place("ann", "r2", &json!({ "decimal": details["decimal"] })).is_ok());
    let american = json!({ "decimal": null, "american": details["american"] });
    assert!(house.place("ann", "r3", &american).is_ok());
    let taken = house.place("ann", "r4", &json!({ "odds_policy": "any" })).unwrap();
    assert_eq!((&taken["decimal"], &taken["american"]), (&json!("1.909090909091"), &json!(-110)));
    assert_eq!(house.place("ann", "r5", &json!({ "odds_policy": "higher" })).unwrap_err().code, Code::Refused);
    house.prices.get("e1:h2h", "home", "pinnacle").odds = "2.75".parse().unwrap();
    assert_eq!(house.place("ann", "r6", &json!({ "odds_policy": "higher" })).unwrap()["decimal"], "2.75");
}

#[test]
fn an_event_that_goes_on_is_bet_on_at_prices_from_after_it_began() {
    let mut house = house();
    for (now_ms, age_ms, taken) in [(99_999, 1_000, true), (100_500, 501, false), (100_500, 500, true)] {
        house.now_ms = now_ms;
        house.prices.get("e1:h2h", "home", "pinnacle").age_ms = age_ms;
        let placed = house.place("ann", &format!("{now_ms}-{age_ms}"), &json!({}));
        assert_eq!(placed.is_ok(), taken, "{now_ms} {age_ms}");
    }
}

#[test]
fn the_same_name_gives_the_first_outcome_and_never_a_second_bet() {
    let mut house = house();
    let first = house.place("ann", "r1", &json!({})).unwrap();
    let stored = house.told.state.clone();
    house.now_ms += 5_000;
    house.prices.get("e1:h2h", "home", "pinnacle").suspended = true;
    let again = house.answered("ann", "place_bet", bet_args("r1", &json!({ "stake": "10", "decimal": "2.5" })));
    assert_eq!(again.effect.unwrap().as_str(), "bets/ann", "the first may not be stored yet");
    let again: Value = serde_json::from_str(again.outcome.unwrap().get()).unwrap();
    assert_eq!(again["bet"], first);
    let others = [
        json!({ "market": "e2:h2h" }),
        json!({ "selection": "away" }),
        json!({ "book": "betfair" }),
        json!({ "stake": "10.01" }),
        json!({ "decimal": "2.51" }),
        json!({ "decimal": null, "american": 150 }),
        json!({ "odds_policy": "any" }),
        json!({ "notes": "again" }),
    ];
    for other in others {
        let refused = house.place("ann", "r1", &other).unwrap_err();
        assert_eq!((refused.code, refused.details), (Code::Conflict, None), "{other}");
    }
    assert_eq!(house.told.state, stored);
    house.prices = House::default().prices;
    assert!(house.place("bob", "r1", &json!({})).is_ok(), "another's name is another name");
}

#[test]
fn only_so_many_bets_of_a_user_are_open_at_once() {
    let mut house = House::new(BetsSettings { max_open_bets: 2, ..BetsSettings::default() });
    for name in ["r1", "r2"] {
        house.place("ann", name, &json!({})).unwrap();
    }
    let refused = house.place("ann", "r3", &json!({})).unwrap_err();
    assert!(refused.code == Code::Refused && refused.message.starts_with("2 of your bets are open"));
    assert!(house.place("bob", "r1", &json!({})).is_ok());
    house.score("e1", 1, 0);
    assert!(house.place("ann", "r4", &json!({})).is_ok());
}

#[test]
fn pools_and_books_are_told_what_is_open() {
    let mut house = house();
    house.place("ann", "r1", &json!({})).unwrap();
    house.place("bob", "r1", &json!({ "selection": "draw", "stake": "5.50" })).unwrap();
    house.place("bob", "r2", &json!({ "book": "betfair" })).unwrap();
    house.place("bob", "r3", &json!({ "market": "e2:h2h" })).unwrap();
    let pool = |house: &House, market: &str| {
        let stakes = house.told.pools.get(market).into_iter().flatten();
        stakes.map(|(selection, stake)| format!("{selection} {stake}")).collect::<Vec<_>>()
    };
    assert_eq!(pool(&house, "e1:h2h"), ["draw 5.50", "home 20.00"]);
    assert_eq!(pool(&house, "e2:h2h"), ["home 10.00"]);
    let payouts = |house: &House| {
        let payouts = house.told.payouts.get("e1:h2h").into_iter().flatten();
        payouts.map(|(selection, payout)| format!("{selection} {payout}")).collect::<Vec<_>>()
    };
    // All at 2.50, as it happens.
    assert_eq!(payouts(&house), ["draw 13.75", "home 50.00"]);
    let active = |house: &House| BOOKS.map(|book| house.told.active.get(book).copied().unwrap_or_default());
    assert_eq!(active(&house), [1, 3]);
    house.restart();
    assert_eq!((pool(&house, "e1:h2h").len(), active(&house)), (2, [1, 3]));
    assert_eq!(payouts(&house), ["draw 13.75", "home 50.00"]);
    house.score("e1", 0, 0);
    assert_eq!((pool(&house, "e1:h2h").len(), pool(&house, "e2:h2h").len(), active(&house)), (0, 1, [0, 1]));
    assert!(payouts(&house).is_empty());
}
