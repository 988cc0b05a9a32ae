//! The demo market through the decoder and the engine.

use undercurrent::demo::stocks::World as Market;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::feed::Decoder;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine};

use crate::market::World;

/// 2026-06-16, 14:00 UTC.
const SLOT: i64 = 17_816_184_000;

/// Plays slots of a small, busy market.
fn play(engine: &mut DarkPoolEngine, world: &mut World, slots: std::ops::Range<i64>) {
    let (market, mut decoder, mut events) = (Market::new(1, 60, 1_500), Decoder::default(), Vec::new());
    for slot in slots {
        for frame in market.frames(SLOT + slot) {
            decoder.decode(&frame.text, &mut events);
        }
        events.drain(..).for_each(|event| engine.handle(&event));
        world.take(engine);
    }
}

#[test]
fn a_restart_that_plays_the_last_hour_again_is_not_to_be_seen() {
    let (mut engine, mut expected) = (DarkPoolEngine::new(Calendar::AlwaysOpen), World::default());
    play(&mut engine, &mut expected, 0..150);
    let counts = engine.counts();

    let (mut killed, mut actual) = (DarkPoolEngine::new(Calendar::AlwaysOpen), World::default());
    play(&mut killed, &mut actual, 0..90);
    let mut restarted = DarkPoolEngine::new(Calendar::AlwaysOpen);
    restarted.restore(actual.state.clone());
    play(&mut restarted, &mut actual, 40..150);
    assert_eq!(actual, expected);
    assert!(restarted.counts().duplicates > 5_000);
    assert_eq!((counts.duplicates, counts.stale, counts.mistimed, counts.crowded_out), (0, 0, 0, 0));
    assert!(counts.prints > 6_000 && counts.markers > 0, "{counts:?}");
}

#[test]
fn there_is_something_to_see_in_every_part_of_the_page() {
    let (mut engine, mut world) = (DarkPoolEngine::new(Calendar::AlwaysOpen), World::default());
    engine.open(&"darkpool/ticker/NVDA".parse().unwrap());
    // Two seconds in each minute of half an hour.
    for minute in 0..30 {
        play(&mut engine, &mut world, minute * 600..minute * 600 + 20);
    }
    assert_eq!(world.keys("darkpool/top").len(), 60);
    let tape = world.tape();
    let some = |what: &dyn Fn(&serde_json::Value) -> bool| tape.iter().any(what);
    assert!(some(&|row| row["late"] == true) && some(&|row| row["block"] == true));
    assert!(some(&|row| row["z"].as_str().is_some_and(|z| z.parse::<f64>().unwrap() > 3.5)));
    for side in ["bullish", "bearish", "neutral"] {
        assert!(some(&|row| row["side"] == side), "{side}");
    }
    let spark = world.row("darkpool/top", "NVDA")["spark"].as_array().unwrap().len();
    let keys = world.keys("darkpool/ticker/NVDA");
    let of = |kind: &str| keys.iter().filter(|key| key.starts_with(kind)).count();
    assert_eq!((spark, of("level:"), of("minute:")), (15, 10, 30));
    let moods: Vec<f64> = world
        .keys("darkpool/sentiment")
        .iter()
        .map(|ticker| world.sentiment(ticker)["sentiment"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(moods.iter().any(|m| *m > 0.25) && moods.iter().any(|m| *m < -0.25), "{moods:?}");
}
