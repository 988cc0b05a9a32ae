//! Protocol v1: every message, code and limit. JSON text, one catalogue for every transport.

mod client;
mod code;
mod fields;
mod limits;
mod read;
mod server;
mod source;
mod who;

pub use client::{ClientMsg, Command, Subscribe, SubscribeTopic, Unsubscribe};
pub use code::{CloseCode, Code, Errand};
pub use fields::{Fields, items, text_of, unquoted};
pub use limits::{LimitError, MESSAGE_BYTES, NESTING, check_nesting};
pub use server::{
    Applied, ErrorMsg, GoingAway, Heartbeat, Limits, Mode, Pong, RawRows, Reply, ServerMsg, Snapshot, Subscribed,
    SubscribedTopic, Update, Welcome, WireError,
};
pub use source::SourceState;
pub use who::Who;

/// The WebSocket subprotocol of v1.
pub const SUBPROTOCOL: &str = "undercurrent.v1";
