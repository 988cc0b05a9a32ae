//! The poller on a clock that is moved by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::domain::odds::{MarketKind, SportKey};
use shared::units::{Moment, Timestamp};
use shared::wire::SourceState;

use super::decode::{Sport, Trouble};
use super::{Answer, Ask, Learnt, PollSettings, Poller, Quota};
use crate::domain::odds::{Event, EventOdds, Score};

/// 2026-06-16, 14:00 UTC: 14.4 days to the end of the month.
const START_MS: i64 = 1_781_618_400_000;
const HOUR_MS: i64 = 3_600_000;

fn key(text: &str) -> SportKey {
    text.parse().unwrap()
}

fn event(sport: &str, id: &str, commence_ms: i64) -> Event {
    Event::Odds(EventOdds {
        event: key(id),
        sport: key(sport),
        sport_title: "".into(),
        home: "a".into(),
        away: "b".into(),
        commence: Timestamp::from_ms(commence_ms),
        books: vec![],
        all_books: true,
        at: Timestamp::from_ms(START_MS),
        response_ms: None,
    })
}

/// A poller, its clock, and a provider with these events.
struct World {
    poller: Poller,
    now_ms: u64,
    remaining: u64,
    used: u64,
    events: BTreeMap<SportKey, Vec<Event>>,
    asked: Vec<(u64, Ask)>,
}

impl World {
    fn new(sports: &[&str], remaining: u64, interval: Option<Duration>) -> World {
        let settings = PollSettings {
            sports: sports.iter().map(|sport| key(sport)).collect(),
            regions: vec!["uk".into()],
            markets: vec![MarketKind::H2h, MarketKind::Spreads, MarketKind::Totals],
            interval,
        };
        let poller = Poller::new(settings, Moment::from_ms(0));
        World { poller, now_ms: 0, remaining, used: 0, events: BTreeMap::new(), asked: Vec::new() }
    }

    fn now(&self) -> Moment {
        Moment::from_ms(self.now_ms)
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_ms(START_MS + i64::try_from(self.now_ms).unwrap())
    }

    /// Moves the clock to the next request and gives it.
    fn next(&mut self) -> Ask {
        let ask = loop {
            if let Some(ask) = self.poller.poll_request(self.now(), self.wall()) {
                break ask;
            }
            let due = self.poller.poll_timeout(self.now(), self.wall()).expect("nothing is awaited");
            assert!(due > self.now(), "it wakes for nothing");
            self.now_ms = due.ms();
        };
        assert_eq!(self.poller.poll_timeout(self.now(), self.wall()), None);
        assert_eq!(self.poller.poll_request(self.now(), self.wall()), None, "one at a time");
        self.asked.push((self.now_ms, ask.clone()));
        ask
    }

    fn answer(&mut self, ask: &Ask) {
        let cost = ask.cost(self.poller.settings());
        (self.remaining, self.used) = (self.remaining - cost, self.used + cost);
        let wall = self.wall();
        let sport = |key: &SportKey| Sport { key: key.clone(), active: true, outrights: false };
        let learnt = match ask {
            Ask::Sports => Learnt::Sports(self.events.keys().map(sport).collect()),
            Ask::Odds(sport) => Learnt::Events(self.events.get(sport).map_or(&[], |events| events)),
            Ask::Scores { .. } => Learnt::Events(&[]),
        };
        let quota = Quota { remaining: Some(self.remaining), used: Some(self.used), last: Some(cost) };
        let answer = Answer { status: 200, quota, retry_after: None, learnt };
        self.poller.handle_answer(Moment::from_ms(self.now_ms), wall, &answer, 0);
    }

    fn trouble(&mut self, status: u16, code: &str, retry_after: Option<Duration>) {
        let learnt = Learnt::Trouble(Trouble { message: "no".into(), error_code: code.into() });
        let answer = Answer { status, quota: Quota::default(), retry_after, learnt };
        self.poller.handle_answer(self.now(), self.wall(), &answer, 0);
    }

    /// Answers everything until the clock says so many hours.
    fn run(&mut self, hours: u64) {
        let end_ms = hours * 3_600_000;
        while self.now_ms < end_ms {
            match self.poller.poll_request(self.now(), self.wall()) {
                Some(ask) => {
                    self.asked.push((self.now_ms, ask.clone()));
                    self.answer(&ask);
                }
                None => self.now_ms = self.poller.poll_timeout(self.now(), self.wall()).unwrap().ms().min(end_ms),
            }
        }
    }

    fn count(&self, wanted: impl Fn(&Ask) -> bool) -> usize {
        self.asked.iter().filter(|(_, ask)| wanted(ask)).count()
    }

    fn health(&mut self) -> (SourceState, String) {
        let health = self.poller.poll_health(self.now(), self.wall()).expect("it changed");
        assert_eq!(self.poller.poll_health(self.now(), self.wall()), None);
        (health.state, health.message.into())
    }
}

#[test]
fn requests_are_written_as_the_provider_takes_them() {
    let world = World::new(&["soccer_epl"], 500, None);
    let path = |ask: Ask| ask.path(world.poller.settings());
    assert_eq!(path(Ask::Sports), "/v4/sports?all=false");
    assert_eq!(
        path(Ask::Odds(key("soccer_epl"))),
        "/v4/sports/soccer_epl/odds?regions=uk&markets=h2h,spreads,totals&oddsFormat=decimal&dateFormat=iso"
    );
    let scores = |results| Ask::Scores { sport: key("soccer_epl"), results };
    assert_eq!(path(scores(false)), "/v4/sports/soccer_epl/scores?dateFormat=iso");
    assert_eq!(path(scores(true)), "/v4/sports/soccer_epl/scores?daysFrom=1&dateFormat=iso");
    let cost = |ask: &Ask| ask.cost(world.poller.settings());
    assert_eq!([&Ask::Sports, &Ask::Odds(key("x")), &scores(false), &scores(true)].map(cost), [0, 3, 1, 2]);
}

#[test]
fn the_list_of_sports_comes_first_and_then_each_sport() {
    let mut world = World::new(&["a", "b"], 500, None);
    for expected in [Ask::Sports, Ask::Odds(key("a")), Ask::Odds(key("b"))] {
        let ask = world.next();
        assert_eq!(ask, expected);
        world.answer(&ask);
    }
    assert_eq!(world.asked.iter().map(|(ms, _)| *ms).collect::<Vec<_>>(), [0, 100, 200]);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Live);
    assert!(message.starts_with("494 requests left this month, 6 used; asking every "), "{message}");
}

#[test]
fn a_months_quota_lasts_however_small_it_is() {
    for remaining in [60, 500, 20_000] {
        let mut world = World::new(&["a", "b"], remaining, None);
        // A match at noon and one in the evening, each day of the month.
        let matches = |n: i64| event("a", &format!("m{n}"), START_MS + n * 12 * HOUR_MS);
        world.events.insert(key("a"), (0..40).map(matches).collect());
        world.run(14 * 24 + 9);
        assert!(world.remaining > 0, "{remaining}: all used");
        let asked_per_day = world.asked.len() / 14;
        assert!(world.used * 2 > remaining || asked_per_day > 1_000, "{remaining}: only {} used", world.used);
    }
}

#[test]
fn a_sport_with_something_under_way_is_asked_for_more_often_and_its_scores_too() {
    let mut world = World::new(&["live", "quiet"], 5_000, None);
    world.events.insert(key("live"), vec![event("live", "m1", START_MS - HOUR_MS)]);
    world.run(4);
    let odds = |sport: &'static str| move |ask: &Ask| *ask == Ask::Odds(key(sport));
    let (live, quiet) = (world.count(odds("live")), world.count(odds("quiet")));
    assert!(live >= 8 * quiet && quiet >= 1, "{live} {quiet}");
    let scores = |results| move |ask: &Ask| *ask == Ask::Scores { sport: key("live"), results };
    let (under_way, over) = (world.count(scores(false)), world.count(scores(true)));
    assert!(under_way > 0 && over > under_way, "{under_way} {over}");
    assert!(under_way + over <= live + 1);
}

#[test]
fn scores_are_asked_for_until_the_event_is_over() {
    let mut world = World::new(&["a"], 5_000, Some(Duration::from_secs(60)));
    world.events.insert(key("a"), vec![event("a", "m1", START_MS - HOUR_MS)]);
    world.run(1);
    let before = world.count(|ask| matches!(ask, Ask::Scores { .. }));
    assert!((55..=61).contains(&before), "{before}");
    let over = Score { event: key("m1"), home: 1, away: 0, completed: true, at: world.wall() };
    loop {
        let ask = world.next();
        if matches!(ask, Ask::Scores { .. }) {
            let learnt = Learnt::Events(&[Event::Score(over.clone())]);
            let answer = Answer { status: 200, quota: Quota::default(), retry_after: None, learnt };
            world.poller.handle_answer(world.now(), world.wall(), &answer, 0);
            break;
        }
        world.answer(&ask);
    }
    world.asked.clear();
    // The provider may list the event for a while after its end.
    world.run(3);
    assert_eq!(world.count(|ask| matches!(ask, Ask::Scores { .. })), 0);
    assert!(world.count(|ask| matches!(ask, Ask::Odds(_))) > 100);
}

#[test]
fn an_interval_that_was_set_is_kept() {
    let mut world = World::new(&["a"], 100_000, Some(Duration::from_secs(10)));
    world.run(1);
    assert_eq!(world.count(|ask| *ask == Ask::Odds(key("a"))), 360);
}

#[test]
fn however_much_or_little_is_left_a_sport_is_asked_for_no_faster_than_prices_change_and_once_a_day() {
    let mut rich = World::new(&["a"], 100_000_000, None);
    rich.events.insert(key("a"), vec![event("a", "m1", START_MS - HOUR_MS)]);
    rich.run(1);
    assert_eq!(rich.count(|ask| matches!(ask, Ask::Odds(_))), 120);
    let mut poor = World::new(&["a"], 30, None);
    poor.run(4 * 24);
    assert_eq!(poor.count(|ask| matches!(ask, Ask::Odds(_))), 4);
}

#[test]
fn failures_wait_longer_each_time_and_others_have_their_turn() {
    let mut world = World::new(&["a", "b"], 500, None);
    let ask = world.next();
    world.answer(&ask);
    for _ in 0..10 {
        world.next();
        world.poller.handle_failure(world.now(), "connection lost", 0);
    }
    let waits = world.asked.windows(2).skip(1).map(|pair| (pair[1].0 - pair[0].0) / 1000);
    assert_eq!(waits.collect::<Vec<_>>(), [2, 4, 8, 16, 32, 64, 128, 256, 256]);
    let asked = world.asked[1..5].iter().map(|(_, ask)| ask.clone()).collect::<Vec<_>>();
    assert_eq!(asked, ["a", "b", "a", "b"].map(|sport| Ask::Odds(key(sport))));
    let (state, message) = world.health();
    assert_eq!((state, &*message), (SourceState::Stale, "connection lost; trying again in 256 s"));
    let ask = world.next();
    world.answer(&ask);
    assert_eq!(world.health().0, SourceState::Live);
    world.next();
    world.poller.handle_failure(world.now(), "connection lost", 0);
    assert_eq!(world.health(), (SourceState::Lagging, "connection lost; trying again in 2 s".to_owned()));
}

#[test]
fn too_many_requests_wait_as_long_as_the_provider_says() {
    let mut world = World::new(&["a"], 500, None);
    world.next();
    world.trouble(429, "EXCEEDED_FREQ_LIMIT", Some(Duration::from_secs(30)));
    let (state, message) = world.health();
    assert_eq!((state, &*message), (SourceState::Down, "the provider answers 429: no; trying again in 30 s"));
    world.next();
    assert_eq!(world.now_ms, 30_000);
    world.trouble(503, "", None);
    world.next();
    assert_eq!(world.now_ms, 34_000);
}

#[test]
fn a_refused_key_is_said_clearly_and_tried_rarely() {
    let mut world = World::new(&["a"], 500, None);
    world.next();
    world.trouble(401, "INVALID_KEY", None);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Down);
    assert!(message.contains("refuses the key: no; correct UNDERCURRENT_ODDS_API_KEY"), "{message}");
    world.next();
    assert_eq!(world.now_ms, 1_800_000);
}

#[test]
fn a_used_up_quota_is_waited_out_at_no_cost() {
    let mut world = World::new(&["a"], 4, Some(Duration::from_secs(60)));
    world.run(3);
    assert_eq!((world.used, world.count(|ask| matches!(ask, Ask::Odds(_)))), (3, 1));
    assert_eq!(world.health().0, SourceState::Stale);
    assert_eq!(world.count(|ask| *ask == Ask::Sports), 3);
    world.remaining = 500;
    world.run(5);
    assert!(world.count(|ask| matches!(ask, Ask::Odds(_))) > 50);
    // The same, when it is said by a refusal.
    let mut world = World::new(&["a"], 500, None);
    let ask = world.next();
    world.answer(&ask);
    world.next();
    world.trouble(401, "OUT_OF_USAGE_CREDITS", None);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Stale);
    assert!(message.contains("quota is used up"), "{message}");
    assert_eq!(world.next(), Ask::Sports);
}

#[test]
fn a_sport_that_is_not_known_costs_the_others_nothing() {
    let mut world = World::new(&["a", "b"], 500, Some(Duration::from_secs(60)));
    let ask = world.next();
    world.answer(&ask);
    assert_eq!(world.next(), Ask::Odds(key("a")));
    world.trouble(404, "UNKNOWN_SPORT", None);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Lagging);
    assert!(message.contains("does not answer for a: no"), "{message}");
    world.run(1);
    assert_eq!(world.count(|ask| *ask == Ask::Odds(key("a"))), 1);
    assert!(world.count(|ask| *ask == Ask::Odds(key("b"))) >= 59);
}

#[test]
fn without_a_choice_the_main_sports_in_season_are_followed() {
    let mut world = World::new(&[], 50_000, None);
    for sport in ["cricket_odi", "soccer_epl", "icehockey_nhl", "soccer_usa_mls"] {
        world.events.insert(key(sport), vec![]);
    }
    let ask = world.next();
    world.answer(&ask);
    let mut followed: Vec<_> = (0..3)
        .map(|_| {
            let ask = world.next();
            world.answer(&ask);
            ask
        })
        .collect();
    followed.sort_by_key(|ask| format!("{ask:?}"));
    let expected = ["icehockey_nhl", "soccer_epl", "soccer_usa_mls"].map(|sport| Ask::Odds(key(sport)));
    assert_eq!(followed, expected);
}
