//! The client's side: a link, its replicas, and a driver without decisions.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use shared::link::{Config, Effect, Event, Link, PollOutcome};
use shared::stream::{Position, Rows, Topic, apply};
use shared::units::{Moment, Timestamp};

use super::server::{Server, TOPICS, kind, plain, topic};

pub struct Client {
    pub link: Link,
    replicas: BTreeMap<Topic, (Position, Rows<Box<RawValue>>)>,
    plain: BTreeMap<Topic, (String, BTreeMap<String, String>)>,
    last_frame: Option<String>,
    open: bool,
    polling: bool,
    /// Snapshots and updates that were taken in.
    pub snapshots: u32,
    pub updates: u32,
}

fn at(now: u64) -> Moment {
    Moment::from_ms(now)
}

impl Client {
    pub fn new() -> Client {
        let mut link = Link::new(Config::default(), at(0));
        (0..TOPICS.len()).for_each(|index| link.follow(topic(index), None, at(0)));
        Client {
            link,
            replicas: BTreeMap::new(),
            plain: BTreeMap::new(),
            last_frame: None,
            open: false,
            polling: false,
            snapshots: 0,
            updates: 0,
        }
    }

    pub fn carry_out(&mut self, effect: Effect, server: &mut Server, blocked: bool, now: u64) {
        match effect {
            Effect::Connect if blocked => {
                server.disconnect();
                self.open = false;
                self.link.handle_closed(at(now), 1006, "");
            }
            Effect::Connect => {
                server.connect(now);
                self.open = true;
                self.link.handle_opened(at(now));
            }
            Effect::Close => {
                server.disconnect();
                self.open = false;
            }
            Effect::Send(text) => server.receive(&text, now),
            Effect::Fetch { .. } => {
                assert!(!self.polling, "one poll at a time");
                self.polling = true;
            }
            Effect::AbortFetch => self.polling = false,
            Effect::Post { text, .. } => panic!("a command that nobody gave: {text}"),
        }
    }

    /// Takes the next frame in; whether there was one.
    pub fn receive(&mut self, server: &mut Server, now: u64) -> bool {
        if !self.open {
            return false;
        }
        let Some(frame) = server.next_frame(now) else { return false };
        self.link.handle_text(at(now), Timestamp::default(), &frame);
        self.last_frame = Some(frame);
        self.take_events();
        true
    }

    pub fn receive_again(&mut self, now: u64) {
        if let Some(frame) = self.last_frame.clone().filter(|_| self.open) {
            self.link.handle_text(at(now), Timestamp::default(), &frame);
        }
    }

    pub fn break_off(&mut self, server: &mut Server, now: u64) {
        server.disconnect();
        if self.open {
            self.open = false;
            self.link.handle_closed(at(now), 1006, "");
        }
    }

    pub fn answer_poll(&mut self, server: &Server, well: bool, now: u64) {
        if !self.polling {
            return;
        }
        self.polling = false;
        let cursors: Vec<_> = self.link.positions().map(|(t, p)| (t.clone(), p.cloned())).collect();
        let frames = server.poll(&cursors);
        let text = format!("[{}]", frames.join(","));
        let outcome = match (well, frames.is_empty()) {
            (false, _) => PollOutcome::Failed,
            (true, true) => PollOutcome::NotModified,
            (true, false) => PollOutcome::Frames(&text),
        };
        self.link.handle_poll(at(now), Timestamp::default(), outcome);
    }

    pub fn show(&mut self, visible: bool, now: u64) {
        self.link.handle_visibility(at(now), visible);
    }

    pub fn follow(&mut self, index: usize, pace_ms: Option<u32>, now: u64) {
        self.link.follow(topic(index), pace_ms, at(now));
    }

    pub fn leave(&mut self, index: usize, now: u64) {
        self.link.unfollow(&topic(index), at(now));
        self.replicas.remove(&topic(index));
        self.plain.remove(&topic(index));
        self.link.follow(topic(index), None, at(now));
    }

    pub fn wakes_at(&self) -> Option<u64> {
        self.link.poll_timeout().map(Moment::ms)
    }

    pub fn wake(&mut self, now: u64) {
        self.link.handle_timeout(at(now));
    }

    pub fn take_events(&mut self) {
        while let Some(event) = self.link.poll_event() {
            match event {
                Event::Snapshot { topic, position, rows, .. } => {
                    self.snapshots += 1;
                    self.replicas.insert(topic, (position, rows));
                }
                Event::Update { topic, position, change, .. } => {
                    self.updates += 1;
                    let class = kind(&topic).class;
                    let (here, rows) = self.replicas.get_mut(&topic).expect("an update follows a snapshot");
                    apply(class, rows, change);
                    *here = position;
                }
                Event::Status(_)
                | Event::Sources(_)
                | Event::Heartbeat(_)
                | Event::Reply(_)
                | Event::Unanswered { .. }
                | Event::Latency { .. } => {}
                Event::Refused(error) => panic!("refused: {error:?}"),
                Event::Garbage => panic!("garbage"),
            }
        }
        let plain = |(position, rows): &(Position, Rows<_>)| (position.to_string(), plain(rows));
        self.plain = self.replicas.iter().map(|(t, r)| (t.clone(), plain(r))).collect();
    }

    pub fn replicas(&self) -> impl Iterator<Item = (&Topic, &str, &BTreeMap<String, String>)> {
        self.plain.iter().map(|(topic, (position, rows))| (topic, position.as_str(), rows))
    }

    pub fn position(&self, index: usize) -> Option<String> {
        self.replicas.get(&topic(index)).map(|(position, _)| position.to_string())
    }
}
