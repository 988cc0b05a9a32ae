//! Publishing can be stopped: topics stand still, and catch up.

use undercurrent::domain::odds::Event;

use crate::market::{NOON, Stand, answer, settings};

fn started() -> Stand {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.1 1.5"]), ("b", &["h2h 1.5 2.05"])]));
    stand
}

#[test]
fn topics_stand_still_and_then_everything_is_told() {
    let (mut stopped, mut other) = (started(), started());
    let before = stopped.world.tables.clone();
    stopped.hear(&Event::Publish(false));
    assert!(!stopped.engine.is_publishing());
    let meanwhile = [
        answer("e", NOON + 1_000, &[("a", &["h2h 1.9 1.5"]), ("b", &["h2h 1.5 2.05"])]),
        answer("f", NOON + 2_000, &[("a", &["h2h 2.2 1.5"]), ("b", &["h2h 1.5 2.05"])]),
        answer("e", NOON + 3_000, &[("a", &["h2h 2.3 1.5"]), ("b", &["h2h 1.5 2.05"])]),
    ];
    for odds in meanwhile {
        assert!(stopped.tell(odds.clone()).is_empty());
        other.tell(odds);
    }
    assert_eq!(stopped.world.tables, before);
    // What can be bet on is known all the same, and a newcomer sees how things stand.
    stopped.open("odds/event/e");
    other.open("odds/event/e");
    other.pass(0);
    assert_eq!(stopped.pass(0).len(), 1);
    assert!(!stopped.world.keys("odds/event/e").is_empty());
    stopped.hear(&Event::Publish(true));
    assert_eq!(stopped.world.tables, other.world.tables);
}

#[test]
fn it_stays_stopped_over_a_restart() {
    let mut stand = started();
    stand.hear(&Event::Publish(false));
    let before = stand.world.tables.clone();
    stand.restart(settings());
    assert!(!stand.engine.is_publishing());
    stand.tell(answer("e", NOON + 1_000, &[("a", &["h2h 1.9 1.5"])]));
    // A topic that is made again is told as it is; the others stand still.
    assert_eq!(stand.world.tables[&"odds/arbs".parse().unwrap()], before[&"odds/arbs".parse().unwrap()]);
    stand.hear(&Event::Publish(true));
    assert!(stand.arbs().is_empty());
    assert_eq!(stand.closed().len(), 1);
}

#[test]
fn stopping_twice_and_starting_twice_is_as_good_as_once() {
    let mut stand = started();
    for publish in [true, false, false, true, true] {
        stand.hear(&Event::Publish(publish));
    }
    let tables = stand.world.tables.clone();
    stand.pass(0);
    assert_eq!(stand.world.tables, tables);
    assert_eq!(tables, started().world.tables);
}
