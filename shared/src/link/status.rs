//! What a link tells its driver.

use std::collections::BTreeMap;

use crate::stream::{Change, Position, Topic};
use crate::units::{Moment, Timestamp};
use crate::wire::{ErrorMsg, Heartbeat, RawRows, Reply, SourceState};
use serde_json::value::RawValue;

/// Where a link is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A WebSocket is being opened.
    Connecting {
        /// 0 the first time, then which attempt after a failure this is.
        attempt: u32,
    },
    /// Updates arrive as they happen.
    Live,
    /// Waiting before the next attempt.
    Backoff {
        /// Which attempt comes next, from 1.
        attempt: u32,
        /// When.
        until: Moment,
    },
    /// Data comes by HTTP; WebSocket is tried in the background.
    Polling {
        /// When it is tried next; `None` while it is being tried.
        next_try: Option<Moment>,
    },
    /// The system says that there is no network.
    Offline,
    /// The server said not to come back.
    Stopped {
        /// Its close code.
        code: u16,
        /// Its reason.
        reason: Box<str>,
    },
}

/// The truth about a link, for people to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Where it is.
    pub phase: Phase,
    /// When anything was last heard from the server.
    pub heard: Option<Moment>,
    /// What is on the screen may be old: nothing was heard for longer than a healthy server is silent.
    pub stale: bool,
}

/// What the driver has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a WebSocket. Whatever an earlier one still has to say must be dropped.
    Connect,
    /// Close the WebSocket and forget it: no `handle_closed` may follow.
    Close,
    /// Send this text.
    Send(String),
    /// `GET /api/v1/poll?{query}`, and hand the outcome to `handle_poll`. At most one at a time.
    Fetch {
        /// Ready to put into the URL.
        query: String,
    },
    /// Give the request up: no `handle_poll` may follow.
    AbortFetch,
    /// `POST /api/v1/commands` with this text, and hand what comes to `handle_posted`.
    Post {
        /// The command's.
        id: u64,
        /// The message.
        text: String,
    },
}

/// What happened that someone may want to know.
#[derive(Clone, Debug)]
pub enum Event {
    /// The phase or staleness changed.
    Status(Status),
    /// All rows of a topic; what was there before is gone.
    Snapshot {
        /// The topic.
        topic: Topic,
        /// The rows are those at this position.
        position: Position,
        /// The server's time.
        ts: Timestamp,
        /// By key.
        rows: RawRows,
    },
    /// A change that continues exactly where the topic stands.
    Update {
        /// The topic.
        topic: Topic,
        /// Where it stands now.
        position: Position,
        /// The server's time.
        ts: Timestamp,
        /// The provider's time.
        src_ts: Option<Timestamp>,
        /// How many change sets it holds.
        merged: u64,
        /// To apply.
        change: Change<Box<RawValue>>,
    },
    /// A connection began: how the server's sources are doing.
    Sources(BTreeMap<Box<str>, SourceState>),
    /// The server is there; how its sources are doing.
    Heartbeat(Heartbeat),
    /// A request was carried out.
    Reply(Reply),
    /// A request was refused.
    Refused(ErrorMsg),
    /// The connection ended before a command's answer: nobody here knows whether it was carried out.
    /// What is safe to repeat can be repeated, such as a bet with the same `client_ref`.
    Unanswered {
        /// The command's.
        id: u64,
    },
    /// The way was measured.
    Latency {
        /// There and back, in milliseconds.
        rtt_ms: u64,
        /// The server's clock less ours, in milliseconds, give or take half the way.
        clock_offset_ms: i64,
    },
    /// A message could not be read; it was dropped.
    Garbage,
}

/// How a poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollOutcome<'a> {
    /// 200: an array of frames.
    Frames(&'a str),
    /// 304: nothing is new.
    NotModified,
    /// No answer, a cut one, or another status.
    Failed,
}
