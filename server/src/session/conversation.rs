//! What a driver of a socket asks of whatever protocol is spoken over it.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, Mode, SourceState, SubscribeTopic, Unsubscribe};

use super::{Denied, Follower, Identity, Presented};
use crate::domain::{Refused, Request};
use crate::hub::{Answer, Frame, Frames, OpenError, Topics};

/// A protocol spoken over one socket: messages in, frames out. One in which nothing is followed needs
/// none of what has to do with following.
pub trait Conversation: Send {
    /// A message came.
    fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str);

    /// Bytes came. No protocol here has a use for them.
    fn handle_binary(&mut self, bytes: &[u8]);

    /// Whether these topics may be opened; if not, the conversation has said why. Its follower was
    /// taken back before.
    fn may_open(&mut self, _wanted: &Wanted) -> bool {
        false
    }

    /// What was asked for with [`Ask::Open`] is there, or cannot be had. Its follower was taken back
    /// before.
    fn handle_opened(
        &mut self,
        _now: Moment,
        _topics: &dyn Topics,
        _wanted: Wanted,
        _outcomes: &[Result<(), OpenError>],
    ) {
    }

    /// What was asked for with [`Ask::Command`] was carried out, or not.
    fn handle_answered(&mut self, _id: u64, _outcome: Result<Answer, Refused>) {}

    /// Whoever was presented with [`Ask::Verify`] under this number was recognised, or nobody was. Its
    /// follower was taken back before.
    fn handle_verified(&mut self, _id: u64, _outcome: Result<Arc<Identity>, Denied>) {}

    /// What it was verified by was revoked or ran out: the socket is closed, after the frame that this
    /// gives.
    fn handle_signed_out(&mut self) -> Option<Frame> {
        None
    }

    /// What was asked for with [`Ask::Drop`] may go. Its follower was taken back before.
    fn handle_dropped(&mut self, _dropped: Unsubscribe) {}

    /// The server drains: tell the client when to come back.
    fn handle_drain(&mut self, retry_ms: u64);

    /// Time passed; call it at [`Conversation::poll_timeout`].
    fn handle_timeout(&mut self, _now: Moment) {}

    /// What the conversation needs from outside.
    fn poll_ask(&mut self) -> Option<Ask> {
        None
    }

    /// What is to be sent next; `None`: nothing for now. Frames are made when they can be sent, so
    /// one that is slow to be taken is never out of date. While the follower is lent away these are
    /// only the frames that are meant for this client alone.
    fn poll_frame(&mut self, now: Moment, around: &Around<'_>) -> Option<Outgoing>;

    /// When to call [`Conversation::handle_timeout`] or to poll for a frame again.
    fn poll_timeout(&self) -> Option<Moment> {
        None
    }

    /// Why the socket has to be closed, once everything was sent.
    fn poll_close(&self) -> Option<CloseCode>;

    /// Gives away what it follows, to be told together with others who follow the same. `None`:
    /// it cannot yet, or has done so.
    fn lend(&mut self) -> Option<Follower> {
        None
    }

    /// What it lent comes back, standing where this client was told to.
    fn take_back(&mut self, _follower: Follower) {}
}

/// What is around a conversation when it is asked for a frame.
pub struct Around<'a> {
    /// The topics.
    pub topics: &'a dyn Topics,
    /// The time of day.
    pub wall: Timestamp,
    /// Open connections.
    pub clients: u64,
    /// The flush window, when it is wider than it is set because the server is short of time.
    pub flush_ms: Option<u64>,
    /// How the sources are doing.
    pub sources: &'a (dyn Fn() -> BTreeMap<Box<str>, SourceState> + Sync),
}

/// Frames, and what they count as.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// To send, in order.
    pub frames: Frames,
    /// For frames of a topic: how it catches up, and how far behind the reader was.
    pub told: Option<(Mode, u64)>,
}

/// Topics that a client wants to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The request's id.
    pub id: u64,
    /// Each with where the client stands.
    pub topics: Vec<SubscribeTopic>,
}

impl Wanted {
    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &Topic> {
        self.topics.iter().map(|wanted| &wanted.topic)
    }
}

/// What a conversation needs from outside. Its follower is given back to it first where that changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Make these topics available, and say so with [`Conversation::handle_opened`].
    Open(Wanted),
    /// These are followed no more; [`Conversation::handle_dropped`] answers.
    Drop(Unsubscribe),
    /// Have this carried out, and say so with [`Conversation::handle_answered`] and this number.
    Command(u64, Box<Request>),
    /// Find out whose token this is, and say so with [`Conversation::handle_verified`] and this number.
    Verify(u64, Presented),
}

impl From<Frame> for Outgoing {
    fn from(frame: Frame) -> Outgoing {
        Outgoing { frames: frame.into(), told: None }
    }
}
