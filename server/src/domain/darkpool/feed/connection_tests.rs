//! The connection's life with a hand-moved clock.

use std::time::Duration;

use shared::units::Moment;
use shared::wire::SourceState;

use super::{Action, Delay, MassiveFeed, Watch};

const CONNECTED: &str = r#"[{"ev":"status","status":"connected","message":"Connected Successfully"}]"#;
const AUTHENTICATED: &str = r#"[{"ev":"status","status":"auth_success","message":"authenticated"}]"#;
const CONFIRMED: &str = r#"[{"ev":"status","status":"success","message":"subscribed to: T.IBM"}]"#;
const REFUSED: &str = r#"[{"ev":"status","status":"error","message":"not authorized"}]"#;
const EVICTED: &str =
    r#"[{"ev":"status","status":"max_connections","message":"Maximum number of connections exceeded."}]"#;
const AUTH_FAILED: &str = r#"[{"ev":"status","status":"auth_failed","message":"Unknown API Key"}]"#;
const DATA: &str = r#"[{"ev":"Q","sym":"IBM","bp":1,"ap":2,"t":5}]"#;

/// A feed and its clock.
struct World {
    feed: MassiveFeed,
    now: Moment,
}

impl World {
    fn new() -> World {
        let now = Moment::from_ms(1_000_000);
        World { feed: MassiveFeed::new(&Watch::These(vec!["IBM".parse().unwrap()]), now), now }
    }

    fn subscribed() -> World {
        let mut world = World::new();
        world.handshake();
        world
    }

    fn actions(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.feed.poll_action(self.now)).collect()
    }

    /// Lets time pass, waking the feed whenever it asks for it.
    fn pass(&mut self, seconds: u64) -> Vec<Action> {
        let end = self.now + Duration::from_secs(seconds);
        let mut actions = self.actions();
        while let Some(at) = self.feed.wake_at().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.feed.handle_timeout(self.now);
            actions.extend(self.actions());
        }
        self.now = end;
        actions
    }

    fn hear(&mut self, frame: &str) -> Vec<Action> {
        self.feed.handle_frame(self.now, frame);
        self.actions()
    }

    fn closed(&mut self, why: &str) {
        self.feed.handle_closed(self.now, why, 0);
    }

    fn handshake(&mut self) {
        assert_eq!(self.actions(), [Action::Connect]);
        self.feed.handle_open(self.now);
        assert_eq!(self.hear(CONNECTED), [Action::Authenticate]);
        let subscribe = r#"{"action":"subscribe","params":"T.IBM,Q.IBM"}"#;
        assert_eq!(self.hear(AUTHENTICATED), [Action::Send(subscribe.into())]);
        assert_eq!(self.hear(CONFIRMED), []);
        assert_eq!(self.health(), (SourceState::Live, String::new()));
    }

    /// How long until it connects again.
    fn wait(&self) -> u64 {
        (self.feed.wake_at().unwrap() - self.now).as_secs()
    }

    fn health(&mut self) -> (SourceState, String) {
        while self.feed.poll_health().is_some() {}
        let health = self.feed.told().unwrap();
        (health.state, health.message.to_string())
    }
}

#[test]
fn it_connects_greets_authenticates_and_subscribes_in_that_order() {
    let mut world = World::new();
    assert_eq!(world.health(), (SourceState::Down, "not connected yet".into()));
    world.handshake();
    assert_eq!(world.feed.poll_health(), None);
}

#[test]
fn the_first_data_make_it_live_even_without_a_confirmation() {
    let mut world = World::new();
    world.actions();
    world.feed.handle_open(world.now);
    world.hear(CONNECTED);
    world.hear(AUTHENTICATED);
    assert_eq!(world.health(), (SourceState::Down, "subscribing".into()));
    world.hear(DATA);
    assert_eq!(world.health(), (SourceState::Live, String::new()));
}

#[test]
fn words_out_of_turn_do_nothing() {
    let mut world = World::new();
    for frame in [AUTHENTICATED, CONFIRMED, EVICTED, AUTH_FAILED, DATA] {
        world.feed.handle_frame(world.now, frame);
    }
    world.feed.handle_open(world.now);
    assert_eq!(world.actions(), [Action::Connect]);
    world.feed.handle_open(world.now);
    assert_eq!(world.hear(AUTHENTICATED), []);
    assert_eq!(world.hear(r#"[{"ev":"status","status":"weather","message":"fog"}]"#), []);
    assert_eq!(world.hear(CONNECTED), [Action::Authenticate]);
    assert_eq!(world.hear(CONNECTED), []);
}

#[test]
fn a_step_of_the_handshake_that_takes_too_long_is_given_up() {
    let steps: [&dyn Fn(&mut World); 3] = [&|_| {}, &|world| world.feed.handle_open(world.now), &|world| {
        world.feed.handle_open(world.now);
        world.hear(CONNECTED);
    }];
    for step in steps {
        let mut world = World::new();
        world.actions();
        step(&mut world);
        assert_eq!(world.pass(14), []);
        assert_eq!(world.pass(1), [Action::Close]);
        world.closed("");
        assert_eq!(world.wait(), 1);
        let (state, message) = world.health();
        assert_eq!(state, SourceState::Down);
        assert!(message.ends_with("within 15 s; trying again in 1 s"), "{message}");
    }
}

#[test]
fn a_lost_connection_comes_back_after_1_2_4_up_to_30_s_and_subscribes_again() {
    let mut world = World::subscribed();
    for expected in [1, 2, 4, 8, 16, 30, 30] {
        world.closed("the provider hung up");
        assert_eq!(world.wait(), expected);
        let message = format!("the provider hung up; trying again in {expected} s");
        assert_eq!(world.health(), (SourceState::Down, message));
        world.now = world.now + Duration::from_millis(expected * 1_000 - 1);
        assert_eq!(world.actions(), []);
        world.now = world.now + Duration::from_millis(1);
        world.handshake();
    }
    // One that stood for half a minute begins again at one second.
    for _ in 0..5 {
        world.pass(6);
        world.hear(DATA);
    }
    world.closed("the provider hung up");
    assert_eq!(world.wait(), 1);
}

#[test]
fn a_ping_leaves_every_20_s_and_10_s_without_any_answer_are_a_lost_connection() {
    let mut world = World::subscribed();
    assert_eq!(world.pass(20), [Action::Ping]);
    world.pass(9);
    world.feed.handle_sign_of_life(world.now);
    assert_eq!(world.pass(10), []);
    assert_eq!(world.pass(1), [Action::Ping]);
    world.pass(9);
    world.hear(DATA);
    assert_eq!(world.pass(11), [Action::Ping]);
    assert_eq!(world.pass(9), []);
    assert_eq!(world.pass(1), [Action::Close]);
    world.closed("");
    assert_eq!(world.health(), (SourceState::Down, "silence, no answer to a ping; trying again in 1 s".into()));
}

#[test]
fn pongs_without_data_for_a_minute_make_it_stale_and_data_make_it_live_again() {
    let mut world = World::subscribed();
    for _ in 0..59 {
        world.pass(1);
        world.feed.handle_sign_of_life(world.now);
    }
    assert_eq!(world.health().0, SourceState::Live);
    world.pass(1);
    assert_eq!(world.health().0, SourceState::Stale);
    world.feed.handle_sign_of_life(world.now);
    world.hear(CONFIRMED);
    assert_eq!(world.health().0, SourceState::Stale);
    world.hear(DATA);
    assert_eq!(world.health(), (SourceState::Live, String::new()));
}

#[test]
fn max_connections_is_never_a_fight() {
    let mut world = World::subscribed();
    for minutes in [5, 10, 20, 40, 40] {
        assert_eq!(world.hear(EVICTED), [Action::Close]);
        assert_eq!(world.health().0, SourceState::Down);
        // The provider's own close comes meanwhile; the reason stays.
        world.closed("the provider hung up");
        assert_eq!(world.wait(), minutes * 60);
        let (state, message) = world.health();
        assert_eq!(state, SourceState::Down);
        assert!(message.contains("another process uses this key"), "{message}");
        assert!(message.contains(&format!("again in {minutes} minutes")), "{message}");
        assert_eq!(world.pass(minutes * 60 - 1), []);
        world.now = world.now + Duration::from_secs(1);
        world.handshake();
    }
}

#[test]
fn an_hour_undisturbed_ends_a_row_of_evictions() {
    let mut world = World::subscribed();
    for expected in [300, 600] {
        world.hear(EVICTED);
        world.closed("");
        assert_eq!(world.wait(), expected);
        world.now = world.now + Duration::from_secs(expected);
        world.handshake();
    }
    for _ in 0..600 {
        world.pass(6);
        world.hear(DATA);
    }
    world.hear(EVICTED);
    world.closed("");
    assert_eq!(world.wait(), 300);
}

#[test]
fn max_connections_in_the_middle_of_the_handshake_is_the_same() {
    let mut world = World::new();
    world.actions();
    world.feed.handle_open(world.now);
    assert_eq!(world.hear(EVICTED), [Action::Close]);
    world.closed("");
    assert_eq!(world.wait(), 300);
}

#[test]
fn a_refused_key_stops_it_for_good() {
    let mut world = World::new();
    world.actions();
    world.feed.handle_open(world.now);
    world.hear(CONNECTED);
    assert_eq!(world.hear(AUTH_FAILED), [Action::Close]);
    world.closed("the provider hung up");
    assert!(world.feed.is_stopped());
    assert_eq!(world.feed.wake_at(), None);
    assert_eq!(world.pass(1_000_000), []);
    world.closed("again");
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Down);
    assert!(message.starts_with("the provider refused the key (Unknown API Key); not trying again"), "{message}");
}

#[test]
fn a_refused_subscription_is_said_while_the_others_go_on() {
    let mut world = World::subscribed();
    world.hear(REFUSED);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Live);
    assert!(message.contains("plan does not include it"), "{message}");

    let mut world = World::new();
    world.actions();
    world.feed.handle_open(world.now);
    world.hear(CONNECTED);
    world.hear(AUTHENTICATED);
    world.hear(REFUSED);
    let (state, message) = world.health();
    assert_eq!(state, SourceState::Stale);
    assert!(message.contains("plan does not include it"), "{message}");
}

#[test]
fn delay_is_said_while_it_lasts_and_forgotten_with_the_connection() {
    let mut world = World::subscribed();
    world.feed.handle_delay(Some(Delay::Backlog));
    assert_eq!(world.health(), (SourceState::Lagging, Delay::Backlog.message().into()));
    world.feed.handle_delay(None);
    assert_eq!(world.health(), (SourceState::Live, String::new()));
    world.feed.handle_delay(Some(Delay::Provider));
    world.closed("gone");
    world.pass(1);
    world.feed.handle_open(world.now);
    world.hear(CONNECTED);
    world.hear(AUTHENTICATED);
    world.hear(DATA);
    assert_eq!(world.health().0, SourceState::Live);
}
