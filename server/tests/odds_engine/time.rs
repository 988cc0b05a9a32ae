//! What time and results do to events.

use shared::units::Timestamp;
use undercurrent::domain::market::{FinalScore, Missing, Pool, Quotes};
use undercurrent::domain::odds::Event;

use crate::market::{KICK_OFF, NOON, Stand, answer, at, score, settings};

const BOARD: &str = "odds/board/soccer_epl";

fn with_one_event() -> Stand {
    let mut stand = Stand::new(settings());
    stand.tell(answer("e", NOON, &[("a", &["h2h 2.1 1.5"]), ("b", &["h2h 1.5 2.1"])]));
    stand
}

fn end(home: i32, away: i32, ms: i64) -> FinalScore {
    FinalScore { event: "e".into(), home, away, at: at(ms) }
}

#[test]
fn an_event_that_ended_closes_its_markets_and_leaves_after_a_while() {
    let mut stand = with_one_event();
    stand.hear(&score("e", NOON + 5_000, 1, 0, false));
    assert_eq!(stand.market("e:h2h").score.map(|s| (s.home, s.away, s.completed)), Some((1, 0, false)));
    stand.hear(&score("e", NOON + 6_000, 2, 1, true));
    let row = stand.market("e:h2h");
    assert_eq!(row.score.map(|s| (s.home, s.away, s.completed)), Some((2, 1, true)));
    assert!(row.selections[0].books["a"].suspended && row.selections[0].best.is_none() && stand.arbs().is_empty());
    assert_eq!(stand.closed().len(), 1);
    assert!(stand.engine.quote("e:h2h", "home", "a").unwrap().closed);
    stand.open("odds/event/e");
    stand.pass(599_999);
    assert_eq!(stand.world.keys(BOARD), ["e:h2h"]);
    assert!(stand.world.keys("odds/event/e").len() > 1);
    stand.pass(1);
    assert!(stand.world.keys(BOARD).is_empty() && stand.world.keys("odds/event/e").is_empty());
    assert_eq!(stand.engine.quote("e:h2h", "home", "a"), Err(Missing::Market));
    let counts = stand.engine.counts();
    assert_eq!((counts.events, counts.markets, counts.arbs), (0, 0, 0));
    let kept: Vec<_> = stand.world.state.keys().map(|key| &key[..2]).collect();
    assert_eq!(kept, ["b/", "b/", "e/"], "books, and that it ended");
}

#[test]
fn a_result_is_told_once_and_a_correction_again() {
    let mut stand = with_one_event();
    for ms in [1_000, 2_000, 3_000] {
        stand.hear(&score("e", NOON + ms, 2, 1, true));
    }
    assert_eq!(stand.engine.take_finals(), [end(2, 1, NOON + 1_000)]);
    stand.hear(&score("e", NOON + 4_000, 2, 2, true));
    assert_eq!(stand.engine.take_finals(), [end(2, 2, NOON + 4_000)]);
    // After a restart once more, since nobody knows who heard it; then no more.
    stand.restart(settings());
    assert_eq!(stand.engine.take_finals(), [end(2, 2, NOON + 4_000)]);
    stand.hear(&score("e", NOON + 5_000, 2, 2, true));
    assert!(stand.engine.take_finals().is_empty());
    // Of an event that nobody had: bets on it may be older than what is known here.
    stand.hear(&score("f", NOON + 6_000, 0, 0, true));
    assert_eq!(stand.engine.take_finals().len(), 1);
}

#[test]
fn an_event_that_ended_does_not_come_back_with_late_prices() {
    let mut stand = with_one_event();
    stand.hear(&score("e", NOON + 1_000, 2, 1, true));
    stand.pass(600_000);
    stand.tell(answer("e", stand.now, &[("a", &["h2h 2.1 1.5"])]));
    stand.hear(&score("e", stand.now, 2, 1, false));
    assert!(stand.world.keys(BOARD).is_empty());
    assert_eq!(stand.engine.counts().over, 2);
}

#[test]
fn an_event_that_has_begun_and_is_no_longer_listed_is_over() {
    let mut stand = with_one_event();
    stand.tell(answer("f", NOON, &[("a", &["h2h 2.1 1.5"])]));
    let listed = |events: &[&str], ms: i64| Event::Listed {
        sport: "soccer_epl".parse().unwrap(),
        events: events.iter().map(|event| event.parse().unwrap()).collect(),
        at: at(ms),
    };
    stand.hear(&listed(&["f"], NOON));
    assert!(!stand.engine.quote("e:h2h", "home", "a").unwrap().closed, "it has not begun");
    stand.pass(KICK_OFF - NOON);
    let other = Event::Listed { sport: "tennis_atp".parse().unwrap(), events: vec![], at: at(KICK_OFF) };
    stand.hear(&other);
    stand.hear(&listed(&["f"], KICK_OFF));
    let closed = |stand: &Stand, market: &str| stand.engine.quote(market, "home", "a").unwrap().closed;
    assert!(closed(&stand, "e:h2h") && !closed(&stand, "f:h2h"));
    // Books that offer it again know better.
    stand.tell(answer("e", KICK_OFF + 1, &[("a", &["h2h 2.1 1.5"])]));
    assert!(!closed(&stand, "e:h2h"));
    stand.hear(&listed(&["f"], KICK_OFF + 2));
    stand.pass(600_002);
    assert_eq!(stand.world.keys(BOARD), ["f:h2h"]);
    assert!(stand.engine.take_finals().is_empty(), "how it ended nobody said");
}

#[test]
fn an_event_that_nobody_mentions_is_forgotten_a_day_after_it_began() {
    let mut stand = with_one_event();
    stand.tell(answer("e", KICK_OFF + 1_000, &[("a", &["h2h 2.1 1.5"])]));
    stand.pass(24 * 3_600_000 - 1);
    assert_eq!(stand.engine.counts().events, 1);
    stand.pass(1);
    assert_eq!(stand.engine.counts().events, 0);
    // Nothing of it is left in its books' rows: one old market of two would be too many.
    let mut odds = answer("f", stand.now, &[("a", &["h2h 2.1 1.5"])]);
    odds.commence = at(stand.now + 3_600_000);
    stand.tell(odds);
    assert_eq!(stand.world.value("odds/books", "a")["status"], "online");
}

#[test]
fn a_line_that_no_book_offers_any_more_leaves_after_a_while() {
    let mut stand = Stand::new(settings());
    let all = &["h2h 2.1 1.5", "totals 2.5 1.9 1.9", "totals 3.5 1.9 1.9", "spreads -1 1.9 1.9"];
    stand.tell(answer("e", NOON, &[("a", all)]));
    let stakes = vec![("home".into(), "5.00".parse().unwrap())];
    stand.engine.pool(Pool { market: "e:spreads:-1".into(), payouts: stakes.clone(), stakes });
    // As long as the provider says nothing, nobody knows that a line is gone.
    stand.pass(1_800_000);
    assert_eq!(stand.world.keys(BOARD).len(), 4);
    stand.tell(answer("e", stand.now, &[("a", &["totals 2.5 1.9 1.9"])]));
    stand.pass(600_000);
    // The winner stays with its event, and a line with its stakes.
    assert_eq!(stand.world.keys(BOARD), ["e:h2h", "e:spreads:-1", "e:totals:2.5"]);
    assert_eq!(stand.engine.counts().markets, 3);
    assert_eq!(stand.engine.quote("e:totals:3.5", "over", "a"), Err(Missing::Market));
    // It may come back.
    stand.tell(answer("e", stand.now, &[("a", all)]));
    assert_eq!(stand.world.keys(BOARD).len(), 4);
}

#[test]
fn an_event_that_is_moved_begins_when_it_begins() {
    let mut stand = with_one_event();
    let mut odds = answer("e", NOON + 1, &[("a", &["h2h 2.1 1.5"])]);
    odds.commence = at(NOON + 5_000);
    odds.home = "Arsenal FC".into();
    stand.tell(odds.clone());
    let row = stand.market("e:h2h");
    assert_eq!((row.commence_ms, &*row.home, row.live), (at(NOON + 5_000), "Arsenal FC", false));
    stand.pass(4_999);
    assert!(stand.market("e:h2h").live);
    odds.commence = at(KICK_OFF);
    odds.at = at(stand.now);
    stand.tell(odds);
    assert!(!stand.market("e:h2h").live);
    stand.pass(KICK_OFF - stand.now);
    assert!(stand.market("e:h2h").live);
}

#[test]
fn a_time_of_the_future_does_not_make_later_prices_late() {
    let mut stand = with_one_event();
    let mut odds = answer("e", NOON + 1_000, &[("a", &["h2h 3 1.5"])]);
    odds.books[0].offers[0].updated = Timestamp::from_ms(i64::MAX);
    stand.tell(odds);
    stand.tell(answer("e", NOON + 2_000, &[("a", &["h2h 4 1.5"])]));
    assert_eq!(stand.market("e:h2h").selections[0].books["a"].decimal.to_string(), "4.00");
}
