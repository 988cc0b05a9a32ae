//! One client: its socket, its handshake, its frames. It reads and writes when it is told that it can.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mio::{Interest, Registry, Token};
use shared::stream::Topic;
use shared::wire::{ClientMsg, SUBPROTOCOL, Subscribe, SubscribeTopic, Unsubscribe};

use super::chance::Chance;
use super::dial::{Dial, Socket};
use super::door::Door;
use super::hearing::{Follow, Hearing};
use super::options::Options;
use super::tally::Connections;
use super::verify::Verifier;
use super::{fault::Faults, tally::Tally};
use crate::fanout::frame::handshake::{self, Answer, Refused};
use crate::fanout::frame::{Inflater, Opcode, Reader, Role, accepted, offer, push_masked};

/// The longest message of a server: a snapshot of a whole market.
const MESSAGE_BYTES: usize = 64 * 1024 * 1024;
/// After a failure, how long until the next try.
const RETRY: Duration = Duration::from_secs(1);

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads what comes.
    Normal,
    /// Reads so many bytes a second.
    Slow,
    /// Vanishes when measuring begins.
    HalfOpen,
}

/// How far its connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none.
    Away,
    /// It is being opened, since then.
    Opening(Instant),
    /// Frames go to and fro.
    Open,
    /// It is there, and nothing is read or answered any more.
    Vanished,
}

/// What all clients share.
pub struct Around {
    /// What was chosen.
    pub options: Options,
    /// The way to the server.
    pub dial: Dial,
    /// Checks everyone.
    pub verifier: Verifier,
    /// What is delivered.
    pub tally: Tally,
    /// What is wrong.
    pub faults: Faults,
    /// Comings and goings.
    pub connections: Connections,
    /// Clients that follow all of their topics.
    pub live: usize,
    /// Those of them that read slowly, and so are live when they are.
    pub slow_live: usize,
    /// Connections that are being opened.
    pub opening: usize,
    /// For masks and choices.
    pub chance: Chance,
}

/// What all clients read with.
pub struct Desk {
    /// Where bytes are read to.
    pub buffer: Vec<u8>,
    /// For messages that refer to no others.
    pub inflater: Inflater,
}

/// Why a connection ended, and when to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// In a few words.
    pub reason: String,
    /// How long to wait.
    pub retry: Duration,
}

/// How a client changes its subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// With its positions.
    Resume,
    /// As if it knew nothing, at another pace.
    Afresh,
}

/// One client.
pub struct Client {
    /// Its number, in faults.
    pub number: usize,
    /// How it behaves.
    pub kind: Kind,
    /// Whether it was live when measuring began.
    pub was_live: bool,
    /// What it follows.
    pub follows: Vec<Follow>,
    stage: Stage,
    socket: Option<Socket>,
    key: String,
    answer: Vec<u8>,
    reader: Reader,
    /// For messages that refer to earlier ones of this connection.
    inflater: Option<Inflater>,
    out: Vec<u8>,
    live: bool,
    requests: u64,
    /// The request to unsubscribe that is answered next, and what follows then.
    leaving: Option<(u64, Anew)>,
}

impl Client {
    /// A client that is not connected yet.
    #[must_use]
    pub fn new(number: usize, kind: Kind, topics: impl Iterator<Item = Topic>) -> Client {
        Client {
            number,
            kind,
            was_live: false,
            follows: topics.map(Follow::new).collect(),
            stage: Stage::Away,
            socket: None,
            key: String::new(),
            answer: Vec::new(),
            reader: Reader::new(Role::Client, false, MESSAGE_BYTES),
            inflater: None,
            out: Vec::new(),
            live: false,
            requests: 0,
            leaving: None,
        }
    }

    /// Whether it follows all its topics.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.live
    }

    /// Whether the server has a connection of it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::Vanished)
    }

    /// Whether it vanished.
    #[must_use]
    pub fn is_vanished(&self) -> bool {
        self.stage == Stage::Vanished
    }

    /// Whether it waits for an answer since before this.
    #[must_use]
    pub fn waits_since_before(&self, deadline: Instant) -> bool {
        matches!(self.stage, Stage::Opening(since) if since < deadline)
    }

    /// Begins to connect.
    ///
    /// # Errors
    /// The system refuses.
    pub fn connect(&mut self, registry: &Registry, around: &mut Around, now: Instant) -> io::Result<()> {
        let slow = self.kind == Kind::Slow;
        let mut socket = around.dial.open(slow)?;
        registry.register(&mut socket, Token(self.number), Interest::READABLE | Interest::WRITABLE)?;
        let Options { door, target, .. } = &around.options;
        self.key = handshake::key(around.chance.nonce());
        self.out = handshake::Request {
            host: &target.host,
            path: &door.path(&target.path),
            key: &self.key,
            subprotocol: (*door == Door::V1).then_some(SUBPROTOCOL),
            extensions: around.options.compression.then(offer),
            headers: "",
        }
        .encode();
        self.answer = Vec::new();
        self.leaving = None;
        self.socket = Some(socket);
        self.stage = Stage::Opening(now);
        around.opening += 1;
        Ok(())
    }

    /// Does what can be done now that its socket is ready.
    pub fn ready(&mut self, desk: &mut Desk, around: &mut Around) -> Option<End> {
        let moved = match self.stage {
            Stage::Away | Stage::Vanished => return None,
            Stage::Open if self.kind == Kind::Slow => Ok(()),
            Stage::Opening(_) | Stage::Open => self.read(usize::MAX, desk, around),
        };
        moved.and_then(|()| self.write()).err()
    }

    /// Reads no more than so many bytes, if it is one that reads slowly.
    pub fn sip(&mut self, bytes: usize, desk: &mut Desk, around: &mut Around) -> Option<End> {
        if self.stage != Stage::Open {
            return None;
        }
        self.read(bytes, desk, around).and_then(|()| self.write()).err()
    }

    /// Forgets the connection, however far it was.
    pub fn drop_connection(&mut self, around: &mut Around) {
        match self.stage {
            Stage::Opening(_) => around.opening -= 1,
            Stage::Open | Stage::Away | Stage::Vanished => {}
        }
        self.set_live(false, around);
        self.stage = Stage::Away;
        self.socket = None;
        self.inflater = None;
        self.out = Vec::new();
        // Doors know no positions.
        if around.options.door != Door::V1 {
            self.forget();
        }
        self.follows.iter_mut().for_each(Follow::end);
    }

    /// Knows nothing any more.
    pub fn forget(&mut self) {
        self.follows.iter_mut().for_each(Follow::forget);
    }

    /// Says goodbye as a browser does.
    pub fn say_goodbye(&mut self, around: &mut Around) {
        if self.stage == Stage::Open {
            push_masked(&mut self.out, Opcode::Close, false, &1000_u16.to_be_bytes(), around.chance.mask());
            // It leaves either way.
            let _ = self.write();
        }
    }

    /// From now on does nothing, as after a pulled cable.
    pub fn vanish(&mut self, registry: &Registry, around: &mut Around) {
        if let (Stage::Open, Some(socket)) = (self.stage, &mut self.socket) {
            // If it is still looked at, its events are ignored.
            let _ = registry.deregister(socket);
            self.set_live(false, around);
            self.stage = Stage::Vanished;
        }
    }

    /// Whether the server has given up on it since it vanished.
    pub fn is_given_up(&mut self, desk: &mut Desk) -> bool {
        let Some(socket) = self.socket.as_mut().filter(|_| self.stage == Stage::Vanished) else { return false };
        loop {
            match socket.read(&mut desk.buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() != ErrorKind::WouldBlock,
            }
        }
    }

    /// Leaves all topics, and follows them again once that is answered.
    pub fn resubscribe(&mut self, anew: Anew, around: &mut Around) -> Option<End> {
        if self.stage != Stage::Open || self.leaving.is_some() || around.options.door != Door::V1 {
            return None;
        }
        self.requests += 1;
        self.leaving = Some((self.requests, anew));
        let topics = self.follows.iter().map(|follow| follow.topic.clone()).collect();
        let message = ClientMsg::Unsubscribe(Unsubscribe { id: self.requests, topics });
        self.say(&message.to_json(), around);
        self.write().err()
    }

    fn set_live(&mut self, live: bool, around: &mut Around) {
        if live != self.live {
            let slow = usize::from(self.kind == Kind::Slow);
            if live {
                around.live += 1;
                around.slow_live += slow;
            } else {
                around.live -= 1;
                around.slow_live -= slow;
            }
            self.live = live;
        }
    }

    fn say(&mut self, text: &str, around: &mut Around) {
        push_masked(&mut self.out, Opcode::Text, false, text.as_bytes(), around.chance.mask());
    }

    /// Says what it wants, if that has to be said.
    fn greet(&mut self, around: &mut Around) {
        match around.options.door {
            Door::V1 => self.subscribe(around.options.pace_ms, around),
            door => {
                self.follows.iter_mut().for_each(|follow| follow.paced = door.has_a_pace());
                let greeting = door.greeting(self.follows.iter().map(|follow| &follow.topic));
                greeting.into_iter().for_each(|text| self.say(&text, around));
            }
        }
    }

    fn subscribe(&mut self, pace_ms: Option<u32>, around: &mut Around) {
        self.requests += 1;
        let asked = |follow: &Follow| SubscribeTopic {
            topic: follow.topic.clone(),
            since: around.verifier.since(follow.topic.as_str(), &follow.follower),
            pace_ms,
        };
        let topics = self.follows.iter().map(asked).collect();
        self.follows.iter_mut().for_each(|follow| follow.paced = pace_ms.is_some_and(|ms| ms > 0));
        let message = ClientMsg::Subscribe(Subscribe { id: self.requests, topics });
        self.say(&message.to_json(), around);
    }

    fn read(&mut self, most: usize, desk: &mut Desk, around: &mut Around) -> Result<(), End> {
        let mut left = most;
        while left > 0 {
            let Some(socket) = &mut self.socket else { return Ok(()) };
            let (room, gives_all) = (desk.buffer.len().min(left), socket.gives_all());
            let count = match socket.read(&mut desk.buffer[..room]) {
                Ok(0) => return Err(End::new("ended without a close")),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // Not there yet.
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
                Err(error) => return Err(End::of(&error)),
            };
            around.tally.wire_bytes += count as u64;
            let Desk { buffer, inflater } = desk;
            self.take(&mut buffer[..count], inflater, around)?;
            if count < room && gives_all {
                return Ok(());
            }
            left -= count;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &mut [u8], shared: &mut Inflater, around: &mut Around) -> Result<(), End> {
        match self.stage {
            Stage::Open => self.frames(bytes, shared, around),
            Stage::Opening(_) => {
                self.answer.extend_from_slice(bytes);
                let Some(answer) = Answer::read(&self.answer, &self.key).map_err(|refused| turned_away(&refused))?
                else {
                    return Ok(());
                };
                let mut rest = std::mem::take(&mut self.answer).split_off(answer.len);
                self.opened(&answer, around)?;
                self.frames(&mut rest, shared, around)
            }
            Stage::Away | Stage::Vanished => Ok(()),
        }
    }

    fn opened(&mut self, answer: &Answer, around: &mut Around) -> Result<(), End> {
        let agreed = match answer.extensions.as_deref() {
            Some(text) => Some(accepted(text).ok_or_else(|| End::new(format!("extensions {text:?}")))?),
            None => None,
        };
        self.reader = Reader::new(Role::Client, agreed.is_some(), MESSAGE_BYTES);
        let own = agreed.as_ref().filter(|agreed| agreed.context);
        self.inflater = own.map(|agreed| Inflater::new(agreed.window_bits, true));
        self.stage = Stage::Open;
        around.opening -= 1;
        around.connections.opened += 1;
        around.connections.compressed += u64::from(agreed.is_some());
        self.greet(around);
        Ok(())
    }

    fn frames(&mut self, bytes: &mut [u8], shared: &mut Inflater, around: &mut Around) -> Result<(), End> {
        let Client { reader, inflater, follows, out, number, .. } = self;
        let mut hearing = Hearing::new(*number, follows, out, around);
        let read = reader.read(bytes, inflater.as_mut().unwrap_or(shared), &mut |incoming| hearing.hear(incoming));
        let Hearing { closed, replied, began, .. } = hearing;
        if let Err(violation) = read {
            around.faults.protocol(self.number, &violation);
            return Err(End::new(format!("broke the protocol: {violation}")));
        }
        if let Some(end) = closed {
            return Err(end);
        }
        if began && !self.live && self.follows.iter().all(Follow::has_begun) {
            self.set_live(true, around);
        }
        if let Some((_, anew)) = self.leaving.take_if(|(id, _)| replied.contains(id)) {
            // It is live again when that is answered.
            self.follows.iter_mut().for_each(Follow::end);
            self.set_live(false, around);
            let pace_ms = match anew {
                Anew::Resume => around.options.pace_ms,
                Anew::Afresh => {
                    self.forget();
                    Some(around.chance.below(500))
                }
            };
            self.subscribe(pace_ms, around);
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), End> {
        while let Some(socket) = self.socket.as_mut().filter(|_| !self.out.is_empty()) {
            match socket.write(&self.out) {
                Ok(count) => drop(self.out.drain(..count)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(End::of(&error)),
            }
        }
        Ok(())
    }
}

impl End {
    /// With the usual wait.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> End {
        End { reason: reason.into(), retry: RETRY }
    }

    /// Of a socket that failed. Reasons are counted, so these are few; what TLS does not like is in its words.
    fn of(error: &io::Error) -> End {
        match error.kind() {
            ErrorKind::InvalidData => End::new(error.to_string()),
            kind => End::new(kind.to_string()),
        }
    }
}

fn turned_away(refused: &Refused) -> End {
    End::new(refused.to_string())
}
