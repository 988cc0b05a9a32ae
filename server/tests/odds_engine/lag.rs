//! A provider that repeats what it heard long ago.

use undercurrent::domain::market::Quotes;
use undercurrent::domain::odds::EventOdds;

use crate::market::{KICK_OFF, NOON, Stand, answer, at, settings, strict};

/// An answer of one book, which the provider heard of at `updated`.
fn repeated(ms: i64, updated: i64) -> EventOdds {
    EventOdds { at: at(ms), ..answer("e", updated, &[("a", &["h2h 2.1 1.5"])]) }
}

fn stale(stand: &Stand) -> (bool, bool) {
    let shown = stand.market("e:h2h").selections[0].books["a"].suspended;
    (shown, stand.engine.quote("e:h2h", "home", "a").unwrap().stale)
}

#[test]
fn a_book_of_which_the_provider_hears_no_more_is_stale_although_answers_go_on() {
    let mut stand = Stand::new(strict());
    for ms in (0..=60_000).step_by(20_000) {
        stand.tell(repeated(NOON + ms, NOON));
        assert_eq!(stale(&stand), (false, false), "{ms}");
    }
    stand.tell(repeated(NOON + 60_001, NOON));
    assert_eq!(stale(&stand), (true, true));
    let row = stand.market("e:h2h");
    assert!(row.selections[0].best.is_none() && row.selections[0].fair.is_none() && !row.complete);
    assert_eq!(stand.world.value("odds/books", "a")["status"], "offline");
    stand.pass(2_000);
    let age_ms = stand.engine.quote("e:h2h", "home", "a").unwrap().age_ms;
    assert_eq!(age_ms, 62_001, "since the provider heard of it");
    // The price is what it was, but the provider has heard of it.
    stand.tell(repeated(NOON + 63_000, NOON + 62_000));
    assert_eq!(stale(&stand), (false, false));
    assert_eq!(stand.engine.quote("e:h2h", "home", "a").unwrap().age_ms, 0);
    assert_eq!(stand.market("e:h2h").selections[0].books["a"].ts, at(NOON), "since when it is so");
}

#[test]
fn once_an_event_has_begun_a_tenth_of_it_is_too_much() {
    let mut stand = Stand::new(strict());
    stand.tell(repeated(KICK_OFF - 1_000, KICK_OFF - 7_001));
    assert_eq!(stale(&stand), (false, false));
    stand.pass(1_000);
    assert_eq!(stale(&stand), (true, true), "it began");
    stand.tell(repeated(KICK_OFF + 500, KICK_OFF - 5_500));
    assert_eq!(stale(&stand), (false, false));
    stand.tell(repeated(KICK_OFF + 501, KICK_OFF - 5_500));
    assert_eq!(stale(&stand), (true, true));
}

#[test]
fn without_a_bound_it_may_lag_as_it_likes() {
    let mut stand = Stand::new(undercurrent::domain::odds::engine::OddsSettings {
        max_lag: std::time::Duration::ZERO,
        ..settings()
    });
    stand.tell(repeated(NOON + 3_000_000, NOON));
    assert_eq!(stale(&stand), (false, false));
    let mut stand = Stand::new(settings());
    stand.tell(repeated(NOON + 600_000, NOON));
    assert_eq!(stale(&stand), (false, false), "ten minutes, if nobody says otherwise");
    stand.tell(repeated(NOON + 600_001, NOON));
    assert_eq!(stale(&stand), (true, true));
}

#[test]
fn a_restart_does_not_make_it_fresh() {
    let mut stand = Stand::new(strict());
    stand.tell(repeated(NOON + 60_001, NOON));
    stand.restart(strict());
    assert_eq!(stale(&stand), (true, true));
}
