//! What the server sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use super::limits::LimitError;
use super::{Code, SourceState};
use crate::stream::{Epoch, Key, Position, Seq, Topic};
use crate::units::Timestamp;

/// Rows as they came: JSON that only the topic's follower interprets.
pub type RawRows = BTreeMap<Key, Box<RawValue>>;

/// A message from the server.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMsg {
    /// The first frame of a connection.
    Welcome(Welcome),
    /// Answers a subscription.
    Subscribed(Subscribed),
    /// All rows of a topic.
    Snapshot(Snapshot),
    /// What changed in a topic.
    Update(Update),
    /// Still there.
    Heartbeat(Heartbeat),
    /// A request was carried out.
    Reply(Reply),
    /// A request was refused.
    Error(ErrorMsg),
    /// Answers a ping.
    Pong(Pong),
    /// The server is about to close.
    GoingAway(GoingAway),
}

/// `{"type":"welcome","client":"c-7f3a","session_ms":1761748512345,"heartbeat_ms":10000,"version":"1.0.0",
/// "user":null,"limits":{"messages_per_s":10,"burst":20,"topics":128,"message_bytes":16384},"sources":{"massive":"live"}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    /// The server's name for this connection, as in its logs.
    pub client: Box<str>,
    /// The server's time.
    pub session_ms: Timestamp,
    /// A heartbeat comes at least this often.
    pub heartbeat_ms: u64,
    /// The server's version.
    pub version: Box<str>,
    /// Who one is signed in as.
    pub user: Option<Box<str>>,
    /// What the client may do.
    pub limits: Limits,
    /// How the providers are doing, so that nobody has to wait for the first heartbeat to know.
    #[serde(default)]
    pub sources: BTreeMap<Box<str>, SourceState>,
}

/// What a client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Messages a second, sustained.
    pub messages_per_s: u32,
    /// Messages at once after a pause.
    pub burst: u32,
    /// Topics followed at once.
    pub topics: u32,
    /// The longest message, in bytes.
    pub message_bytes: u32,
}

/// `{"type":"subscribed","id":7,"topics":[{"topic":"darkpool/sentiment","epoch":"7Kd2","seq":1050,"mode":"resumed","pace_ms":100}]}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subscribed {
    /// The request's.
    pub id: u64,
    /// One for each topic that was asked for.
    pub topics: Vec<SubscribedTopic>,
}

/// How following a topic begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscribedTopic {
    /// Its name.
    pub topic: Topic,
    /// The numbering.
    pub epoch: Epoch,
    /// Where the topic stands.
    pub seq: Seq,
    /// What comes next.
    pub mode: Mode,
    /// At least so many milliseconds are between two updates.
    pub pace_ms: u32,
}

/// What follows a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Nothing was missed; updates follow as they come.
    Live,
    /// One update with what was missed.
    Resumed,
    /// A snapshot.
    Snapshot,
}

/// `{"type":"snapshot","topic":"darkpool/sentiment","epoch":"7Kd2","seq":1041,"ts":1761748512345,"rows":{"AAPL":{...}}}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// The topic.
    pub topic: Topic,
    /// The numbering.
    pub epoch: Epoch,
    /// The rows are those after this change set.
    pub seq: Seq,
    /// The server's time.
    pub ts: Timestamp,
    /// All rows by key.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Key, serde_json::Value>"))]
    pub rows: RawRows,
}

/// `{"type":"update","topic":"darkpool/sentiment","epoch":"7Kd2","prev":1041,"seq":1050,"ts":1761748512345,
/// "src_ts":1761748512301,"merged":9,"set":{"AAPL":{...}},"del":["XYZ"]}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Update {
    /// The topic.
    pub topic: Topic,
    /// The numbering.
    pub epoch: Epoch,
    /// It continues from here, or from anywhere between here and `seq`.
    pub prev: Seq,
    /// It takes the topic to here.
    pub seq: Seq,
    /// The server's time.
    pub ts: Timestamp,
    /// The provider's time of the newest event in it; absent when no event caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub src_ts: Option<Timestamp>,
    /// How many change sets it holds; above 1, values in between were skipped.
    pub merged: u64,
    /// Rows at their new value.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Key, serde_json::Value>"))]
    pub set: RawRows,
    /// Keys of rows that are gone.
    #[serde(default)]
    pub del: Vec<Key>,
}

/// `{"type":"heartbeat","ts":1761748522345,"clients":5,"heads":{"darkpool/sentiment":"7Kd2.1050"},"sources":{"massive":"live"}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heartbeat {
    /// The server's time.
    pub ts: Timestamp,
    /// Open connections.
    pub clients: u64,
    /// Over how long changes are gathered now, when that is longer than usual because the server is
    /// short of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flush_ms: Option<u64>,
    /// Where the followed topics stand, so that a lost last update is noticed.
    pub heads: BTreeMap<Topic, Position>,
    /// How the providers are doing.
    pub sources: BTreeMap<Box<str>, SourceState>,
}

/// `{"type":"reply","id":8,"ok":{...},"at":{"topic":"bets/42","epoch":"q1","seq":3}}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reply {
    /// The request's.
    pub id: u64,
    /// The outcome, as the request says.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub ok: Box<RawValue>,
    /// Where its effect is visible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Applied>,
}

/// Where the effect of a command is visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Applied {
    /// The topic.
    pub topic: Topic,
    /// The numbering.
    pub epoch: Epoch,
    /// From here on.
    pub seq: Seq,
}

/// `{"type":"error","id":8,"code":"NX-401","message":"sign in to place a bet","retryable":false}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorMsg {
    /// The request's; `null` when the message had none that could be read.
    pub id: Option<u64>,
    /// What kind of refusal.
    pub code: Code,
    /// What to do about it.
    pub message: Box<str>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// When to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What a program can use: the price as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub details: Option<serde_json::Value>,
}

/// `{"type":"pong","t0":123,"t1":1761748522345}`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pong {
    /// The ping's.
    pub t0: i64,
    /// The server's time.
    pub t1: Timestamp,
}

/// `{"type":"going_away","retry_ms":3150,"reason":"restart"}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoingAway {
    /// Come back after so long; the server spreads its clients.
    pub retry_ms: u64,
    /// Why.
    pub reason: Box<str>,
}

/// A message that cannot be read.
#[derive(Debug, Error)]
pub enum WireError {
    /// It breaks a limit.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A field is missing, or is not what it has to be.
    #[error("a field is missing, or is not what it has to be")]
    Field,
    /// It is no JSON, of no known type, or lacks something.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

impl ServerMsg {
    /// The text to send.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a server message has only string keys")
    }
}

impl ErrorMsg {
    /// A refusal with a sentence that says what to do.
    #[must_use]
    pub fn new(id: Option<u64>, code: Code, message: impl Into<Box<str>>) -> ErrorMsg {
        ErrorMsg { id, code, message: message.into(), retryable: code.retryable(), retry_after_ms: None, details: None }
    }
}
