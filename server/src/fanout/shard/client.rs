//! A connection: a socket, what is spoken over it, and where it stands.

use std::any::Any;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

use shared::units::Moment;
use shared::wire::CloseCode;

use super::lane::{Encoding, single};
use super::mailbox::Bell;
use super::outbox::{Outbox, Sent};
use crate::fanout::frame::{Agreed, Deflater, Incoming, Inflater, Opcode, Reader, Violation, push_close, push_frame};
use crate::fanout::{Present, Shared};
use crate::hub::Follow;
use crate::observe::Transport;
use crate::session::{Conversation, Identity, Outgoing};

/// Names a connection for as long as the shard lives, also after it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientId {
    /// Its place in the shard.
    pub(super) index: usize,
    /// How many were there before it.
    pub(super) number: u64,
}

/// A socket that was upgraded, on its way to a shard.
pub struct Arrival<S> {
    /// The socket, which does not block.
    pub socket: S,
    /// What was read beyond the request.
    pub read: bytes::Bytes,
    /// What is spoken over it.
    pub conversation: Box<dyn Conversation>,
    /// Whether and how messages may be compressed.
    pub deflate: Option<Agreed>,
    /// What it counts as.
    pub transport: Transport,
    /// The client is counted for as long as this is kept.
    pub present: Present,
    /// Who it is.
    pub guest: Box<Guest>,
    /// The longest message that is read.
    pub message_bytes: usize,
}

/// Who a client is, and how it was let in. Looked at only when that changes, so it lies apart.
pub struct Guest {
    /// Where it comes from.
    pub address: IpAddr,
    /// Who it is; the connection ends with what that was verified by.
    pub identity: Option<Arc<Identity>>,
    /// Whatever is to be let go when it leaves.
    pub guard: Box<dyn Any + Send>,
}

/// Control frames that wait for a client that does not read; more, and it is closed.
const URGENT_BYTES: usize = 16 * 1024;
/// So much is gathered before it is written.
const GATHERED: usize = 64 * 1024;

/// What is looked at for every frame comes first and lies together: there are thousands of these, and
/// the loop that writes to all of them is as fast as they can be fetched.
#[repr(C)]
pub(super) struct Client<S> {
    pub(super) place: Place,
    /// Since when nothing could be written.
    pub(super) blocked: Option<Moment>,
    pub(super) socket: S,
    pub(super) transport: Transport,
    /// What was agreed on, where that allows what the shard compresses.
    compresses: Option<Agreed>,
    pub(super) conversation: Box<dyn Conversation>,
    pub(super) outbox: Outbox,
    /// Pongs and the goodbye, framed: they go before everything else that was not begun.
    urgent: Vec<u8>,
    reader: Reader,
    pub(super) number: u64,
    /// When its timer comes up.
    pub(super) timer: Option<Moment>,
    /// When it last gave a sign of life: said something, or took something after it could not.
    pub(super) alive: Moment,
    /// Whether it was asked for one since.
    pub(super) asked: bool,
    pub(super) closing: Option<Closing>,
    pub(super) present: Present,
    pub(super) guest: Box<Guest>,
}

/// Who tells a client what it follows.
pub(super) enum Place {
    /// Its own follower does: it catches up. Topics are held meanwhile, and ring when it cannot join.
    Alone(Vec<Follow>, Option<Arc<Bell>>),
    /// A cohort's log, from a cursor on.
    In(Membership),
}

/// Where in a cohort a client stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) cohort: usize,
    pub(super) encoding: Encoding,
    /// Its place among the lane's members.
    pub(super) slot: usize,
    /// Everything before it was sent.
    pub(super) cursor: u64,
}

/// A connection that ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    /// A word for why.
    pub(super) reason: &'static str,
    /// The client may take so long to answer the close.
    pub(super) until: Moment,
    /// Nothing has to be waited for.
    pub(super) at_once: bool,
}

/// What came of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The client may say more later.
    More,
    /// It left.
    Left,
    /// It broke the protocol.
    Broke(Violation),
}

impl<S: Read + Write> Client<S> {
    pub(super) fn new(arrival: Arrival<S>, number: u64, window_bits: u8, now: Moment) -> Client<S> {
        let Arrival { socket, conversation, deflate, transport, present, guest, message_bytes, .. } = arrival;
        Client {
            number,
            socket,
            reader: Reader::new(crate::fanout::frame::Role::Server, deflate.is_some(), message_bytes),
            conversation,
            outbox: Outbox::default(),
            urgent: Vec::new(),
            place: Place::Alone(Vec::new(), None),
            compresses: deflate.filter(|agreed| agreed.window_bits >= window_bits),
            transport,
            blocked: None,
            timer: None,
            alive: now,
            asked: false,
            closing: None,
            present,
            guest,
        }
    }

    /// Takes in what came. `buffer` holds it.
    pub(super) fn hear(&mut self, buffer: &mut [u8], inflater: &mut Inflater, now: Moment, shared: &Shared) -> Heard {
        self.show_life(now);
        let Client { reader, conversation, urgent, closing, .. } = self;
        enum End {
            Left(u16),
            TooMuch,
        }
        let mut heard = Heard::More;
        let mut end = None;
        let outcome = reader.read(buffer, inflater, &mut |incoming| {
            match incoming {
                // Who is being sent away is listened to only for its goodbye.
                Incoming::Close(_) if closing.is_some() => heard = Heard::Left,
                _ if closing.is_some() => {}
                Incoming::Text(text) => conversation.handle_text(now, shared.wall(), text),
                Incoming::Binary(bytes) => conversation.handle_binary(bytes),
                Incoming::Ping(payload) if urgent.len() < URGENT_BYTES => {
                    push_frame(urgent, Opcode::Pong, false, payload);
                }
                Incoming::Ping(_) => end = Some(End::TooMuch),
                Incoming::Pong(_) => {}
                Incoming::Close(said) => end = Some(End::Left(said.map_or(1000, |(code, _)| code))),
            }
            if end.is_some() || heard == Heard::Left { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match (end, outcome) {
            (Some(End::TooMuch), _) => self.send_away(CloseCode::Rate, now),
            (Some(End::Left(code)), _) => self.close(code, "", "left", true, now),
            (None, Err(_)) if self.closing.is_some() => return Heard::Left,
            (None, Err(violation)) => return Heard::Broke(violation),
            (None, Ok(())) => {}
        }
        heard
    }

    /// It is there.
    pub(super) fn show_life(&mut self, now: Moment) {
        (self.alive, self.asked) = (now, false);
    }

    /// Asks whether anyone is there. Every WebSocket answers by itself.
    pub(super) fn ask(&mut self) {
        self.asked = true;
        push_frame(&mut self.urgent, Opcode::Ping, false, &[]);
    }

    /// Says one thing more, where nothing that was begun would be broken off by it.
    pub(super) fn say(&mut self, frame: &crate::hub::Frame) {
        if self.blocked.is_none() {
            self.outbox.push(Opcode::Text, false, &frame.bytes());
        }
    }

    /// Says goodbye for a reason of the protocol.
    pub(super) fn send_away(&mut self, code: CloseCode, now: Moment) {
        self.close(code.number(), code.reason(), code.label(), false, now);
    }

    /// Says goodbye; `at_once`: the client said so first.
    pub(super) fn close(&mut self, code: u16, words: &str, reason: &'static str, at_once: bool, now: Moment) {
        push_close(&mut self.urgent, code, words);
        self.closing = Some(Closing { reason, until: now + super::CLOSE_WITHIN, at_once });
    }

    /// Gathers what is for this client alone. Whether there is something to write.
    pub(super) fn gather(&mut self, now: Moment, shared: &Shared, single: &mut Deflater) -> bool {
        if !self.urgent.is_empty() {
            self.outbox.push_framed(&self.urgent);
            self.urgent = Vec::new();
        }
        while self.closing.is_none() && self.outbox.len() < GATHERED {
            let next = shared.around(|around| self.conversation.poll_frame(now, around));
            let Some(Outgoing { frames, told }) = next else { break };
            for frame in frames.iter() {
                let opcode = if frame.is_binary() { Opcode::Binary } else { Opcode::Text };
                match self.compressed(frame, single) {
                    Some(deflated) => self.outbox.push(opcode, true, &deflated),
                    None => self.outbox.push(opcode, false, &frame.bytes()),
                }
            }
            shared.metrics.delivered(self.transport, &frames, told, 1);
        }
        !self.outbox.is_empty()
    }

    /// Writes what was gathered.
    pub(super) fn write(&mut self, written: &mut u64) -> io::Result<Sent> {
        self.outbox.write(&mut self.socket, written)
    }

    /// In a shared window nothing may be compressed that is not for all who share it.
    fn compressed(&self, frame: &crate::hub::Frame, deflater: &mut Deflater) -> Option<bytes::Bytes> {
        let shares = matches!(&self.place, Place::In(membership) if membership.encoding == Encoding::Window);
        if self.compresses.is_none() || shares { None } else { single(frame, deflater) }
    }

    /// How it can be sent what others are sent too.
    pub(super) fn encoding(&self) -> Encoding {
        if self.compresses.is_some() { Encoding::Single } else { Encoding::Plain }
    }

    /// Whether it could share a window.
    pub(super) fn can_share(&self) -> bool {
        self.blocked.is_none() && self.compresses.is_some_and(|agreed| agreed.context)
    }
}
