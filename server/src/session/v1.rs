//! The v1 protocol, from `welcome` to `going_away`.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use shared::domain::kind_of;
use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{
    ClientMsg, CloseCode, Code, Command, ErrorMsg, GoingAway, Heartbeat, Limits, MESSAGE_BYTES, Pong, Reply, ServerMsg,
    Subscribe, SubscribeTopic, Subscribed, SubscribedTopic, Unsubscribe, Welcome, WireError,
};

use super::{Around, Ask, Bucket, Conversation, Outgoing, Wanted};
use crate::hub::{Next, OpenError, Reader, Topics};

/// What a client may do, and when it is told that the server is there.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Messages a second, sustained; 0: no limit.
    pub messages_per_s: u32,
    /// Messages at once after a pause.
    pub burst: u32,
    /// Topics followed at once.
    pub topics: u32,
    /// Between two heartbeats.
    pub heartbeat: Duration,
    /// How long a client may take to subscribe for the first time.
    pub subscribe_within: Duration,
}

/// So many answers may wait for a client that does not read them; one more ends the connection.
const MOST_WAITING: usize = 64;
/// A client this many messages over its rate is not slowed down but closed.
const MOST_REFUSED: u32 = 50;

/// One client's v1 connection.
pub struct Session {
    settings: Settings,
    client: Box<str>,
    opened: Timestamp,
    welcomed: bool,
    bucket: Bucket,
    refused: u32,
    readers: BTreeMap<Topic, Reader>,
    /// The topic that was told last, so that a busy one does not starve the others.
    told_last: Option<Topic>,
    waiting: VecDeque<ServerMsg>,
    asks: VecDeque<Ask>,
    next_heartbeat: Moment,
    /// Until when the client has to subscribe.
    subscribe_by: Option<Moment>,
    /// The earliest time at which a paced topic may be told.
    paced_until: Option<Moment>,
    close: Option<CloseCode>,
}

impl Session {
    /// A connection that was just opened. `client` is its name in the logs.
    #[must_use]
    pub fn new(settings: Settings, client: &str, now: Moment, wall: Timestamp) -> Session {
        Session {
            bucket: Bucket::new(settings.messages_per_s, settings.burst, now),
            refused: 0,
            readers: BTreeMap::new(),
            told_last: None,
            client: client.into(),
            opened: wall,
            welcomed: false,
            waiting: VecDeque::new(),
            asks: VecDeque::new(),
            next_heartbeat: now + settings.heartbeat,
            subscribe_by: Some(now + settings.subscribe_within),
            paced_until: None,
            close: None,
            settings,
        }
    }

    /// How far the client has been told in each topic that it follows.
    #[must_use]
    pub const fn readers(&self) -> &BTreeMap<Topic, Reader> {
        &self.readers
    }

    fn say(&mut self, message: ServerMsg) {
        if self.waiting.len() >= MOST_WAITING {
            self.close = Some(CloseCode::Rate);
        } else {
            self.waiting.push_back(message);
        }
    }

    fn refuse(&mut self, id: Option<u64>, code: Code, message: impl Into<Box<str>>) {
        self.say(ServerMsg::Error(ErrorMsg::new(id, code, message)));
    }

    /// Whether the client is within its rate; if not, it is told when to go on.
    fn within_rate(&mut self, now: Moment, text: &str) -> bool {
        let Err(wait) = self.bucket.take(now) else {
            self.refused = 0;
            return true;
        };
        self.refused += 1;
        if self.refused > MOST_REFUSED {
            self.close = Some(CloseCode::Rate);
            return false;
        }
        let Settings { messages_per_s, burst, .. } = self.settings;
        let sentence = format!("slow down: {messages_per_s} messages a second and {burst} at once are allowed");
        let mut error = ErrorMsg::new(ClientMsg::id_of(text), Code::TooMany, sentence);
        error.retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.say(ServerMsg::Error(error));
        false
    }

    fn subscribe(&mut self, subscribe: Subscribe) {
        let Subscribe { id, topics } = subscribe;
        self.subscribe_by = None;
        let new = topics.iter().filter(|t| !self.readers.contains_key(&t.topic)).count();
        if self.readers.len() + new > self.settings.topics as usize {
            let sentence = format!("{} topics may be followed at once; unsubscribe from some", self.settings.topics);
            self.refuse(Some(id), Code::TooLarge, sentence);
        } else {
            self.asks.push_back(Ask::Open(Wanted { id, topics }));
        }
    }

    fn unsubscribe(&mut self, unsubscribe: Unsubscribe) {
        let Unsubscribe { id, topics } = unsubscribe;
        for topic in &topics {
            self.readers.remove(topic);
        }
        let ok = serde_json::value::to_raw_value(&serde_json::json!({ "unsubscribed": topics }));
        let ok = ok.expect("topics are texts");
        self.asks.push_back(Ask::Drop(topics));
        self.say(ServerMsg::Reply(Reply { id, ok, at: None }));
    }

    fn begin<T: Topics>(&mut self, topics: &T, wanted: SubscribeTopic) -> Option<SubscribedTopic> {
        let SubscribeTopic { topic, since, pace_ms } = wanted;
        let own = kind_of(&topic)?.due;
        let asked = Duration::from_millis(pace_ms.unwrap_or(0).into());
        // The topic is never sent faster than its own pace, so only a slower one has to be kept.
        let reader = Reader::new(since, if asked > own { asked } else { Duration::ZERO });
        let begun = topics.with(&topic, |state| {
            let head = state.head();
            SubscribedTopic {
                topic: topic.clone(),
                epoch: head.epoch,
                seq: head.seq,
                mode: reader.mode(state),
                pace_ms: u32::try_from(asked.max(own).as_millis()).unwrap_or(u32::MAX),
            }
        })?;
        self.readers.insert(topic, reader);
        Some(begun)
    }

    /// The next frame of a topic, in turns.
    fn poll_topics<T: Topics>(&mut self, now: Moment, topics: &T) -> Option<Outgoing> {
        self.paced_until = None;
        let after = self.told_last.take();
        let in_turn = |topic: &&Topic| after.as_ref().is_none_or(|last| *topic > last);
        let later: Vec<Topic> = self.readers.keys().filter(in_turn).cloned().collect();
        let earlier: Vec<Topic> = self.readers.keys().filter(|t| !in_turn(t)).cloned().collect();
        for topic in later.into_iter().chain(earlier) {
            let Some(reader) = self.readers.get_mut(&topic) else { continue };
            match topics.with(&topic, |state| reader.next(state, now)) {
                Some(Next::Tell(told)) => {
                    self.told_last = Some(topic);
                    return Some(Outgoing { frame: told.frame, told: Some((told.mode, told.lag)) });
                }
                Some(Next::At(at)) => self.paced_until = Some(self.paced_until.map_or(at, |p| p.min(at))),
                Some(Next::Nothing) | None => {}
            }
        }
        None
    }

    fn welcome<T: Topics>(&mut self, around: &Around<'_, T>) -> ServerMsg {
        self.welcomed = true;
        let Settings { messages_per_s, burst, topics, heartbeat, .. } = self.settings;
        ServerMsg::Welcome(Welcome {
            client: self.client.clone(),
            session_ms: self.opened,
            heartbeat_ms: u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX),
            version: env!("CARGO_PKG_VERSION").into(),
            user: None,
            limits: Limits {
                messages_per_s,
                burst,
                topics,
                message_bytes: u32::try_from(MESSAGE_BYTES).unwrap_or(u32::MAX),
            },
            sources: (around.sources)(),
        })
    }

    fn heartbeat<T: Topics>(&mut self, now: Moment, around: &Around<'_, T>) -> ServerMsg {
        self.next_heartbeat = now + self.settings.heartbeat;
        let head = |(topic, reader): (&Topic, &Reader)| Some((topic.clone(), reader.position()?.clone()));
        ServerMsg::Heartbeat(Heartbeat {
            ts: around.wall,
            clients: around.clients,
            // What this client was told, so that pace and lag are not mistaken for loss.
            heads: self.readers.iter().filter_map(head).collect(),
            sources: (around.sources)(),
        })
    }
}

impl Conversation for Session {
    fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str) {
        if self.close.is_some() || !self.within_rate(now, text) {
            return;
        }
        match ClientMsg::parse(text) {
            Ok(ClientMsg::Subscribe(subscribe)) => self.subscribe(subscribe),
            Ok(ClientMsg::Unsubscribe(unsubscribe)) => self.unsubscribe(unsubscribe),
            Ok(ClientMsg::Ping { t0 }) => self.say(ServerMsg::Pong(Pong { t0, t1: wall })),
            Ok(ClientMsg::Auth { id, .. }) => {
                self.refuse(Some(id), Code::SignIn, "this server has no accounts; everything it serves is public");
            }
            Ok(ClientMsg::Command(Command { id, name, .. })) => {
                self.refuse(Some(id), Code::NotFound, format!("there is no command {name:?}"));
            }
            Err(error) => {
                let code = match error {
                    WireError::Limit(_) => Code::TooLarge,
                    WireError::Json(_) | WireError::Field => Code::Malformed,
                };
                self.refuse(ClientMsg::id_of(text), code, error.to_string());
            }
        }
    }

    fn handle_opened<T: Topics>(
        &mut self,
        _now: Moment,
        topics: &T,
        wanted: Wanted,
        outcomes: &[Result<(), OpenError>],
    ) {
        let Wanted { id, topics: asked } = wanted;
        let mut begun = Vec::new();
        for (wanted, outcome) in asked.into_iter().zip(outcomes) {
            let name = wanted.topic.clone();
            match outcome.and_then(|()| self.begin(topics, wanted).ok_or(OpenError::Unknown)) {
                Ok(topic) => begun.push(topic),
                Err(error) => {
                    self.refuse(Some(id), error.code(), format!("{name}: {error}"));
                }
            }
        }
        self.say(ServerMsg::Subscribed(Subscribed { id, topics: begun }));
    }

    fn handle_drain(&mut self, retry_ms: u64) {
        self.say(ServerMsg::GoingAway(GoingAway { retry_ms, reason: "restart".into() }));
        self.close = Some(CloseCode::Restart);
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.subscribe_by.is_some_and(|by| now >= by) {
            self.close = Some(CloseCode::NeverSubscribed);
        }
    }

    fn poll_ask(&mut self) -> Option<Ask> {
        self.asks.pop_front()
    }

    fn poll_frame<T: Topics>(&mut self, now: Moment, around: &Around<'_, T>) -> Option<Outgoing> {
        if !self.welcomed {
            return Some(Outgoing::from(crate::hub::Frame::from(self.welcome(around).to_json())));
        }
        if let Some(message) = self.waiting.pop_front() {
            return Some(Outgoing::from(crate::hub::Frame::from(message.to_json())));
        }
        if self.close.is_some() {
            return None;
        }
        if let Some(frame) = self.poll_topics(now, around.topics) {
            return Some(frame);
        }
        // Behind all data, so that the heads it names have been sent before it.
        (now >= self.next_heartbeat)
            .then(|| Outgoing::from(crate::hub::Frame::from(self.heartbeat(now, around).to_json())))
    }

    fn poll_timeout(&self) -> Option<Moment> {
        let timers = [Some(self.next_heartbeat), self.subscribe_by, self.paced_until];
        timers.into_iter().flatten().min()
    }

    fn poll_close(&self) -> Option<CloseCode> {
        self.close.filter(|_| self.waiting.is_empty())
    }
}
