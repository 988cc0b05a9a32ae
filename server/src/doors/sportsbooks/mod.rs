//! The sportsbook door: `/ws/sportsbooks`. Status of books, markets, opportunities and bets, each client
//! with filters of its own.
//!
//! Nothing is sent but `connected` and heartbeats until the client subscribes or asks. Clients with the same
//! filter are told together, by a [`Dialect`](crate::session::Dialect) that knows it.

mod bets;
mod convert;
mod dialect;
mod filter;
mod messages;
mod query;
mod shapes;
mod views;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use shared::domain::odds::OddsTopic;
use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, Code, SubscribeTopic};

pub use bets::{GetBetsIn, PlaceBetIn};
pub use filter::Subscription;
pub use messages::DoorMsg;
pub use query::{GetArbitrage, GetMarkets};

use self::bets::{Pending, request};
use self::dialect::Sportsbooks;
use self::filter::Filter;
use self::query::{ArbQuery, Asked, MarketQuery, Query};
use super::desk::{Complaint, Desk, Envelope};
use super::tray::Tray;
use crate::domain::{Refused, Request};
use crate::hub::{Answer, Frame, OpenError, Reader, TopicState, Topics};
use crate::session::{Around, Ask, Conversation, Follower, Identity, Outgoing, Settings, Wanted};

/// What the door takes.
const TAKES: &str = "subscribe, unsubscribe, get_markets, get_arbitrage, place_bet, get_bets and ping";

/// What a client calls itself. It proves nothing.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// `?user_id=`
    pub user_id: Option<Box<str>>,
    /// `?username=`
    pub username: Option<Box<str>>,
}

/// One client of the door.
pub struct SportsbooksDoor {
    desk: Desk,
    client: Box<str>,
    identity: Option<Arc<Identity>>,
    /// What is subscribed to, as a language.
    dialect: Arc<Sportsbooks>,
    /// The follower speaks another one yet.
    changed: bool,
    /// `None` while it is lent away.
    follower: Option<Follower>,
    /// Topics were asked for and did not come yet.
    opening: bool,
    waiting: Tray<Waiting>,
    asks: VecDeque<Ask>,
    queries: Vec<Query>,
    pending: Vec<Pending>,
    /// How many requests were numbered.
    numbered: u64,
    close: Option<CloseCode>,
}

/// What a client is to be told that is for it alone.
enum Waiting {
    /// This.
    Frame(Frame),
    /// The answer to this, as it will be when it can be sent.
    Query(Box<Query>),
}

impl SportsbooksDoor {
    /// A connection that was just opened. `client` is its name in the logs.
    #[must_use]
    pub fn new(
        settings: &Settings,
        heartbeat: Duration,
        client: &str,
        who: (Option<Arc<Identity>>, Labels),
        now: Moment,
        wall: Timestamp,
    ) -> SportsbooksDoor {
        let (identity, labels) = who;
        let dialect = Sportsbooks::new(Filter::default());
        let connected = connected(client, identity.as_deref(), &labels, wall);
        SportsbooksDoor {
            desk: Desk::new(settings, now),
            client: client.into(),
            identity,
            follower: Some(Follower::new(dialect.clone(), heartbeat, now)),
            dialect,
            changed: false,
            opening: false,
            waiting: Tray::new(Some(Waiting::Frame(connected))),
            asks: VecDeque::new(),
            queries: Vec::new(),
            pending: Vec::new(),
            numbered: 0,
            close: None,
        }
    }

    fn number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    fn take(&mut self, wall: Timestamp, envelope: &Envelope<'_>) -> Result<(), Complaint> {
        match &*envelope.kind {
            "ping" => self.waiting.put(Waiting::Frame(DoorMsg::Pong.encode())),
            "pong" => {}
            "subscribe" => {
                let subscription = envelope.payload(r#"{"sports":["NBA"],"marketTypes":["spread"]}"#)?;
                let filter = self.dialect.filter().with(&subscription)?;
                self.turn_to(filter);
            }
            "unsubscribe" => {
                let filter = match envelope.payload {
                    Some(_) => self.dialect.filter().without(&envelope.payload(r#"{"sports":["NBA"]}"#)?)?,
                    None => Filter::default(),
                };
                self.turn_to(filter);
            }
            "get_markets" => {
                let query = MarketQuery::new(envelope.payload(r#"{"sport":"NBA","marketType":"spread"}"#)?)?;
                self.look(Asked::Markets(query), &OddsTopic::Sports, envelope);
            }
            "get_arbitrage" => {
                let query = ArbQuery::new(envelope.payload(r#"{"minEdge":1.0}"#)?)?;
                self.look(Asked::Arbs(query), &OddsTopic::Arbs, envelope);
            }
            "place_bet" => {
                let number = self.number();
                let own = format!("door-{:x}-{}-{number}", wall.ms(), self.client);
                let like = r#"{"marketId":"...","selectionId":"home","bookmaker":"pinnacle","stake":100,"odds":-110}"#;
                let request_id = envelope.name();
                let own = || request_id.unwrap_or_else(|| own.into());
                let args = || envelope.payload::<PlaceBetIn>(like)?.args(own);
                let request = request(self.identity.as_ref(), "place_bet", wall, args)?;
                self.have_done(true, request, envelope);
            }
            "get_bets" => {
                let args = || Ok(envelope.payload::<GetBetsIn>(r#"{"status":"placed","limit":50}"#)?.args());
                let request = request(self.identity.as_ref(), "get_bets", wall, args)?;
                self.have_done(false, request, envelope);
            }
            other => {
                let sentence = format!("there is no message {other:?}; this door takes {TAKES}");
                return Err(Complaint::new(Code::Malformed, sentence));
            }
        }
        Ok(())
    }

    /// From now on this is subscribed to.
    fn turn_to(&mut self, filter: Filter) {
        let id = self.number();
        let topics = filter.standing().into_iter().map(anew).collect();
        self.asks.push_back(Ask::Open(Wanted { id, topics }));
        (self.dialect, self.changed) = (Sportsbooks::new(filter), true);
    }

    fn look(&mut self, asked: Asked, at: &OddsTopic, envelope: &Envelope<'_>) {
        let (id, topics) = (self.number(), vec![at.topic()]);
        self.queries.push(Query { id, request_id: envelope.name(), asked, topics: topics.clone() });
        self.asks.push_back(Ask::Look(Wanted { id, topics: topics.into_iter().map(anew).collect() }));
    }

    fn have_done(&mut self, places: bool, request: Request, envelope: &Envelope<'_>) {
        let id = self.number();
        self.pending.push(Pending { id, places, request_id: envelope.name() });
        self.asks.push_back(Ask::Command(id, Box::new(request)));
    }

    fn complain(&mut self, complaint: Complaint) {
        self.waiting.put(Waiting::Frame(DoorMsg::Error(complaint).encode()));
    }

    /// What has to be followed now.
    fn fitting(&self, topics: &dyn Topics) -> Vec<Topic> {
        let (mut fitting, sports) = (self.dialect.filter().standing(), OddsTopic::Sports.topic());
        if fitting.contains(&sports) {
            fitting.extend(topics.with(&sports, |sports| self.dialect.boards(sports)).unwrap_or_default());
        }
        fitting
    }

    /// The follower learns what is subscribed to. Whatever was told of a sport that fits no longer is
    /// taken back; the rest is told anew.
    fn turn(&mut self, topics: &dyn Topics, fitting: &[Topic]) {
        let Some(follower) = &mut self.follower else { return };
        let told = |(topic, reader): &(Topic, Reader)| (topic.clone(), reader.position().is_some());
        let gone: Vec<_> = follower.readers().iter().map(told).filter(|(topic, _)| !fitting.contains(topic)).collect();
        follower.speak(self.dialect.clone());
        gone.iter().for_each(|(topic, _)| follower.leave(topic));
        for (topic, told) in gone {
            if let (Some(OddsTopic::Board(sport)), true) = (OddsTopic::parse(&topic), told) {
                let timestamp = topics.with(&topic, TopicState::head_ts).unwrap_or_default();
                self.waiting.put(Waiting::Frame(nothing_of(sport.as_str(), timestamp)));
            }
        }
    }
}

fn anew(topic: Topic) -> SubscribeTopic {
    SubscribeTopic { topic, since: None, pace_ms: None }
}

fn connected(client: &str, identity: Option<&Identity>, labels: &Labels, wall: Timestamp) -> Frame {
    let (user_id, username) = match identity {
        Some(identity) => (Some(identity.user.as_str()), Some(&*identity.name)),
        None => (labels.user_id.as_deref(), labels.username.as_deref()),
    };
    let message = "Connected to Sportsbook & Betting Markets WebSocket";
    let authenticated = identity.is_some();
    DoorMsg::Connected { client_id: client, user_id, username, authenticated, timestamp: wall, message }.encode()
}

/// No market of a sport fits any more.
fn nothing_of(sport: &str, timestamp: Timestamp) -> Frame {
    let markets: Vec<&RawValue> = Vec::new();
    let (sport_key, full, removed, total) = (Some(sport), true, &[][..], None);
    let message = DoorMsg::MarketUpdate {
        sport_key,
        full,
        markets,
        removed,
        total,
        in_reply_to: None,
        request_id: None,
        timestamp,
    };
    message.encode()
}

impl Conversation for SportsbooksDoor {
    fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str) {
        if self.poll_close().is_some() {
            return;
        }
        let outcome = self
            .desk
            .read(now, text, TAKES)
            .and_then(|envelope| self.take(wall, &envelope).map_err(|complaint| complaint.about(envelope.name())));
        if let Err(complaint) = outcome {
            self.complain(complaint);
        }
    }

    fn handle_binary(&mut self, _bytes: &[u8]) {
        self.close = Some(CloseCode::Protocol);
    }

    fn may_open(&mut self, _wanted: &Wanted) -> bool {
        true
    }

    fn handle_opened(&mut self, _now: Moment, topics: &dyn Topics, wanted: Wanted, outcomes: &[Result<(), OpenError>]) {
        self.opening = false;
        let fitting = self.fitting(topics);
        if std::mem::take(&mut self.changed) {
            self.turn(topics, &fitting);
        }
        for (wanted, outcome) in wanted.topics.into_iter().zip(outcomes) {
            let SubscribeTopic { topic, .. } = wanted;
            // Also where it is not there: it is not asked for again and again, and told when it comes.
            if let Some(follower) = self.follower.as_mut().filter(|f| fitting.contains(&topic) && !f.follows(&topic)) {
                follower.follow(topic.clone(), Sportsbooks::reader(&topic));
            }
            if let Err(error) = outcome {
                self.complain(Complaint::new(error.code(), format!("{topic}: {error}")));
            }
        }
    }

    fn handle_looked(&mut self, topics: &dyn Topics, wanted: Wanted, outcomes: &[Result<(), OpenError>]) {
        let Some(at) = self.queries.iter().position(|query| query.id == wanted.id) else { return };
        let mut query = self.queries.swap_remove(at);
        let failed = wanted.topics.iter().zip(outcomes).find_map(|(wanted, outcome)| Some((wanted, outcome.err()?)));
        if let Some((SubscribeTopic { topic, .. }, error)) = failed {
            return self.complain(Complaint::new(error.code(), format!("{topic}: {error}")).about(query.request_id));
        }
        if query.plan(topics) {
            let wanted = query.topics.iter().cloned().map(anew).collect();
            self.asks.push_back(Ask::Look(Wanted { id: query.id, topics: wanted }));
            self.queries.push(query);
        } else {
            self.waiting.put(Waiting::Query(Box::new(query)));
        }
    }

    fn handle_answered(&mut self, id: u64, outcome: Result<Answer, Refused>) {
        let Some(at) = self.pending.iter().position(|pending| pending.id == id) else { return };
        match self.pending.swap_remove(at).answer(outcome) {
            Ok(frame) => self.waiting.put(Waiting::Frame(frame)),
            Err(complaint) => self.complain(complaint),
        }
    }

    fn handle_signed_out(&mut self) -> Option<Frame> {
        let sentence = "your token holds no more; connect again with a new one";
        Some(DoorMsg::Error(Complaint::new(Code::SignIn, sentence)).encode())
    }

    fn handle_drain(&mut self, _retry_ms: u64) {
        self.close = Some(CloseCode::Restart);
    }

    fn poll_ask(&mut self) -> Option<Ask> {
        if let Some(ask) = self.asks.pop_front() {
            return Some(ask);
        }
        let missing = self.follower.as_mut().filter(|_| !self.opening)?.take_missing();
        if missing.is_empty() {
            return None;
        }
        self.opening = true;
        let id = self.number();
        Some(Ask::Open(Wanted { id, topics: missing.into_iter().map(anew).collect() }))
    }

    fn poll_frame(&mut self, now: Moment, around: &Around<'_>) -> Option<Outgoing> {
        match self.waiting.take() {
            Some(Waiting::Frame(frame)) => return Some(frame.into()),
            Some(Waiting::Query(query)) => return Some(query.answer(around.topics, around.wall).into()),
            None => {}
        }
        if self.changed || self.poll_close().is_some() {
            return None;
        }
        self.follower.as_mut()?.next(now, around).map(Outgoing::from)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.follower.as_ref().map(Follower::timeout)
    }

    fn poll_close(&self) -> Option<CloseCode> {
        self.close.or(self.waiting.close()).or(self.desk.close())
    }

    fn lend(&mut self) -> Option<Follower> {
        let unsettled = self.changed || self.opening || !self.asks.is_empty() || !self.waiting.is_empty();
        let more = self.follower.as_ref().is_none_or(|follower| !follower.missing().is_empty());
        if unsettled || more || self.poll_close().is_some() {
            return None;
        }
        self.asks = VecDeque::new();
        self.follower.take()
    }

    fn take_back(&mut self, follower: Follower) {
        self.follower = Some(follower);
    }
}
