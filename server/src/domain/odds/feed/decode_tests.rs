//! Answers as the provider writes them, and what becomes of those it should not.

use serde_json::{Value, json};
use shared::units::{OddsFormat, Timestamp};

use super::decode::{self, Context};
use crate::domain::Tally;
use crate::domain::odds::{BookOdds, Event, EventOdds};

const AT: Timestamp = Timestamp::from_ms(1_755_288_060_000);

fn context(format: OddsFormat) -> Context {
    Context { format, at: AT, response_ms: Some(90), all_books: true }
}

fn outcome(name: &str, price: impl Into<Value>, point: impl Into<Value>) -> Value {
    match point.into() {
        Value::Null => json!({ "name": name, "price": price.into() }),
        point => json!({ "name": name, "price": price.into(), "point": point }),
    }
}

fn market(key: &str, outcomes: &[Value]) -> Value {
    json!({ "key": key, "last_update": "2025-08-15T20:00:00Z", "outcomes": outcomes })
}

fn book(key: &str, markets: &[Value]) -> Value {
    json!({ "key": key, "title": key.to_uppercase(), "last_update": "2025-08-15T19:59:00Z", "markets": markets })
}

fn event(books: &[Value]) -> Value {
    json!({
        "id": "e1", "sport_key": "soccer_epl", "sport_title": "EPL", "commence_time": "2025-08-15T20:00:00Z",
        "home_team": "Liverpool", "away_team": "Bournemouth", "bookmakers": books,
    })
}

fn h2h(home: f64) -> Value {
    market("h2h", &[outcome("Draw", 6, ()), outcome("Bournemouth", 8.5, ()), outcome("Liverpool", home, ())])
}

fn decoded(text: &str, format: OddsFormat) -> (Vec<Event>, Tally) {
    let mut events = Vec::new();
    let tally = decode::odds(&"soccer_epl".parse().unwrap(), text, &context(format), &mut events);
    (events, tally)
}

fn only(answer: &Value) -> (EventOdds, Tally) {
    let (events, tally) = decoded(&answer.to_string(), OddsFormat::Decimal);
    match &events[0] {
        Event::Odds(odds) => (odds.clone(), tally),
        other => panic!("{other:?}"),
    }
}

/// A book's offers as text: `h2h - home 13/10, draw 6/1`.
fn offers(book: &BookOdds) -> Vec<String> {
    let offer = |offer: &crate::domain::odds::Offer| {
        let price = |(outcome, odds): &(crate::domain::odds::Outcome, shared::units::Odds)| {
            format!("{} {}/{}", outcome.as_str(), odds.numerator(), odds.denominator())
        };
        let prices: Vec<_> = offer.prices.iter().map(price).collect();
        let line = offer.line.map_or("-".to_owned(), |line| line.to_string());
        format!("{:?} {line} {}", offer.kind, prices.join(", "))
    };
    book.offers.iter().map(offer).collect()
}

#[test]
fn an_event_is_read_with_outcomes_by_name_in_any_order() {
    let spreads = market("spreads", &[outcome("Bournemouth", 2.03, 1.5), outcome("liverpool ", 1.83, -1.5)]);
    let totals = market("totals", &[outcome("Under", 3.2, 2.5), outcome("Over", 1.36, 2.5)]);
    let (odds, tally) = only(&json!([event(&[book("pinnacle", &[h2h(1.3), totals, spreads])])]));
    assert_eq!(tally, Tally::default());
    assert_eq!((odds.event.as_str(), odds.sport.as_str(), &*odds.sport_title), ("e1", "soccer_epl", "EPL"));
    assert_eq!((&*odds.home, &*odds.away, odds.commence.ms()), ("Liverpool", "Bournemouth", 1_755_288_000_000));
    assert_eq!((odds.all_books, odds.at, odds.response_ms), (true, AT, Some(90)));
    assert_eq!((&*odds.books[0].book, &*odds.books[0].title), ("pinnacle", "PINNACLE"));
    assert_eq!(
        offers(&odds.books[0]),
        [
            "H2h - home 13/10, draw 6/1, away 17/2",
            "Totals 250 over 34/25, under 16/5",
            "Spreads -150 home 183/100, away 203/100"
        ]
    );
}

#[test]
fn american_prices_are_exact() {
    let market = market("h2h", &[outcome("Liverpool", -110, ()), outcome("Bournemouth", 150, ())]);
    let (events, tally) = decoded(&json!([event(&[book("b", &[market])])]).to_string(), OddsFormat::American);
    let Event::Odds(odds) = &events[0] else { panic!("{events:?}") };
    assert_eq!((offers(&odds.books[0]), tally.garbage), (vec!["H2h - home 21/11, away 5/2".to_owned()], 0));
}

#[test]
fn several_lines_of_a_market_are_an_offer_each() {
    let totals = market(
        "totals",
        &[outcome("Over", 1.9, 2.25), outcome("Under", 1.9, 2.25), outcome("Over", 2.2, 3), outcome("Under", 1.7, 3.0)],
    );
    let (odds, _) = only(&json!([event(&[book("b", &[totals])])]));
    assert_eq!(offers(&odds.books[0]), ["Totals 225 over 19/10, under 19/10", "Totals 300 over 11/5, under 17/10"]);
}

#[test]
fn what_is_not_used_is_ignored_and_counted() {
    let lay = market("h2h_lay", &[outcome("Liverpool", 1.31, ())]);
    let (odds, tally) = only(&json!([event(&[book("betfair_ex_uk", &[lay, h2h(1.3)])])]));
    assert_eq!((odds.books[0].offers.len(), tally), (1, Tally { ignored: 1, garbage: 0 }));
    let mut outright = event(&[]);
    (outright["home_team"], outright["away_team"]) = (Value::Null, Value::Null);
    let (odds, tally) = only(&json!([outright, event(&[])]));
    assert_eq!((odds.event.as_str(), tally), ("e1", Tally { ignored: 1, garbage: 0 }));
}

#[test]
fn one_bad_part_never_costs_the_others() {
    let good = || book("good", &[h2h(1.3)]);
    let bad_books = [
        json!("nonsense"),
        json!({ "key": "no markets" }),
        json!({ "key": "b d", "markets": [] }),
        json!({ "key": 5, "markets": [] }),
        book("good", &[]),
    ];
    for bad in bad_books {
        let (odds, tally) = only(&json!([event(&[good(), bad.clone()])]));
        assert_eq!((odds.books.len(), offers(&odds.books[0]).len(), tally.garbage), (1, 1, 1), "{bad}");
    }
    let bad_markets = [json!(null), json!({ "key": "h2h" }), json!({ "key": "totals", "outcomes": "none" })];
    for bad in bad_markets {
        let (odds, tally) = only(&json!([event(&[book("b", &[bad.clone(), h2h(1.3)])])]));
        assert_eq!((offers(&odds.books[0]).len(), tally.garbage), (1, 1), "{bad}");
    }
    let bad_outcomes = [
        outcome("Arsenal", 2, ()),
        outcome("Liverpool", 1.0, ()),
        outcome("Liverpool", "evens", ()),
        json!({ "name": "Liverpool" }),
        outcome("Draw", 7, ()),
        json!(7),
    ];
    for bad in bad_outcomes {
        let market = market("h2h", &[outcome("Draw", 6, ()), outcome("Bournemouth", 8.5, ()), bad.clone()]);
        let (odds, tally) = only(&json!([event(&[book("b", &[market])])]));
        assert_eq!((offers(&odds.books[0]), tally.garbage), (vec!["H2h - draw 6/1, away 17/2".to_owned()], 1), "{bad}");
    }
    let without_point = market("totals", &[outcome("Over", 2, ()), outcome("Under", 1.8, 2.5)]);
    let (odds, tally) = only(&json!([event(&[book("b", &[without_point])])]));
    assert_eq!((offers(&odds.books[0]), tally.garbage), (vec!["Totals 250 under 9/5".to_owned()], 1));
}

#[test]
fn a_list_says_which_events_there_are_only_when_each_could_be_read() {
    let listed = |answer: &Value| {
        let (events, tally) = decoded(&answer.to_string(), OddsFormat::Decimal);
        let listed = events.iter().find_map(|event| match event {
            Event::Listed { events, .. } => Some(events.len()),
            _ => None,
        });
        (listed, tally.garbage)
    };
    let without = |field: &str| {
        let mut event = event(&[]);
        event.as_object_mut().unwrap().remove(field);
        event
    };
    assert_eq!(listed(&json!([])), (Some(0), 0));
    assert_eq!(listed(&json!([event(&[]), event(&[book("b", &[json!(1)])])])), (Some(2), 1));
    for field in ["id", "sport_key", "commence_time", "home_team"] {
        assert_eq!(listed(&json!([without(field), event(&[])])), (None, 1), "{field}");
    }
    for wrong in [json!({ "message": "no" }), json!("x"), json!(null)] {
        assert_eq!(listed(&wrong), (None, 1), "{wrong}");
    }
    assert_eq!(decoded("[{", OddsFormat::Decimal), (vec![], Tally { ignored: 0, garbage: 1 }));
}

#[test]
fn a_price_is_no_newer_than_its_answer_and_no_older_than_it_says() {
    let mut future = h2h(1.3);
    future["last_update"] = json!("2031-01-01T00:00:00Z");
    let mut unknown = h2h(1.3);
    unknown["last_update"] = Value::Null;
    for (market, expected) in [(h2h(1.3), 1_755_288_000_000), (future, AT.ms()), (unknown, 1_755_287_940_000)] {
        let (odds, _) = only(&json!([event(&[book("b", &[market])])]));
        assert_eq!(odds.books[0].offers[0].updated.ms(), expected);
    }
    let mut in_seconds = event(&[]);
    in_seconds["commence_time"] = json!(1_755_288_000);
    assert_eq!(only(&json!([in_seconds])).0.commence.ms(), 1_755_288_000_000);
}

#[test]
fn scores_are_strings_and_may_be_null() {
    let scored = |scores: Value, completed: bool| {
        let mut event = event(&[]);
        event.as_object_mut().unwrap().remove("bookmakers");
        (event["scores"], event["completed"]) = (scores, json!(completed));
        let mut events = Vec::new();
        let tally = decode::scores(&json!([event]).to_string(), AT, &mut events);
        let shown = events.iter().map(|event| match event {
            Event::Score(score) => format!("{}-{} {}", score.home, score.away, score.completed),
            other => format!("{other:?}"),
        });
        (shown.collect::<Vec<_>>().join(" "), tally.ignored, tally.garbage)
    };
    let both = |a: Value, b: Value| json!([{ "name": "Bournemouth", "score": a }, { "name": "Liverpool", "score": b }]);
    assert_eq!(scored(both(json!("2"), json!("4")), true), ("4-2 true".to_owned(), 0, 0));
    assert_eq!(scored(both(json!(0), json!("0")), false), ("0-0 false".to_owned(), 0, 0));
    assert_eq!(scored(Value::Null, false), (String::new(), 1, 0));
    assert_eq!(scored(both(json!("2"), json!("250/3")), true), (String::new(), 0, 1));
    assert_eq!(scored(json!([{ "name": "Liverpool", "score": "4" }]), true), (String::new(), 0, 1));
}

#[test]
fn a_score_is_no_newer_than_its_answer_and_without_a_time_as_new() {
    let at = |last_update: Value| {
        let scores = json!([{ "name": "Liverpool", "score": "1" }, { "name": "Bournemouth", "score": "0" }]);
        let mut event = event(&[]);
        (event["scores"], event["last_update"]) = (scores, last_update);
        let mut events = Vec::new();
        decode::scores(&json!([event]).to_string(), AT, &mut events);
        match &events[..] {
            [Event::Score(score)] => score.at,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at(json!("2025-08-15T20:00:30Z")).ms(), AT.ms() - 30_000);
    assert_eq!([json!("2031-01-01T00:00:00Z"), json!("soon"), Value::Null].map(at), [AT; 3]);
}

#[test]
fn what_others_push_may_be_one_event_or_many_with_scores_and_a_pool() {
    let push = |value: &Value| {
        let mut events = Vec::new();
        let context = Context { all_books: false, response_ms: None, ..context(OddsFormat::Decimal) };
        let tally = decode::pushed(&value.to_string(), &context, &mut events);
        (events, tally.map(|tally| tally.garbage))
    };
    let mut all = event(&[book("b", &[h2h(1.3)])]);
    all["scores"] = json!([{ "name": "Liverpool", "score": "1" }, { "name": "Bournemouth", "score": "0" }]);
    all["pool"] = json!([{ "market": "e1:h2h", "stakes": { "home": "120.50", "draw": "0.00" } }]);
    let (events, garbage) = push(&all);
    assert!(matches!(&events[..], [Event::Odds(_), Event::Score(_), Event::Pool { .. }]), "{events:?}");
    assert_eq!(garbage, Some(0));
    assert_eq!(push(&json!([all, 5, {}, { "id": "e2", "bookmakers": [] }])).1, Some(3));
    let bad_pools = json!([{ "pool": [
        { "market": "m", "stakes": { "home": "-1.00" } },
        { "market": "m", "stakes": { "nobody": "1.00" } },
        { "market": "", "stakes": {} },
        { "market": "m", "stakes": { "home": 1.5 } },
        { "market": "m", "stakes": {}, "payouts": { "home": "-1.00" } },
    ] }]);
    assert_eq!(push(&bad_pools), (vec![], Some(5)));
    assert_eq!(push(&json!("x")).1, None);
    let mut suspended = h2h(1.3);
    suspended["suspended"] = json!(true);
    let (events, _) = push(&event(&[book("b", &[suspended])]));
    assert!(matches!(&events[0], Event::Odds(odds) if odds.books[0].offers[0].suspended && !odds.all_books));
}

#[test]
fn sports_and_troubles_are_read() {
    let sports = decode::sports(
        r#"[{"key":"soccer_epl","group":"Soccer","title":"EPL","active":true,"has_outrights":false},
            {"key":"golf_masters_winner","active":false,"has_outrights":true},{"key":"a b"},7]"#,
    );
    let sports = sports.unwrap();
    let shown: Vec<_> = sports.iter().map(|s| (s.key.as_str(), s.active, s.outrights)).collect();
    assert_eq!(shown, [("soccer_epl", true, false), ("golf_masters_winner", false, true)]);
    assert_eq!(decode::sports(r#"{"message":"no"}"#), None);
    let trouble = decode::trouble(r#"{"message":"Usage quota has been reached","error_code":"OUT_OF_USAGE_CREDITS"}"#);
    assert_eq!((&*trouble.message, &*trouble.error_code), ("Usage quota has been reached", "OUT_OF_USAGE_CREDITS"));
    assert_eq!(decode::trouble("<html>"), decode::Trouble::default());
}
