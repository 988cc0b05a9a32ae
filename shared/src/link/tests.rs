//! The link under a hand-moved clock.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::stream::{Position, Topic};
use crate::units::{Moment, Timestamp};

/// A link, its clock, and what it asked for.
struct Rig {
    link: Link,
    now: u64,
    /// `ms effect`, in order.
    log: Vec<String>,
}

const WELCOME: &str = r#"{"type":"welcome","client":"c-1","session_ms":0,"heartbeat_ms":10000,"version":"1","user":null,
    "limits":{"messages_per_s":10,"burst":20,"topics":128,"message_bytes":16384}}"#;

fn topic() -> Topic {
    "darkpool/top".parse().unwrap()
}

impl Rig {
    fn new() -> Rig {
        let config = Config { jitter_percent: 0, ..Config::default() };
        let mut rig = Rig { link: Link::new(config, Moment::from_ms(0)), now: 0, log: Vec::new() };
        rig.link.follow(topic(), None, Moment::from_ms(0));
        rig.drain();
        rig
    }

    /// One that follows a topic live, at position `e.5`.
    fn live() -> Rig {
        let mut rig = Rig::new();
        rig.open();
        rig.text(&snapshot("e", 5));
        rig.log.clear();
        rig
    }

    fn now(&self) -> Moment {
        Moment::from_ms(self.now)
    }

    fn drain(&mut self) {
        while let Some(effect) = self.link.poll_effect() {
            let what = match effect {
                Effect::Connect => "connect".to_owned(),
                Effect::Close => "close".to_owned(),
                Effect::Send(text) if text.contains("ping") => "ping".to_owned(),
                Effect::Send(text) => text,
                Effect::Fetch { query } => format!("fetch {query}"),
                Effect::AbortFetch => "abort".to_owned(),
                Effect::Post { id, text } => format!("post {id} {text}"),
            };
            self.log.push(format!("{} {what}", self.now));
        }
    }

    fn open(&mut self) {
        self.link.handle_opened(self.now());
        self.text(WELCOME);
    }

    fn text(&mut self, text: &str) {
        self.link.handle_text(self.now(), Timestamp::from_ms(0), text);
        self.drain();
    }

    fn close(&mut self, code: u16) {
        self.link.handle_closed(self.now(), code, "why");
        self.drain();
    }

    fn poll(&mut self, outcome: PollOutcome<'_>) {
        self.link.handle_poll(self.now(), Timestamp::from_ms(0), outcome);
        self.drain();
    }

    /// Lets the time pass until `ms`, waking the link exactly when it asks for it.
    fn until(&mut self, ms: u64) {
        while let Some(at) = self.link.poll_timeout().filter(|at| at.ms() <= ms) {
            self.now = self.now.max(at.ms());
            self.link.handle_timeout(self.now());
            self.drain();
        }
        self.now = ms;
    }

    fn position(&self) -> Option<String> {
        self.link.positions().next().and_then(|(_, at)| at.map(Position::to_string))
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.link.poll_event()).collect()
    }

    /// Attempts to connect all fail at once, until `ms`.
    fn fail_until(&mut self, ms: u64) {
        while let Some(at) = self.link.poll_timeout().filter(|at| at.ms() <= ms) {
            self.until(at.ms());
            if self.log.last().is_some_and(|l| l.ends_with("connect")) {
                self.close(1006);
            }
        }
        self.now = ms;
    }

    fn log_of(&self, what: &str) -> Vec<u64> {
        let wanted = |line: &&String| line.split_once(' ').is_some_and(|(_, w)| w.starts_with(what));
        self.log.iter().filter(wanted).filter_map(|l| l.split_once(' ')?.0.parse().ok()).collect()
    }
}

fn snapshot(epoch: &str, seq: u64) -> String {
    format!(r#"{{"type":"snapshot","topic":"darkpool/top","epoch":"{epoch}","seq":{seq},"ts":0,"rows":{{}}}}"#)
}

fn update(epoch: &str, prev: u64, seq: u64) -> String {
    format!(
        r#"{{"type":"update","topic":"darkpool/top","epoch":"{epoch}","prev":{prev},"seq":{seq},"ts":0,"merged":1,"set":{{"A":{{}}}},"del":[]}}"#
    )
}

#[test]
fn attempts_come_after_exactly_2_4_and_8_seconds_then_polling_begins() {
    let mut rig = Rig::live();
    rig.until(20_000);
    rig.close(1006);
    assert_eq!(rig.link.status().phase, Phase::Backoff { attempt: 1, until: Moment::from_ms(22_000) });
    rig.log.clear();
    rig.fail_until(35_000);
    assert_eq!(rig.log_of("connect"), [22_000, 26_000, 34_000]);
    assert_eq!(rig.log_of("fetch"), [34_000]);
    assert!(matches!(rig.link.status().phase, Phase::Polling { next_try: Some(at) } if at.ms() == 49_000));
}

#[test]
fn while_polling_websocket_is_tried_ever_more_rarely() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.fail_until(300_000);
    // 14 s until polling, then 15, 22.5, 33.75, 50.625, 60, 60 ...
    assert_eq!(&rig.log_of("connect")[3..], [29_000, 51_500, 85_250, 135_875, 195_875, 255_875]);
}

#[test]
fn ten_seconds_of_live_forget_earlier_failures_and_nine_do_not() {
    for (live_for, next) in [(9_999, 4_000), (10_000, 2_000)] {
        let mut rig = Rig::live();
        rig.close(1006);
        rig.until(2_000);
        rig.open();
        rig.until(2_000 + live_for);
        rig.close(1006);
        let Phase::Backoff { until, .. } = rig.link.status().phase else { panic!("not in backoff") };
        assert_eq!(until.ms(), 2_000 + live_for + next);
    }
}

#[test]
fn silence_of_twice_the_heartbeat_and_a_second_ends_live() {
    let mut rig = Rig::live();
    rig.until(20_999);
    assert_eq!(rig.link.status().phase, Phase::Live);
    rig.until(21_000);
    assert!(matches!(rig.link.status().phase, Phase::Backoff { .. }));
    assert!(rig.log.contains(&"21000 close".to_owned()));
}

#[test]
fn a_timer_that_fires_late_probes_before_it_closes() {
    let mut rig = Rig::live();
    rig.now = 600_000;
    rig.link.handle_timeout(rig.now());
    rig.drain();
    assert_eq!(rig.link.status().phase, Phase::Live);
    assert!(rig.log.contains(&"600000 ping".to_owned()));
    rig.text(r#"{"type":"pong","t0":600000,"t1":0}"#);
    rig.until(602_500);
    assert_eq!(rig.link.status().phase, Phase::Live);
}

#[test]
fn a_probe_without_answer_reconnects_at_once() {
    for wake in [Link::handle_visibility as fn(&mut Link, Moment, bool), Link::handle_network] {
        let mut rig = Rig::live();
        rig.now = 5_000;
        wake(&mut rig.link, Moment::from_ms(5_000), true);
        rig.drain();
        rig.until(6_999);
        assert_eq!(rig.link.status().phase, Phase::Live);
        rig.until(7_000);
        assert_eq!(&rig.log[rig.log.len() - 2..], ["7000 close", "7000 connect"]);
    }
}

#[test]
fn a_close_code_of_45xx_stops_and_says_why() {
    let mut rig = Rig::live();
    rig.close(4501);
    assert_eq!(rig.link.status().phase, Phase::Stopped { code: 4501, reason: "why".into() });
    rig.until(1_000_000);
    assert!(rig.log.is_empty(), "{:?}", rig.log);
}

#[test]
fn a_server_that_goes_away_says_when_to_come_back() {
    let mut rig = Rig::live();
    rig.until(15_000);
    rig.text(r#"{"type":"going_away","retry_ms":3150,"reason":"restart"}"#);
    rig.close(1012);
    rig.log.clear();
    rig.fail_until(40_000);
    assert_eq!(rig.log_of("connect"), [18_150, 22_150, 30_150]);
}

#[test]
fn a_new_socket_resumes_from_the_position() {
    let mut rig = Rig::live();
    rig.text(&update("e", 5, 9));
    rig.close(1006);
    rig.until(2_000);
    rig.open();
    let subscribe = r#"{"type":"subscribe","id":2,"topics":[{"topic":"darkpool/top","since":"e.9"}]}"#;
    assert!(rig.log.contains(&format!("2000 {subscribe}")), "{:?}", rig.log);
}

#[test]
fn a_gap_is_asked_for_and_a_duplicate_is_not() {
    let mut rig = Rig::live();
    rig.text(&update("e", 3, 5));
    assert!(rig.log.is_empty(), "{:?}", rig.log);
    rig.text(&update("e", 7, 8));
    assert_eq!(rig.log, [r#"0 {"type":"subscribe","id":2,"topics":[{"topic":"darkpool/top","since":"e.5"}]}"#]);
    assert_eq!(rig.position().as_deref(), Some("e.5"));
    rig.text(&update("e", 5, 8));
    assert_eq!(rig.position().as_deref(), Some("e.8"));
}

#[test]
fn a_lost_last_update_is_noticed_by_the_heartbeat() {
    let mut rig = Rig::live();
    let heartbeat = |head: &str| {
        format!(r#"{{"type":"heartbeat","ts":0,"clients":1,"heads":{{"darkpool/top":"{head}"}},"sources":{{}}}}"#)
    };
    rig.text(&heartbeat("e.5"));
    assert!(rig.log.is_empty());
    rig.text(&heartbeat("e.6"));
    assert_eq!(rig.log, [r#"0 {"type":"subscribe","id":2,"topics":[{"topic":"darkpool/top","since":"e.5"}]}"#]);
}

#[test]
fn polling_becomes_plain_where_long_answers_are_cut_and_slower_where_those_fail() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.fail_until(14_000);
    assert!(rig.log.last().unwrap().ends_with("fetch c=darkpool/top@e.5&wait=25&heartbeat=1"), "{:?}", rig.log);
    rig.poll(PollOutcome::Frames(&format!("[{}]", update("e", 5, 6))));
    assert_eq!(rig.position().as_deref(), Some("e.6"));
    rig.until(14_250);
    assert!(rig.log.last().unwrap().starts_with("14250 fetch c=darkpool/top@e.6&wait=25"), "{:?}", rig.log);
    rig.poll(PollOutcome::Failed);
    rig.until(19_250);
    assert!(rig.log.last().unwrap().starts_with("19250 fetch c=darkpool/top@e.6&wait=0"), "{:?}", rig.log);
    rig.poll(PollOutcome::Failed);
    rig.fail_until(39_249);
    assert_eq!(rig.log_of("fetch").len(), 3);
    rig.until(39_250);
    assert_eq!(rig.log_of("fetch").len(), 4);
}

#[test]
fn promotion_from_polling_keeps_the_position_and_gives_up_the_request() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.fail_until(28_999);
    rig.log.clear();
    rig.until(29_000);
    assert_eq!(rig.log, ["29000 connect"]);
    rig.poll(PollOutcome::Frames(&format!("[{}]", update("e", 5, 6))));
    rig.open();
    assert!(rig.log.iter().any(|l| l.contains(r#""since":"e.6""#)), "{:?}", rig.log);
    assert_eq!(rig.link.status().phase, Phase::Live);
    rig.log.clear();
    rig.until(30_000);
    assert!(rig.log_of("fetch").is_empty());
    rig.text(&update("e", 5, 6));
    rig.text(&update("e", 6, 7));
    assert_eq!(rig.position().as_deref(), Some("e.7"));
}

#[test]
fn whoever_has_no_rows_yet_asks_for_them_by_http_at_once() {
    let mut rig = Rig::new();
    assert_eq!(rig.log, ["0 connect", "0 fetch c=darkpool/top&wait=0&heartbeat=1"]);
    rig.close(1006);
    rig.poll(PollOutcome::Frames(&format!("[{}]", snapshot("e", 3))));
    assert_eq!(rig.position().as_deref(), Some("e.3"));
    rig.fail_until(14_000);
    assert_eq!(rig.log_of("connect"), [0, 2_000, 6_000, 14_000]);
    assert_eq!(rig.log_of("fetch"), [0, 14_000]);
}

#[test]
fn rows_that_came_by_http_are_continued_by_websocket() {
    let mut rig = Rig::new();
    rig.poll(PollOutcome::Frames(&format!("[{}]", snapshot("e", 3))));
    rig.open();
    assert!(rig.log.iter().any(|l| l.contains(r#""since":"e.3""#)), "{:?}", rig.log);
    assert_eq!(rig.log_of("abort"), Vec::<u64>::new());
}

#[test]
fn a_websocket_that_is_quicker_ends_the_request() {
    let mut rig = Rig::new();
    rig.open();
    assert_eq!(rig.log_of("abort"), [0]);
    assert_eq!(rig.link.status().phase, Phase::Live);
}

#[test]
fn a_hidden_tab_slows_down_after_30_s_and_speeds_up_when_it_is_shown() {
    let mut rig = Rig::live();
    rig.link.handle_visibility(Moment::from_ms(0), false);
    rig.until(15_000);
    rig.text(&update("e", 5, 6));
    rig.until(30_000);
    assert_eq!(
        rig.log.last().unwrap(),
        r#"30000 {"type":"subscribe","id":2,"topics":[{"topic":"darkpool/top","since":"e.6","pace_ms":5000}]}"#
    );
    rig.link.handle_visibility(Moment::from_ms(31_000), true);
    rig.now = 31_000;
    rig.drain();
    let last_two = &rig.log[rig.log.len() - 2..];
    assert!(last_two.iter().any(|l| l.ends_with(r#""since":"e.6"}]}"#)), "{last_two:?}");
}

#[test]
fn without_a_network_it_waits_and_comes_back_with_it() {
    let mut rig = Rig::live();
    rig.link.handle_network(Moment::from_ms(0), false);
    rig.drain();
    rig.until(2_000);
    // The probe failed: one attempt, then it waits.
    rig.close(1006);
    assert_eq!(rig.link.status().phase, Phase::Offline);
    rig.until(31_999);
    assert_eq!(rig.log_of("connect"), [2_000]);
    rig.link.handle_network(Moment::from_ms(31_999), true);
    rig.drain();
    assert_eq!(rig.log_of("connect"), [2_000, 31_999]);
}

#[test]
fn staleness_is_said_once_nothing_was_heard_for_too_long() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.events();
    rig.fail_until(60_000);
    assert!(rig.link.status().stale);
    let said = rig.events().into_iter().filter(|e| matches!(e, Event::Status(s) if s.stale)).count();
    assert!(said >= 1);
    rig.poll(PollOutcome::NotModified);
    assert!(!rig.link.status().stale);
}

#[test]
fn garbage_is_told_and_changes_nothing() {
    let mut rig = Rig::live();
    for text in ["", "{", "[]", r#"{"type":"update"}"#, r#"{"type":"news","x":1}"#] {
        rig.text(text);
    }
    assert_eq!(rig.link.status().phase, Phase::Live);
    let garbage = rig.events().into_iter().filter(|e| matches!(e, Event::Garbage)).count();
    assert_eq!(garbage, 4);
}

/// How commands ended: `id what`.
fn ends(rig: &mut Rig) -> Vec<String> {
    let end = |event| match event {
        Event::Reply(reply) => Some(format!("{} {}", reply.id, reply.ok.get())),
        Event::Refused(error) => Some(format!("{} {}", error.id.unwrap_or(0), error.code)),
        Event::Unanswered { id } => Some(format!("{id} unanswered")),
        _ => None,
    };
    rig.events().into_iter().filter_map(end).collect()
}

const REFUSAL: &str = r#"{"type":"error","id":null,"code":"NX-401","message":"sign in","retryable":false}"#;

#[test]
fn a_command_goes_over_the_socket_and_its_answer_is_told_once() {
    let mut rig = Rig::live();
    let id = rig.link.command("place_bet", Some(serde_json::json!({"stake": "5.00"})));
    rig.drain();
    let sent = format!(r#"0 {{"type":"command","id":{id},"name":"place_bet","args":{{"stake":"5.00"}}}}"#);
    assert_eq!(rig.log, [sent]);
    let reply = format!(r#"{{"type":"reply","id":{id},"ok":1}}"#);
    rig.text(&reply);
    rig.text(&reply);
    assert_eq!(ends(&mut rig), [format!("{id} 1")]);
    rig.close(1006);
    assert_eq!(ends(&mut rig), Vec::<String>::new());
}

#[test]
fn a_command_whose_connection_ends_is_told_to_be_unanswered() {
    let mut rig = Rig::live();
    let sent = rig.link.command("place_bet", None);
    rig.drain();
    let unsent = rig.link.command("place_bet", None);
    rig.close(1006);
    assert_eq!(ends(&mut rig), [format!("{sent} unanswered"), format!("{unsent} unanswered")]);
    assert!(rig.log_of(&format!(r#"{{"type":"command","id":{unsent}"#)).is_empty(), "{:?}", rig.log);
}

#[test]
fn without_a_socket_a_command_goes_over_http_and_outlives_the_change_to_a_socket() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.fail_until(14_000);
    let [refused, done, lost] = [(); 3].map(|()| rig.link.command("get_bets", None));
    rig.drain();
    let posted = format!(r#"14000 post {done} {{"type":"command","id":{done},"name":"get_bets"}}"#);
    assert!(rig.log.contains(&posted), "{:?}", rig.log);
    rig.link.handle_posted(refused, Some(REFUSAL));
    rig.until(29_000);
    rig.open();
    rig.close(1006);
    rig.link.handle_posted(done, Some(&format!(r#"{{"type":"reply","id":{done},"ok":2}}"#)));
    rig.link.handle_posted(lost, None);
    rig.link.handle_posted(lost, Some(REFUSAL));
    assert_eq!(ends(&mut rig), [format!("{refused} NX-401"), format!("{done} 2"), format!("{lost} unanswered")]);
}

#[test]
fn what_was_refused_and_was_no_command_is_told_too() {
    let mut rig = Rig::live();
    rig.text(REFUSAL);
    assert_eq!(ends(&mut rig), ["0 NX-401"]);
}

#[test]
fn whoever_signs_in_connects_anew_at_once_with_the_positions_there_were() {
    let mut rig = Rig::live();
    rig.now = 5_000;
    rig.link.reconnect(rig.now());
    rig.drain();
    assert_eq!(rig.log, ["5000 close", "5000 connect"]);
    assert_eq!(rig.link.status().phase, Phase::Connecting { attempt: 0 });
    rig.open();
    let again = r#"5000 {"type":"subscribe","id":2,"topics":[{"topic":"darkpool/top","since":"e.5"}]}"#;
    assert!(rig.log.contains(&again.to_owned()), "{:?}", rig.log);
}

#[test]
fn a_stop_ends_when_who_one_is_changes() {
    let mut rig = Rig::live();
    rig.close(4501);
    rig.until(100_000);
    assert!(matches!(rig.link.status().phase, Phase::Stopped { code: 4501, .. }));
    rig.link.reconnect(rig.now());
    rig.drain();
    assert_eq!(rig.log, ["100000 connect"]);
    rig.close(1006);
    assert!(matches!(rig.link.status().phase, Phase::Backoff { attempt: 1, .. }), "it tries as ever");
}

#[test]
fn whoever_polls_goes_on_polling_until_the_new_socket_is_open() {
    let mut rig = Rig::live();
    rig.close(1006);
    rig.fail_until(14_000);
    rig.log.clear();
    rig.now = 15_000;
    rig.link.reconnect(rig.now());
    rig.drain();
    rig.until(15_000);
    assert_eq!(rig.log, ["15000 abort", "15000 connect", "15000 fetch c=darkpool/top@e.5&wait=25&heartbeat=1"]);
    rig.open();
    assert_eq!(rig.link.status().phase, Phase::Live);
    assert_eq!(rig.log_of("connect").len(), 1, "no second attempt is left behind");
    rig.until(20_000);
    assert_eq!(rig.log_of("connect").len(), 1);
}
