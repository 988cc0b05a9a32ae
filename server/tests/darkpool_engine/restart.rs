//! A restart is not to be seen: not in the rows, not in the state.

use proptest::prelude::*;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine, Event};

use crate::market::{Made, TEN, World, lit, print, quote};

const OPENED: &str = "darkpool/ticker/A";

fn run() -> (DarkPoolEngine, World) {
    let mut engine = DarkPoolEngine::new(Calendar::NewYork);
    engine.open(&OPENED.parse().unwrap());
    (engine, World::default())
}

/// A process that was killed: what was stored is all that is left.
fn restart(world: &World) -> DarkPoolEngine {
    let (mut engine, _) = run();
    engine.restore(world.state.clone());
    engine.open(&OPENED.parse().unwrap());
    engine
}

/// A market of three tickers with everything that can happen in it.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let what = prop_oneof![
        4 => Just("quote"), 3 => Just("lit"), 6 => Just("print"), 1 => Just("late"), 1 => Just("odd"),
        1 => Just("again"), 1 => Just("unnumbered"), 1 => Just("night"),
    ];
    let step = (what, 0_usize..3, 0_i64..60, 0_i64..300, 1_i64..3_000);
    prop::collection::vec(step, 1..160).prop_map(|steps| {
        let mut ts = TEN;
        let mut events: Vec<Event> = Vec::new();
        for (what, ticker, pause, cents, size) in steps {
            let ticker = ["A", "B", "C.D"][ticker];
            ts += 1 + pause * 150;
            let price = format!("1{}.{:02}", 40 + cents / 100, cents % 100);
            let size = size.to_string();
            let dark = |ts| print(ticker, ts, &price, &size);
            let made = match what {
                "quote" => {
                    events.push(quote(ticker, ts, &price, "141.50"));
                    continue;
                }
                "lit" => lit(ticker, ts, &price, &size),
                "late" => dark(ts).executed(ts - 60_000),
                "odd" => dark(ts).conditions(&[[2, 12, 16, 37][usize::try_from(cents).unwrap() % 4]]),
                "again" => match events.iter().rev().nth(usize::try_from(pause).unwrap()) {
                    Some(Event::Trade(trade)) => Made(trade.clone()),
                    Some(Event::Quote(_)) | None => continue,
                },
                "unnumbered" => dark(ts).seq(None),
                "night" if cents < 60 => {
                    ts += 10 * 3_600_000;
                    dark(ts)
                }
                _ => dark(ts),
            };
            events.push(made.event());
        }
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_restart_at_any_step_changes_nothing(events in events(), restarts in prop::collection::vec(any::<bool>(), 160)) {
        let (mut whole, mut expected) = run();
        let (mut broken, mut actual) = run();
        for (step, event) in events.iter().enumerate() {
            whole.handle(event);
            broken.handle(event);
            // Some topics are due less often than others, and then a restart finds them waiting.
            let elapsed_ms = [0, 100, 250][step % 3];
            expected.take_due(&mut whole, elapsed_ms);
            actual.take_due(&mut broken, elapsed_ms);
            prop_assert_eq!(&actual.state, &expected.state);
            if restarts[step] {
                broken = restart(&actual);
                // Quotes are stored with the trades after them; a source repeats the newer ones.
                for quote in events[..=step].iter().filter(|e| matches!(e, Event::Quote(_))) {
                    broken.handle(quote);
                }
            }
        }
        // Whatever was waiting, in both.
        expected.take(&mut whole);
        actual.take(&mut broken);
        prop_assert_eq!(actual, expected);
    }

    #[test]
    fn a_replay_from_the_start_after_a_kill_ends_like_a_clean_run(events in events(), cut in 0.0_f64..1.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let cut = (events.len() as f64 * cut) as usize;
        let (mut clean, mut expected) = run();
        let (mut killed, mut actual) = run();
        for event in &events {
            clean.handle(event);
            expected.take(&mut clean);
        }
        for event in &events[..cut] {
            killed.handle(event);
            actual.take(&mut killed);
        }
        let mut replaying = restart(&actual);
        for event in &events {
            replaying.handle(event);
            actual.take(&mut replaying);
        }
        prop_assert_eq!(actual, expected);
    }

    #[test]
    fn the_same_events_give_the_same_rows(events in events()) {
        let play = || {
            let (mut engine, mut world) = run();
            let changes: Vec<_> = events.iter().map(|e| { engine.handle(e); world.take(&mut engine) }).collect();
            (changes, world)
        };
        prop_assert_eq!(play(), play());
    }
}

/// More levels, minutes and sizes than are kept.
#[test]
fn what_is_forgotten_is_forgotten_in_the_store_too() {
    let (mut whole, mut expected) = run();
    let (mut broken, mut actual) = run();
    for n in 0..600 {
        let price = format!("{}.00", 40 + (n * 7) % 211);
        let event = print("A", TEN - 5 * 3_600_000 + n * 60_000, &price, &format!("{}", 1_000 + n % 90)).event();
        whole.handle(&event);
        broken.handle(&event);
        expected.take(&mut whole);
        actual.take(&mut broken);
        assert_eq!(actual, expected, "after {n}");
        if n % 37 == 0 {
            broken = restart(&actual);
        }
    }
    let stored = |kind: &str| actual.state.keys().filter(|key| key.starts_with(kind)).count();
    assert_eq!((stored("t/"), stored("l/"), stored("m/"), stored("z/")), (1, 128, 390, 500));
}

#[test]
fn state_that_cannot_be_read_is_counted_and_left_out() {
    let (mut engine, mut world) = run();
    engine.handle(&print("A", TEN, "10", "100").event());
    engine.handle(&print("B", TEN, "10", "100").event());
    world.take(&mut engine);
    world.state.insert("t/B".into(), "nonsense".into());
    world.state.insert("x".into(), "1".into());
    let mut engine = restart(&world);
    assert_eq!(engine.counts().unreadable, 2);
    world.take(&mut engine);
    assert_eq!(world.keys("darkpool/sentiment"), ["A"]);
}
