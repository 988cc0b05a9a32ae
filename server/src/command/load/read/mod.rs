//! What a server's message means to someone who checks it: rows become hashes, the doors' messages and
//! those of v1 become the same few steps.

mod boards;
mod darkpool;
mod v1;

use std::collections::BTreeMap;

use shared::stream::{Change, Epoch};
use shared::units::Timestamp;
use shared::wire::{Mode, ServerMsg};

use super::door::Door;
use super::reference::Hashes;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// All rows of a topic.
    Snapshot {
        /// The topic.
        topic: Box<str>,
        /// The numbering.
        epoch: Epoch,
        /// The position.
        seq: u64,
        /// The rows.
        rows: Hashes,
    },
    /// What changed in a topic.
    Update(Update),
    /// A subscription was taken.
    Subscribed {
        /// The request's.
        id: u64,
        /// Each topic and how it begins.
        topics: BTreeMap<Box<str>, Mode>,
    },
    /// What the client has been sent, as the server sees it.
    Heads(BTreeMap<Box<str>, (Epoch, u64)>),
    /// A request was carried out.
    Reply(u64),
    /// A request was refused.
    Refused(Box<str>),
    /// The server is about to close.
    GoingAway {
        /// Come back after so many milliseconds.
        retry_ms: u64,
    },
    /// Something that needs no checking.
    Other,
    /// No message at all.
    Garbage,
}

/// What changed in a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The topic.
    pub topic: Box<str>,
    /// The numbering.
    pub epoch: Epoch,
    /// It continues from here; doors do not say.
    pub prev: Option<u64>,
    /// It leads to here.
    pub seq: u64,
    /// When the server published it.
    pub ts: Option<Timestamp>,
    /// The provider's time of it.
    pub src_ts: Option<Timestamp>,
    /// The rows, as hashes.
    pub change: Change<u64>,
}

/// Reads messages of one door. Of the dark-pool door every distinct message has to be read once, in the
/// order in which they were sent.
#[derive(Debug)]
pub struct Reading {
    door: Door,
    dark_pool: darkpool::DarkPool,
}

impl Reading {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(door: Door) -> Reading {
        Reading { door, dark_pool: darkpool::DarkPool::default() }
    }

    /// What a text says.
    pub fn read(&mut self, text: &str) -> Said {
        let said = match self.door {
            Door::V1 => return v1::read(text),
            Door::DarkPool => self.dark_pool.read(text),
            Door::Odds => boards::odds(text),
            Door::Sportsbooks => boards::sportsbooks(text),
        };
        said.unwrap_or(Said::Garbage)
    }

    /// Whether the door numbers what it says more finely than HTTP does.
    #[must_use]
    pub fn is_finer_than_http(&self) -> bool {
        self.door == Door::DarkPool
    }

    /// The rows of a topic as the HTTP entrance shows them, where they can be compared.
    #[must_use]
    pub fn http(&self, text: &str) -> Option<(Epoch, u64, Hashes)> {
        let ServerMsg::Snapshot(snapshot) = ServerMsg::parse(text).ok()?? else { return None };
        match self.door {
            Door::V1 => Some((snapshot.epoch, snapshot.seq.0, v1::hashes(&snapshot.rows))),
            Door::DarkPool => darkpool::http(snapshot.seq.0, &snapshot.rows),
            Door::Odds => boards::http_odds(snapshot.ts, &snapshot.rows),
            Door::Sportsbooks => boards::http_sportsbooks(snapshot.ts, &snapshot.rows),
        }
    }
}

/// Doors know no epochs.
fn no_epoch() -> Epoch {
    Epoch::from_bits(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_garbage_and_what_is_not_known_is_not() {
        for door in Door::ALL {
            assert_eq!(Reading::new(door).read("nonsense"), Said::Garbage);
            assert_eq!(Reading::new(door).read(r#"{"type":"later"}"#), Said::Other);
        }
    }
}
