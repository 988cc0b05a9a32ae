//! What each topic holds, and when.

use proptest::prelude::*;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine};

use crate::market::{TEN, World, after, lit, print, quote};

#[test]
fn a_print_is_on_the_tape_with_all_that_is_known_of_it() {
    let (_, world) = after([
        quote("IBM", TEN, "182.63", "182.69"),
        print("IBM", TEN + 5, "182.6301", "10000.5").conditions(&[14, 37, 999]).event(),
    ]);
    let expected = serde_json::json!({
        "id": "1381154400005-IBM-202-i1381154400005", "ticker": "IBM", "price": "182.6301", "size": "10000.5",
        "notional": "1826392.32", "side": "bearish", "rule": "quote", "bid": "182.63", "ask": "182.69",
        "conditions": [14, 37, 999], "condition_names": ["Intermarket Sweep", "Odd Lot Trade", "Condition 999"],
        "trf": 202, "venue": "FINN", "late": false, "block": true, "extended": false, "z": null,
        "ts": 1_381_154_400_005_i64
    });
    assert_eq!(world.tape(), [expected]);
    assert_eq!(world.sentiment("IBM")["last_print"]["id"], "1381154400005-IBM-202-i1381154400005");
}

#[test]
fn a_ticker_has_a_row_from_its_first_trade_on() {
    let (_, world) = after([quote("Q", TEN, "1", "2"), lit("L", TEN, "5", "10").event()]);
    assert_eq!(world.keys("darkpool/sentiment"), ["L"]);
    assert_eq!(world.keys("darkpool/top"), [""; 0], "nothing off-exchange yet");
    let row = world.sentiment("L");
    assert_eq!((&row["off_exchange_pct"], &row["updated_ms"]), (&"0.0000".into(), &TEN.into()));
    assert!(row.get("last_print").is_none() && row.get("sentiment").is_none());
}

#[test]
fn each_topic_is_made_at_its_own_pace() {
    let mut engine = DarkPoolEngine::new(Calendar::NewYork);
    engine.open(&"darkpool/ticker/A".parse().unwrap());
    let mut due_at = |elapsed_ms: u128| {
        engine.handle(&print("A", TEN + i64::try_from(elapsed_ms).unwrap(), "1", "1").event());
        let changes = engine.take(&|due| due.as_millis() <= elapsed_ms);
        changes.into_iter().map(|change| change.topic.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(due_at(0), ["darkpool/tape"]);
    assert_eq!(due_at(100), ["darkpool/sentiment", "darkpool/ticker/A", "darkpool/tape"]);
    assert_eq!(due_at(250), ["darkpool/sentiment", "darkpool/ticker/A", "darkpool/top", "darkpool/tape"]);
}

#[test]
fn the_top_lets_go_of_those_who_fall_behind() {
    let mut events = Vec::new();
    for n in 0..500_i64 {
        events.push(print(&format!("T{n:03}"), TEN, "1", &format!("{}", 1_000 + n)).event());
    }
    let (mut engine, mut world) = after(events);
    assert_eq!(world.keys("darkpool/top").len(), 500);
    engine.handle(&print("Z", TEN, "1", "1001").event());
    let changes = world.take(&mut engine);
    assert_eq!(world.keys("darkpool/top").len(), 500);
    assert!(!world.keys("darkpool/top").contains(&"T000".to_owned()));
    assert!(world.keys("darkpool/top").contains(&"Z".to_owned()));
    let top = changes.iter().find(|change| change.topic.as_str() == "darkpool/top").unwrap();
    assert_eq!((top.change.sets().len(), top.change.dels().len()), (1, 1));
    engine.handle(&print("T001", TEN + 1, "1", "1").event());
    engine.handle(&print("T000", TEN + 1, "1", "1").event());
    world.take(&mut engine);
    let keys = world.keys("darkpool/top");
    assert_eq!((keys.len(), &*keys[0], &*keys[499]), (500, "T000", "T499"), "of equals the first by name stays");
}

#[test]
fn a_tickers_topic_is_made_only_while_it_is_open() {
    let topic = "darkpool/ticker/A".parse().unwrap();
    let (mut engine, mut world) = after([print("A", TEN, "10", "100").event()]);
    assert_eq!(world.keys("darkpool/ticker/A"), [""; 0]);
    assert!(engine.open(&topic));
    world.take(&mut engine);
    assert_eq!(world.keys("darkpool/ticker/A"), ["A", "level:10.00", "minute:1381154400000"]);
    engine.close(&topic);
    engine.handle(&print("A", TEN + 1, "10", "100").event());
    assert!(world.take(&mut engine).iter().all(|change| change.topic != topic));
    assert!(!engine.open(&"darkpool/top".parse().unwrap()));
    assert!(!engine.open(&"odds/books".parse().unwrap()));
}

#[test]
fn a_topic_of_a_ticker_nobody_traded_is_told_to_be_empty() {
    let mut engine = DarkPoolEngine::new(Calendar::NewYork);
    engine.open(&"darkpool/ticker/ZZZ".parse().unwrap());
    let changes = engine.take(&|_| true);
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert!(change.whole && change.change.is_empty());
    assert!(engine.take(&|_| true).is_empty());
}

#[test]
fn an_unusual_size_has_a_score_once_there_are_enough() {
    let usual = (0..50).map(|n| print("A", TEN + n, "100", &format!("{}", 200 + n)).event());
    let late = print("B", TEN, "100", "300").executed(TEN - 60_000);
    let odd = ["A", "B"].map(|ticker| print(ticker, TEN + 60, "100", "50000").event());
    let of_b = (0..49).map(|n| print("B", TEN + 1 + n, "100", &format!("{}", 200 + n)).event());
    let (_, world) = after(usual.chain([late.event()]).chain(of_b).chain(odd));
    let mut tape = world.tape();
    tape.retain(|print| !print["z"].is_null());
    let [scored] = &tape[..] else { panic!("one has 50 before it, a late one does not count: {tape:?}") };
    assert_eq!((&scored["ticker"], &scored["size"]), (&"A".into(), &"50000".into()));
    assert!(scored["z"].as_str().unwrap().parse::<f64>().unwrap() > 3.5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Levels that come and go, minutes that are dropped: followed step by step or asked for anew.
    #[test]
    fn a_followed_ticker_is_what_a_newcomer_sees(
        prints in prop::collection::vec((0_i64..40, 0_i64..400, 1_i64..2_000), 1..120),
    ) {
        let topic = "darkpool/ticker/A".parse().unwrap();
        let (mut engine, mut world) = (DarkPoolEngine::new(Calendar::NewYork), World::default());
        engine.open(&topic);
        let mut ts = TEN - 4 * 3_600_000;
        for (minutes, cents, size) in prints {
            ts += minutes * 60_000 + 1;
            let price = format!("{}.{:02}", 10 + cents / 100, cents % 100);
            engine.handle(&print("A", ts, &price, &size.to_string()).event());
            world.take(&mut engine);
            let mut newcomer = World::default();
            engine.close(&topic);
            engine.open(&topic);
            newcomer.take(&mut engine);
            prop_assert_eq!(&newcomer.tables[&topic], &world.tables[&topic]);
        }
    }
}
