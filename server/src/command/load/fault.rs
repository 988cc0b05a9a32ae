//! What can be wrong with what a client was told, in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::fanout::frame::Violation;

/// So many faults are described; the others are counted.
const MOST_DESCRIBED: usize = 20;

/// Something that must not happen.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Wrong {
    /// An update was lost.
    #[error("a gap: the client is at {at}, the update leads from {prev} to {seq}")]
    Gap {
        /// Where the client is.
        at: u64,
        /// Where the update begins.
        prev: u64,
        /// Where it leads.
        seq: u64,
    },
    /// An update came again.
    #[error("a duplicate: the client is at {at}, the update leads to {seq}")]
    Duplicate {
        /// Where the client is.
        at: u64,
        /// Where the update leads.
        seq: u64,
    },
    /// The numbering changed without a snapshot.
    #[error("an update of another epoch without a snapshot before it")]
    OtherEpoch,
    /// An update came before the first snapshot.
    #[error("an update before any snapshot")]
    NoSnapshot,
    /// A snapshot is older than what the client has.
    #[error("a snapshot at {seq} for a client that is at {at}")]
    OlderSnapshot {
        /// Where the client is.
        at: u64,
        /// Where the snapshot is.
        seq: u64,
    },
    /// The rows are not those that others have at the same position.
    #[error("at {seq} the rows are not those that others have there")]
    Rows {
        /// The position.
        seq: u64,
    },
    /// The server believes to have sent what never came.
    #[error("the heartbeat says {seq}, but the client was sent nothing after {at}")]
    NeverSent {
        /// Where the client is.
        at: u64,
        /// Where the server says it is.
        seq: u64,
    },
    /// The client did not get as far as the HTTP entrance was.
    #[error("over HTTP the topic is at {seq}, and the client stays at {at}")]
    Behind {
        /// Where the client is.
        at: u64,
        /// Where the topic is.
        seq: u64,
    },
    /// A client that was live is not any more.
    #[error("it was live and did not become so again")]
    NotLive,
    /// The HTTP entrance could not be compared with.
    #[error("the rows could not be compared over HTTP: {0}")]
    Http(String),
    /// A message that is none.
    #[error("a message that cannot be read: {0}")]
    Garbage(String),
    /// A frame that RFC 6455 or RFC 7692 forbids.
    #[error("a frame that breaks the protocol: {0}")]
    Protocol(String),
}

impl Wrong {
    /// Its name in counts.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Wrong::Gap { .. } => "gap",
            Wrong::Duplicate { .. } => "duplicate",
            Wrong::OtherEpoch => "other_epoch",
            Wrong::NoSnapshot => "no_snapshot",
            Wrong::OlderSnapshot { .. } => "older_snapshot",
            Wrong::Rows { .. } => "rows",
            Wrong::NeverSent { .. } => "never_sent",
            Wrong::Behind { .. } => "behind",
            Wrong::NotLive => "not_live",
            Wrong::Http(_) => "http",
            Wrong::Garbage(_) => "garbage",
            Wrong::Protocol(_) => "protocol",
        }
    }
}

/// Whom something wrong happened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the client; none: all of them.
    pub client: Option<usize>,
    /// The topic, where there is one.
    pub topic: Box<str>,
    /// What.
    pub wrong: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client {
            Some(client) => write!(f, "client {client}")?,
            None => f.write_str("all clients")?,
        }
        if !self.topic.is_empty() {
            write!(f, ", {}", self.topic)?;
        }
        write!(f, ": {}", self.wrong)
    }
}

/// Every fault, and the first of them in words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Faults {
    /// How many there were.
    pub total: u64,
    /// By kind.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// The first ones.
    pub first: Vec<String>,
}

impl Faults {
    /// One more.
    pub fn add(&mut self, fault: &Fault) {
        self.total += 1;
        *self.by_kind.entry(fault.wrong.kind()).or_default() += 1;
        if self.first.len() < MOST_DESCRIBED {
            self.first.push(fault.to_string());
        }
    }

    /// A client's connection broke the protocol.
    pub fn protocol(&mut self, client: usize, violation: &Violation) {
        let wrong = Wrong::Protocol(violation.to_string());
        self.add(&Fault { client: Some(client), topic: "".into(), wrong });
    }

    /// How many of a kind.
    #[must_use]
    pub fn of(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_described() {
        let mut faults = Faults::default();
        for client in 0..30 {
            let wrong = Wrong::Gap { at: 1, prev: 2, seq: 3 };
            faults.add(&Fault { client: Some(client), topic: "a/b".into(), wrong });
        }
        assert_eq!((faults.total, faults.of("gap"), faults.of("rows"), faults.first.len()), (30, 30, 0, 20));
        assert_eq!(faults.first[7], "client 7, a/b: a gap: the client is at 1, the update leads from 2 to 3");
    }
}
