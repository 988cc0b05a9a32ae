//! What the driver of a socket needs of whoever speaks through it.

use std::collections::BTreeMap;

use shared::stream::Topic;
use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, Mode, SourceState, SubscribeTopic};

use crate::hub::{Frame, OpenError, Topics};

/// A protocol spoken over one socket: messages in, frames out.
pub trait Conversation: Send {
    /// A message came.
    fn handle_text(&mut self, now: Moment, wall: Timestamp, text: &str);

    /// What was asked for with [`Ask::Open`] is there, or cannot be had.
    fn handle_opened<T: Topics>(&mut self, now: Moment, topics: &T, wanted: Wanted, outcomes: &[Result<(), OpenError>]);

    /// The server drains: tell the client when to come back.
    fn handle_drain(&mut self, retry_ms: u64);

    /// Time passed; call it at [`Conversation::poll_timeout`].
    fn handle_timeout(&mut self, now: Moment);

    /// What the conversation needs from outside.
    fn poll_ask(&mut self) -> Option<Ask>;

    /// The next frame to send; `None`: nothing for now. Frames are made when they can be sent, so
    /// one that is slow to be taken is never out of date.
    fn poll_frame<T: Topics>(&mut self, now: Moment, around: &Around<'_, T>) -> Option<Outgoing>;

    /// When to call [`Conversation::handle_timeout`] or to poll for a frame again.
    fn poll_timeout(&self) -> Option<Moment>;

    /// Why the socket has to be closed, once everything was sent.
    fn poll_close(&self) -> Option<CloseCode>;
}

/// What is around a conversation when it is asked for a frame.
pub struct Around<'a, T> {
    /// The topics.
    pub topics: &'a T,
    /// The time of day.
    pub wall: Timestamp,
    /// Open connections.
    pub clients: u64,
    /// How the sources are doing.
    pub sources: &'a (dyn Fn() -> BTreeMap<Box<str>, SourceState> + Sync),
}

/// A frame, and what it counts as.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// To send.
    pub frame: Frame,
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

/// What a conversation needs from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Make these topics available, and say so with [`Conversation::handle_opened`].
    Open(Wanted),
    /// These are followed no more.
    Drop(Vec<Topic>),
}

impl From<Frame> for Outgoing {
    fn from(frame: Frame) -> Outgoing {
        Outgoing { frame, told: None }
    }
}
