//! The odds door: `/ws/odds`. Rooms by sport: each event of a room with its best, fair and hybrid odds, at
//! most every 500 ms, which is the boards' own pace.

mod dialect;
mod messages;

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use shared::domain::odds::{OddsTopic, SportKey};
use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, Code, SubscribeTopic, Unsubscribe};

pub use messages::DoorMsg;

use self::dialect::Odds;
use super::desk::{Complaint, Desk, Envelope};
use super::names::sport_of;
use super::tray::Tray;
use crate::hub::{Frame, OpenError, Reader, Topics};
use crate::session::{Around, Ask, Conversation, Follower, Outgoing, Settings, Wanted};

/// What the door takes.
const TAKES: &str = "join, leave and ping";
/// The room of all sports, and what else it is called.
const ALL: [&str; 3] = ["sports", "sports-odds", "all"];

/// What `join` and `leave` are about. It may stand in the message itself or in its `payload`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RoomIn {
    /// `sports`, a sport's key as `soccer_epl`, or what people call it, as `EPL`.
    room: Option<Box<str>>,
    /// The same.
    sport: Option<Box<str>>,
    /// Several.
    rooms: Vec<Box<str>>,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    /// Of every sport there is.
    All,
    /// Of one.
    Sport(SportKey),
}

/// One client of the door.
pub struct OddsDoor {
    desk: Desk,
    rooms: BTreeSet<Room>,
    most_rooms: usize,
    /// `None` while it is lent away.
    follower: Option<Follower>,
    /// Topics of a room were asked for and did not come yet.
    opening: u32,
    waiting: Tray<Frame>,
    asks: VecDeque<Ask>,
    close: Option<CloseCode>,
}

impl OddsDoor {
    /// A connection that was just opened and wants to be in these rooms. `client` is its name in the logs.
    #[must_use]
    pub fn new(
        settings: &Settings,
        heartbeat: Duration,
        client: &str,
        rooms: &[String],
        now: Moment,
        wall: Timestamp,
    ) -> OddsDoor {
        let message = "Connected to sports odds; join a room to follow it";
        let connected = DoorMsg::Connected { client_id: client, timestamp: wall, message }.encode();
        let mut door = OddsDoor {
            desk: Desk::new(settings, now),
            rooms: BTreeSet::new(),
            most_rooms: settings.topics as usize,
            follower: Some(Follower::new(Odds::new(), heartbeat, now)),
            opening: 0,
            waiting: Tray::new(Some(connected)),
            asks: VecDeque::new(),
            close: None,
        };
        for room in rooms {
            let joined = Room::named(room).and_then(|room| door.join(room));
            joined.unwrap_or_else(|complaint| door.complain(complaint));
        }
        door
    }

    fn complain(&mut self, complaint: Complaint) {
        self.waiting.put(DoorMsg::Error(complaint).encode());
    }

    fn take(&mut self, wall: Timestamp, text: &str, envelope: &Envelope<'_>) -> Result<(), Complaint> {
        match &*envelope.kind {
            "ping" => self.waiting.put(DoorMsg::Pong { timestamp: wall }.encode()),
            "pong" => {}
            "join" | "subscribe" => Room::listed(text, envelope)?.into_iter().try_for_each(|room| self.join(room))?,
            "leave" | "unsubscribe" => Room::listed(text, envelope)?.iter().for_each(|room| self.leave(room)),
            other => {
                let sentence = format!("there is no message {other:?}; this door takes {TAKES}");
                return Err(Complaint::new(Code::Malformed, sentence));
            }
        }
        Ok(())
    }

    fn join(&mut self, room: Room) -> Result<(), Complaint> {
        if self.rooms.len() >= self.most_rooms {
            let sentence = format!("you can be in {} rooms at once; leave some", self.most_rooms);
            return Err(Complaint::new(Code::TooLarge, sentence));
        }
        self.open(vec![room.topic()]);
        self.rooms.insert(room);
        Ok(())
    }

    fn leave(&mut self, room: &Room) {
        self.rooms.remove(room);
        self.asks.push_back(Ask::Drop(Unsubscribe { id: 0, topics: Vec::new() }));
        self.waiting.put(DoorMsg::Left { room: room.name() }.encode());
    }

    fn open(&mut self, topics: Vec<Topic>) {
        self.opening += 1;
        let topics = topics.into_iter().map(|topic| SubscribeTopic { topic, since: None, pace_ms: None }).collect();
        self.asks.push_back(Ask::Open(Wanted { id: 0, topics }));
    }

    /// Whether a topic is of a room in which the client is.
    fn is_in(&self, topic: &Topic) -> bool {
        let all = self.rooms.contains(&Room::All);
        match OddsTopic::parse(topic) {
            Some(OddsTopic::Board(sport)) => all || self.rooms.contains(&Room::Sport(sport)),
            Some(OddsTopic::Sports) => all,
            Some(OddsTopic::Event(_) | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed) | None => false,
        }
    }
}

impl Room {
    fn named(name: &str) -> Result<Room, Complaint> {
        let lower = name.trim().to_lowercase();
        if ALL.contains(&&*lower) {
            return Ok(Room::All);
        }
        let sport = sport_of(&lower).or_else(|| lower.parse().ok());
        let nonsense = || {
            Complaint::new(
                Code::Malformed,
                format!("{name:?} is no room: join \"sports\" or a sport, as \"soccer_epl\""),
            )
        };
        sport.map(Room::Sport).ok_or_else(nonsense)
    }

    /// Those that a message names.
    fn listed(text: &str, envelope: &Envelope<'_>) -> Result<Vec<Room>, Complaint> {
        let like = r#"{"type":"join","room":"soccer_epl"}"#;
        let RoomIn { room, sport, rooms } = match envelope.payload {
            Some(_) => envelope.payload(like)?,
            None => serde_json::from_str(text)
                .map_err(|error| Complaint::new(Code::Malformed, format!("{error}; send {like}")))?,
        };
        let rooms: Vec<Box<str>> = rooms.into_iter().chain(room).chain(sport).collect();
        if rooms.is_empty() {
            return Err(Complaint::new(Code::Malformed, format!("name a room: {like}")));
        }
        rooms.iter().map(|name| Room::named(name)).collect()
    }

    fn name(&self) -> &str {
        match self {
            Room::All => ALL[0],
            Room::Sport(sport) => sport.as_str(),
        }
    }

    fn topic(&self) -> Topic {
        match self {
            Room::All => OddsTopic::Sports.topic(),
            Room::Sport(sport) => OddsTopic::Board(sport.clone()).topic(),
        }
    }

    fn of(topic: &Topic) -> Option<Room> {
        match OddsTopic::parse(topic)? {
            OddsTopic::Sports => Some(Room::All),
            OddsTopic::Board(sport) => Some(Room::Sport(sport)),
            OddsTopic::Event(_) | OddsTopic::Books | OddsTopic::Arbs | OddsTopic::Closed => None,
        }
    }
}

impl Conversation for OddsDoor {
    fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str) {
        if self.poll_close().is_some() {
            return;
        }
        let outcome = self.desk.read(now, text, TAKES).and_then(|envelope| {
            self.take(wall, text, &envelope).map_err(|complaint| complaint.about(envelope.name()))
        });
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

    fn handle_opened(
        &mut self,
        _now: Moment,
        _topics: &dyn Topics,
        wanted: Wanted,
        outcomes: &[Result<(), OpenError>],
    ) {
        self.opening -= 1;
        for (SubscribeTopic { topic, .. }, outcome) in wanted.topics.into_iter().zip(outcomes) {
            let named = Room::of(&topic).filter(|room| self.rooms.contains(room));
            match (outcome, named) {
                (Ok(()), Some(room)) => self.waiting.put(DoorMsg::Joined { room: room.name() }.encode()),
                (Err(error), Some(room)) => {
                    self.rooms.remove(&room);
                    self.complain(Complaint::new(error.code(), format!("room {:?}: {error}", room.name())));
                    continue;
                }
                // One of the room of all sports, or of one that was left meanwhile.
                (Ok(()) | Err(_), None) => {}
            }
            if self.is_in(&topic)
                && let Some(follower) = &mut self.follower
            {
                follower.follow(topic, Reader::new(None, Duration::ZERO));
            }
        }
    }

    fn handle_dropped(&mut self, _dropped: Unsubscribe) {
        let Some(mut follower) = self.follower.take() else { return };
        let followed: Vec<Topic> = follower.readers().iter().map(|(topic, _)| topic.clone()).collect();
        followed.iter().filter(|topic| !self.is_in(topic)).for_each(|topic| follower.leave(topic));
        self.follower = Some(follower);
    }

    fn handle_drain(&mut self, _retry_ms: u64) {
        self.close = Some(CloseCode::Restart);
    }

    fn poll_ask(&mut self) -> Option<Ask> {
        if self.asks.is_empty() && self.opening == 0 {
            let missing = self.follower.as_mut().map(Follower::take_missing).filter(|missing| !missing.is_empty());
            missing.into_iter().for_each(|missing| self.open(missing));
        }
        self.asks.pop_front()
    }

    fn poll_frame(&mut self, now: Moment, around: &Around<'_>) -> Option<Outgoing> {
        if let Some(frame) = self.waiting.take() {
            return Some(frame.into());
        }
        if self.poll_close().is_some() {
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
        let unsettled = self.opening > 0 || !self.asks.is_empty() || !self.waiting.is_empty();
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
