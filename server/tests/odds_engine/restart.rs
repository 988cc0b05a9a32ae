//! A restart is not to be seen.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::domain::odds::ArbRow;
use undercurrent::domain::Engine;

use crate::market::{NOON, Stand, answer, at, settings, strict};
use crate::steps::{Step, steps};

const EVENT: &str = "odds/event/e";

#[test]
fn an_opportunity_goes_on_with_its_id_and_its_age() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.1 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    stand.tell(answer("e", NOON + 1_000, &[("a", &["h2h 2.2 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    let before: Vec<ArbRow> = stand.arbs();
    stand.now += 20_000;
    stand.restart(settings());
    assert_eq!(stand.arbs(), before);
    stand.tell(answer("e", stand.now, &[("a", &["h2h 2.05 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    let [arb] = &stand.arbs()[..] else { panic!("one") };
    assert_eq!((&arb.id, arb.opened_ms, arb.updated_ms), (&before[0].id, at(NOON), at(stand.now)));
    // One that ended while nobody looked is closed by the first look.
    stand.now += 61_000;
    stand.restart(settings());
    assert!(stand.arbs().is_empty());
    let [closed] = &stand.closed()[..] else { panic!("one") };
    assert_eq!((closed.lived_ms, closed.peak_roi_pct.to_string().as_str()), (82_000, "6.12"));
}

#[test]
fn what_waits_to_be_stored_is_stored_with_the_last_take() {
    let mut stand = Stand::new(settings());
    stand.engine.tick(at(NOON));
    stand.engine.handle(&undercurrent::domain::odds::Event::Odds(answer("e", NOON, &[("a", &["h2h 2 2"])])));
    stand.world.take(&mut stand.engine, |due| due.as_millis() <= 500);
    assert!(stand.world.state.keys().all(|key| !key.starts_with("m/")), "{:?}", stand.world.state);
    stand.world.take(&mut stand.engine, |_| true);
    assert!(stand.world.state.contains_key("m/e:h2h") && stand.world.state.contains_key("h/e:h2h"));
    stand.world.take(&mut stand.engine, |_| true);
    assert!(stand.engine.take_state().is_empty(), "nothing changed since");
}

#[test]
fn a_state_that_cannot_be_read_is_counted_and_left_out() {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.1 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    for (_, value) in stand.world.state.iter_mut().filter(|(key, _)| key.starts_with("m/")) {
        *value = "{".into();
    }
    for key in ["f/x", "h/e:totals:1", "a/1", "e/x", "b/z"] {
        stand.world.state.insert(key.into(), "?".into());
    }
    stand.restart(settings());
    // The market, its history, and five that are nothing.
    assert_eq!(stand.engine.counts().unreadable, 7);
    assert!(stand.arbs().is_empty());
    stand.tell(answer("e", NOON + 1, &[("a", &["h2h 2.1 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    assert_eq!(stand.arbs().len(), 1);
}

/// What is stored, but for the events: when they were last mentioned is only stored now and then.
fn stored(stand: &Stand) -> BTreeMap<&str, &str> {
    let state = stand.world.state.iter().filter(|(key, _)| !key.starts_with("f/"));
    state.map(|(key, value)| (&**key, &**value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_restart_at_any_step_changes_nothing(steps in steps(50), restarts in prop::collection::vec(any::<bool>(), 50)) {
        let (mut whole, mut broken) = (Stand::new(strict()), Stand::new(strict()));
        for stand in [&mut whole, &mut broken] {
            stand.open(EVENT);
        }
        for (step, restart) in steps.iter().zip(restarts) {
            for stand in [&mut whole, &mut broken] {
                match step {
                    Step::Hear(event) => stand.hear(event),
                    Step::Pass(ms) => stand.pass(*ms),
                };
            }
            if restart {
                broken.restart(strict());
            }
            prop_assert_eq!(&broken.world.tables, &whole.world.tables);
            prop_assert_eq!(stored(&broken), stored(&whole));
        }
    }
}
