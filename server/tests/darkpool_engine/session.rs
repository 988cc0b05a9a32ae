//! Days, hours, and trades that come at the wrong time.

use shared::units::Timestamp;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine};

use crate::market::{TEN, World, after, lit, print, quote};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

/// 09:30 and 16:00 on the day of [`TEN`].
const OPEN: i64 = TEN - 30 * MINUTE;
const CLOSE: i64 = TEN + 6 * HOUR;

/// 04:00 on the next day.
const TOMORROW: i64 = TEN + 18 * HOUR;

#[test]
fn extended_hours_are_counted_apart() {
    let (_, world) = after([
        lit("T", OPEN - 2, "10", "1000").event(),
        print("T", OPEN - 1, "11", "1").event(),
        print("T", OPEN, "12", "1").event(),
        print("T", CLOSE - 1, "13", "1").event(),
        print("T", CLOSE, "12", "1").event(),
    ]);
    let row = world.sentiment("T");
    assert_eq!((&row["prints"], &row["bullish_amount"]), (&2.into(), &"25.00".into()));
    assert_eq!((&row["dark_shares"], &row["total_shares"]), (&"2".into(), &"2".into()));
    let extended = serde_json::json!(
        {"bullish_amount": "11.00", "bearish_amount": "12.00", "neutral_amount": "0.00", "prints": 2});
    assert_eq!(row["extended"], extended);
    assert_eq!(row["last_print"]["price"], "12.00");
    let hours: Vec<_> = world.tape().iter().map(|print| print["extended"].as_bool().unwrap()).collect();
    assert_eq!(hours, [true, false, false, true]);
}

#[test]
fn the_first_trade_of_a_day_ends_the_one_before() {
    let (mut engine, mut world) = after([print("A", TEN, "10", "100").event(), print("B", TEN, "10", "100").event()]);
    engine.open(&"darkpool/ticker/B".parse().unwrap());
    engine.tick(Timestamp::from_ms(TOMORROW + 60 * HOUR));
    world.take(&mut engine);
    assert_eq!(world.keys("darkpool/sentiment"), ["A", "B"], "the clock alone ends nothing");
    assert_eq!(world.keys("darkpool/ticker/B").len(), 3);

    engine.handle(&print("A", TOMORROW, "11", "1").event());
    world.take(&mut engine);
    for topic in ["darkpool/sentiment", "darkpool/top"] {
        assert_eq!(world.keys(topic), ["A"], "{topic}");
    }
    assert_eq!(world.keys("darkpool/ticker/B"), [""; 0]);
    let row = world.sentiment("A");
    assert_eq!((&row["session"], &row["extended"]["prints"]), (&"2013-10-08".into(), &1.into()));
    assert_eq!(row["extended"]["neutral_amount"], "11.00", "yesterday's price is no tick reference");
    assert_eq!(world.state.keys().filter(|key| key.contains("/B")).count(), 0);
    assert_eq!(world.tape().len(), 3, "the tape goes on");
}

#[test]
fn numbers_begin_again_each_day() {
    let (engine, world) = after([
        print("A", TEN, "10", "100").seq(Some(7)).event(),
        print("A", TEN + 1, "10", "100").seq(Some(7)).event(),
        print("A", TOMORROW, "10", "100").seq(Some(7)).event(),
    ]);
    assert_eq!((engine.counts().prints, engine.counts().duplicates), (2, 1));
    assert_eq!(world.sentiment("A")["extended"]["prints"], 1);
}

#[test]
fn a_trade_of_a_day_that_is_over_does_not_count() {
    let (engine, world) =
        after([print("A", TOMORROW, "10", "100").event(), print("A", TOMORROW - 1, "10", "100").seq(None).event()]);
    assert_eq!(engine.counts().stale, 1);
    assert_eq!(world.tape().len(), 1);
}

#[test]
fn a_timestamp_far_ahead_of_the_clock_does_not_end_the_day() {
    let mut engine = DarkPoolEngine::new(Calendar::NewYork);
    engine.tick(Timestamp::from_ms(TEN));
    for ts in [TEN, TOMORROW, TEN * 1_000, i64::MAX, TEN + 1] {
        engine.handle(&print("A", ts, "10", "100").event());
    }
    let mut world = World::default();
    world.take(&mut engine);
    assert_eq!((engine.counts().mistimed, engine.counts().prints), (3, 2));
    assert_eq!(world.sentiment("A")["session"], "2013-10-07");
}

#[test]
fn a_late_report_counts_but_takes_no_side() {
    let (_, world) = after([
        lit("T", TEN, "10.00", "100").event(),
        quote("T", TEN, "10.00", "10.02"),
        print("T", TEN + 1, "10.02", "100").executed(TEN - 10_000).event(),
        print("T", TEN + 2, "10.01", "100").event(),
    ]);
    let row = world.sentiment("T");
    assert_eq!((&row["neutral_prints"], &row["bullish_prints"]), (&1.into(), &1.into()), "no tick reference either");
    let tape = world.tape();
    assert_eq!((&tape[0]["late"], &tape[0]["side"], &tape[0]["bid"]), (&true.into(), &"neutral".into(), &().into()));
    assert_eq!((&tape[1]["late"], &tape[1]["bid"]), (&false.into(), &"10.00".into()));
}

#[test]
fn the_demo_counts_every_hour_as_regular() {
    let mut engine = DarkPoolEngine::new(Calendar::AlwaysOpen);
    engine.handle(&print("A", TEN - 9 * HOUR, "10", "100").event());
    let mut world = World::default();
    world.take(&mut engine);
    assert_eq!((&world.sentiment("A")["prints"], &world.sentiment("A")["session"]), (&1.into(), &"2013-10-06".into()));
}
