//! The v1 protocol, from `welcome` to `going_away`.

mod sign_in;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use shared::domain::kind_of;
use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{
    ClientMsg, CloseCode, Code, Command, ErrorMsg, GoingAway, Heartbeat, Limits, MESSAGE_BYTES, Pong, Reply, ServerMsg,
    Subscribe, SubscribeTopic, Subscribed, SubscribedTopic, Unsubscribe, Welcome, WireError,
};

use super::{Around, Ask, Bucket, Conversation, Denied, Dialect, Follower, Identity, Outgoing, Presented, Wanted};
use crate::domain::{Refused, Request};
use crate::hub::{Answer, Frame, Next, OpenError, Reader, TopicState, Topics};

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

/// One client's v1 connection. What it follows is lent away while it is up to date, so little of it
/// is left when nothing happens.
pub struct Session {
    settings: Settings,
    opened: Timestamp,
    /// Who the client is; `None`: nobody knows.
    identity: Option<Arc<Identity>>,
    /// The client's name, until it was greeted with it.
    greeting: Option<Box<str>>,
    bucket: Bucket,
    refused: u32,
    /// `None` while it is lent away.
    follower: Option<Follower>,
    waiting: VecDeque<ServerMsg>,
    asks: VecDeque<Ask>,
    /// It is being found out whose token the client showed.
    verifying: bool,
    /// Until when the client has to subscribe.
    subscribe_by: Option<Moment>,
    close: Option<CloseCode>,
}

/// The language of v1: the log's frames as they are.
struct V1;

impl Dialect for V1 {
    fn name(&self) -> &'static str {
        "v1"
    }

    fn tell(&self, reader: &mut Reader, topic: &TopicState, now: Moment) -> Next {
        reader.next(topic, now)
    }

    fn heartbeat(&self, told: &[(Topic, Reader)], around: &Around<'_>) -> Frame {
        heartbeat(told.iter().map(|(topic, reader)| (topic, reader)), around).into()
    }
}

/// That the server is there, and what was told.
pub fn heartbeat<'a>(told: impl Iterator<Item = (&'a Topic, &'a Reader)>, around: &Around<'_>) -> String {
    ServerMsg::Heartbeat(Heartbeat {
        ts: around.wall,
        clients: around.clients,
        flush_ms: around.flush_ms,
        // What this client was told, so that pace and lag are not mistaken for loss.
        heads: told.filter_map(|(topic, reader)| Some((topic.clone(), reader.position()?.clone()))).collect(),
        sources: (around.sources)(),
    })
    .to_json()
}

impl Session {
    /// A connection that was just opened. `client` is its name in the logs.
    #[must_use]
    pub fn new(
        settings: Settings,
        client: &str,
        identity: Option<Arc<Identity>>,
        now: Moment,
        wall: Timestamp,
    ) -> Session {
        Session {
            bucket: Bucket::new(settings.messages_per_s, settings.burst, now),
            refused: 0,
            follower: Some(Follower::new(&V1, settings.heartbeat, now)),
            opened: wall,
            identity,
            greeting: Some(client.into()),
            waiting: VecDeque::new(),
            asks: VecDeque::new(),
            verifying: false,
            subscribe_by: Some(now + settings.subscribe_within),
            close: None,
            settings,
        }
    }

    /// What the client follows and how far it was told, unless it is lent away.
    #[must_use]
    pub const fn follower(&self) -> Option<&Follower> {
        self.follower.as_ref()
    }

    fn say(&mut self, message: ServerMsg) {
        if self.waiting.len() >= MOST_WAITING {
            self.close = Some(CloseCode::Rate);
        } else {
            self.waiting.push_back(message);
        }
    }

    fn ask(&mut self, ask: Ask) {
        if self.asks.len() >= MOST_WAITING {
            self.close = Some(CloseCode::Rate);
        } else {
            self.asks.push_back(ask);
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

    fn begin(&mut self, topics: &dyn Topics, wanted: SubscribeTopic) -> Option<SubscribedTopic> {
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
        self.follower.as_mut()?.follow(topic, reader);
        Some(begun)
    }

    fn welcome(&self, client: Box<str>, around: &Around<'_>) -> ServerMsg {
        let Settings { messages_per_s, burst, topics, heartbeat, .. } = self.settings;
        ServerMsg::Welcome(Welcome {
            client,
            session_ms: self.opened,
            heartbeat_ms: u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX),
            version: env!("CARGO_PKG_VERSION").into(),
            user: self.identity.as_ref().map(|identity| identity.user.as_str().into()),
            limits: Limits {
                messages_per_s,
                burst,
                topics,
                message_bytes: u32::try_from(MESSAGE_BYTES).unwrap_or(u32::MAX),
            },
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
            Ok(ClientMsg::Subscribe(Subscribe { id, topics })) => {
                self.subscribe_by = None;
                self.ask(Ask::Open(Wanted { id, topics }));
            }
            Ok(ClientMsg::Unsubscribe(unsubscribe)) => self.ask(Ask::Drop(unsubscribe)),
            Ok(ClientMsg::Ping { t0 }) => self.say(ServerMsg::Pong(Pong { t0, t1: wall })),
            Ok(ClientMsg::Auth { id, token }) => self.ask(Ask::Verify(id, Presented::new(token))),
            Ok(ClientMsg::Command(Command { id, name, args })) => {
                let args = args.unwrap_or_default();
                // In whose name is known when its turn comes.
                let request = Request { user: None, operator: false, name, args, at: wall };
                self.ask(Ask::Command(id, Box::new(request)));
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

    fn handle_binary(&mut self, _bytes: &[u8]) {
        self.close = Some(CloseCode::Protocol);
    }

    fn may_open(&mut self, wanted: &Wanted) -> bool {
        let most = self.settings.topics as usize;
        for topic in wanted.names() {
            if let Err(barred) = Identity::may_read(self.identity.as_ref(), topic) {
                self.refuse(Some(wanted.id), barred.code(), format!("{topic}: {}", barred.words()));
                return false;
            }
        }
        let Some(follower) = &self.follower else { return false };
        let new = wanted.names().filter(|topic| !follower.follows(topic)).count();
        let fits = follower.readers().len() + new <= most;
        if !fits {
            let sentence = format!("{most} topics may be followed at once; unsubscribe from some");
            self.refuse(Some(wanted.id), Code::TooLarge, sentence);
        }
        fits
    }

    fn handle_opened(&mut self, _now: Moment, topics: &dyn Topics, wanted: Wanted, outcomes: &[Result<(), OpenError>]) {
        let Wanted { id, topics: asked } = wanted;
        let mut begun = Vec::new();
        for (wanted, outcome) in asked.into_iter().zip(outcomes) {
            let name = wanted.topic.clone();
            // The client may have become someone else while the topic was made.
            if let Err(barred) = Identity::may_read(self.identity.as_ref(), &name) {
                self.refuse(Some(id), barred.code(), format!("{name}: {}", barred.words()));
                continue;
            }
            match outcome.and_then(|()| self.begin(topics, wanted).ok_or(OpenError::Unknown)) {
                Ok(topic) => begun.push(topic),
                Err(error) => {
                    self.refuse(Some(id), error.code(), format!("{name}: {error}"));
                }
            }
        }
        self.say(ServerMsg::Subscribed(Subscribed { id, topics: begun }));
    }

    fn handle_answered(&mut self, id: u64, outcome: Result<Answer, Refused>) {
        match outcome {
            Ok(Answer { ok, at }) => self.say(ServerMsg::Reply(Reply { id, ok, at })),
            Err(Refused { code, message, details }) => {
                self.say(ServerMsg::Error(ErrorMsg { details, ..ErrorMsg::new(Some(id), code, message) }));
            }
        }
    }

    fn handle_verified(&mut self, id: u64, outcome: Result<Arc<Identity>, Denied>) {
        self.verified(id, outcome);
    }

    fn handle_signed_out(&mut self) -> Option<Frame> {
        Some(self.sign_out())
    }

    fn handle_dropped(&mut self, dropped: Unsubscribe) {
        let Unsubscribe { id, topics } = dropped;
        if let Some(follower) = &mut self.follower {
            topics.iter().for_each(|topic| follower.leave(topic));
        }
        let ok = serde_json::value::to_raw_value(&serde_json::json!({ "unsubscribed": topics }));
        let ok = ok.expect("topics are texts");
        self.say(ServerMsg::Reply(Reply { id, ok, at: None }));
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
        self.next_ask()
    }

    fn poll_frame(&mut self, now: Moment, around: &Around<'_>) -> Option<Outgoing> {
        if let Some(client) = self.greeting.take() {
            return Some(Frame::from(self.welcome(client, around).to_json()).into());
        }
        if let Some(message) = self.waiting.pop_front() {
            return Some(Frame::from(message.to_json()).into());
        }
        if self.close.is_some() {
            return None;
        }
        self.follower.as_mut()?.next(now, around).map(Outgoing::from)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        [self.follower.as_ref().map(Follower::timeout), self.subscribe_by].into_iter().flatten().min()
    }

    fn poll_close(&self) -> Option<CloseCode> {
        self.close.filter(|_| self.waiting.is_empty())
    }

    fn lend(&mut self) -> Option<Follower> {
        let settled = self.greeting.is_none() && self.waiting.is_empty() && self.asks.is_empty();
        if !settled || self.close.is_some() || self.subscribe_by.is_some() {
            return None;
        }
        // From now on there may be nothing to say for hours.
        (self.waiting, self.asks) = (VecDeque::new(), VecDeque::new());
        self.follower.take()
    }

    fn take_back(&mut self, follower: Follower) {
        self.follower = Some(follower);
    }
}
