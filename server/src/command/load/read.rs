//! What a server's message means to someone who checks it: rows become hashes, the door's messages and
//! those of v1 become the same few steps.

use std::collections::BTreeMap;

use shared::stream::{Change, Epoch, Key};
use shared::units::Timestamp;
use shared::wire::{Fields, Mode, RawRows, ServerMsg, items};

use super::options::Door;
use super::reference::{Hashes, row_hash};

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
    /// It continues from here; the door does not say.
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

/// The topic that the dark-pool door shows.
pub const DOOR_TOPIC: &str = "darkpool/sentiment";

/// Several updates of the door share a number; this many bits number them within it.
const DOOR_BITS: u32 = 20;

/// Reads messages of one door. Of the dark-pool door every distinct message has to be read once, in the
/// order in which they were sent.
#[derive(Debug)]
pub struct Reading {
    door: Door,
    /// The last number of the door, and how many updates had it.
    last: (u64, u64),
    /// The door has no epochs.
    epoch: Epoch,
}

impl Reading {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(door: Door) -> Reading {
        Reading { door, last: (0, 0), epoch: Epoch::from_bits(0) }
    }

    /// What a text says.
    pub fn read(&mut self, text: &str) -> Said {
        match self.door {
            Door::V1 => v1(text),
            Door::DarkPool => self.dark_pool(text).unwrap_or(Said::Garbage),
        }
    }

    /// Whether updates say where they continue from.
    #[must_use]
    pub fn says_where_from(&self) -> bool {
        self.door == Door::V1
    }

    fn dark_pool(&mut self, text: &str) -> Option<Said> {
        let fields = Fields::of(text)?;
        Some(match &*fields.text("type")? {
            "initial" | "full" => {
                let seq = (fields.plain::<u64>("seq")? << DOOR_BITS) | ((1 << DOOR_BITS) - 1);
                let rows = items(fields.raw("data")?)?
                    .into_iter()
                    .map(|row| door_row(row, "bullish_amount", "bearish_amount"));
                Said::Snapshot {
                    topic: DOOR_TOPIC.into(),
                    epoch: self.epoch.clone(),
                    seq,
                    rows: rows.collect::<Option<_>>()?,
                }
            }
            "update" => {
                let seq = fields.plain::<u64>("seq")?;
                self.last = if seq == self.last.0 { (seq, self.last.1 + 1) } else { (seq, 1) };
                let mut change = Change::new();
                let (ticker, totals) = door_row(text, "total_bullish_amount", "total_bearish_amount")?;
                change.set(ticker, totals);
                let time = fields.text("timestamp")?.parse::<jiff::Timestamp>().ok()?;
                Said::Update(Update {
                    topic: DOOR_TOPIC.into(),
                    epoch: self.epoch.clone(),
                    prev: None,
                    seq: (seq << DOOR_BITS) | self.last.1,
                    ts: None,
                    src_ts: Some(Timestamp::from_ms(time.as_millisecond())),
                    change,
                })
            }
            "error" => Said::Refused(fields.text("message")?.into()),
            _ => Said::Other,
        })
    }

    /// The rows of a topic as the HTTP entrance shows them, where they can be compared.
    #[must_use]
    pub fn http(&self, text: &str) -> Option<(Epoch, u64, Hashes)> {
        match (self.door, ServerMsg::parse(text).ok()??) {
            (Door::V1, ServerMsg::Snapshot(snapshot)) => Some((snapshot.epoch, snapshot.seq.0, hashes(&snapshot.rows))),
            (Door::DarkPool, ServerMsg::Snapshot(snapshot)) => {
                let rows = snapshot.rows.values().map(|row| door_row(row.get(), "bullish_amount", "bearish_amount"));
                let seq = (snapshot.seq.0 << DOOR_BITS) | ((1 << DOOR_BITS) - 1);
                Some((self.epoch.clone(), seq, rows.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }
}

/// A ticker's totals, whichever message they are in.
fn door_row(row: &str, bullish: &str, bearish: &str) -> Option<(Key, u64)> {
    let fields = Fields::of(row)?;
    let ticker = fields.text("ticker")?;
    let totals = format!("{} {}", fields.raw(bullish)?.trim_matches('"'), fields.raw(bearish)?.trim_matches('"'));
    Some((Key::from(&*ticker), row_hash(&ticker, &totals)))
}

fn hashes(rows: &RawRows) -> Hashes {
    rows.iter().map(|(key, row)| (key.clone(), row_hash(key, row.get()))).collect()
}

fn changed(set: &RawRows, del: Vec<Key>) -> Change<u64> {
    let mut change = Change::new();
    del.into_iter().for_each(|key| change.del(key));
    set.iter().for_each(|(key, row)| change.set(key.clone(), row_hash(key, row.get())));
    change
}

fn v1(text: &str) -> Said {
    match ServerMsg::parse(text) {
        Ok(Some(ServerMsg::Snapshot(snapshot))) => Said::Snapshot {
            rows: hashes(&snapshot.rows),
            topic: snapshot.topic.as_str().into(),
            epoch: snapshot.epoch,
            seq: snapshot.seq.0,
        },
        Ok(Some(ServerMsg::Update(update))) => Said::Update(Update {
            change: changed(&update.set, update.del),
            topic: update.topic.as_str().into(),
            epoch: update.epoch,
            prev: Some(update.prev.0),
            seq: update.seq.0,
            ts: Some(update.ts),
            src_ts: update.src_ts,
        }),
        Ok(Some(ServerMsg::Subscribed(subscribed))) => Said::Subscribed {
            id: subscribed.id,
            topics: subscribed.topics.into_iter().map(|t| (t.topic.as_str().into(), t.mode)).collect(),
        },
        Ok(Some(ServerMsg::Heartbeat(heartbeat))) => {
            let head = |(topic, at): (shared::stream::Topic, shared::stream::Position)| {
                (topic.as_str().into(), (at.epoch, at.seq.0))
            };
            Said::Heads(heartbeat.heads.into_iter().map(head).collect())
        }
        Ok(Some(ServerMsg::Reply(reply))) => Said::Reply(reply.id),
        Ok(Some(ServerMsg::Error(error))) => Said::Refused(format!("{}: {}", error.code, error.message).into()),
        Ok(Some(ServerMsg::GoingAway(going))) => Said::GoingAway { retry_ms: going.retry_ms },
        Ok(Some(ServerMsg::Welcome(_) | ServerMsg::Pong(_)) | None) => Said::Other,
        Err(_) => Said::Garbage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_of_v1_becomes_hashes_of_its_rows() {
        let said = Reading::new(Door::V1).read(
            r#"{"type":"update","topic":"a/b","epoch":"e","prev":2,"seq":3,"ts":5,"src_ts":4,"merged":1,"set":{"A":{"x":1}},"del":["C"]}"#,
        );
        let Said::Update(update) = said else { panic!("{said:?}") };
        assert_eq!((update.prev, update.seq, update.src_ts), (Some(2), 3, Some(Timestamp::from_ms(4))));
        let set: Vec<_> = update.change.sets().iter().map(|(key, hash)| (&**key, *hash)).collect();
        assert_eq!(set, [("A", row_hash("A", r#"{"x":1}"#))]);
        assert!(update.change.dels().iter().map(|key| &**key).eq(["C"]));
    }

    #[test]
    fn totals_of_the_door_are_the_same_in_every_message_and_over_http() {
        let mut door = Reading::new(Door::DarkPool);
        let initial = door.read(
            r#"{"type":"initial","data":[{"ticker":"A","bullish_amount":"1.00","bearish_amount":"2.00","last_updated":"2025-10-29T14:35:12.345Z"}],"seq":4}"#,
        );
        let update = door.read(
            r#"{"type":"update","ticker":"A","bullish_amount":"0.00","bearish_amount":"0.00","total_bullish_amount":"1.00","total_bearish_amount":"2.00","timestamp":"2025-10-29T14:35:12.345Z","seq":5}"#,
        );
        let http = door.http(
            r#"{"type":"snapshot","topic":"darkpool/sentiment","epoch":"e","seq":5,"ts":1,"rows":{"A":{"ticker":"A","bullish_amount":"1.00","bearish_amount":"2.00"}}}"#,
        );
        let Said::Snapshot { rows, seq: first, .. } = initial else { panic!("{initial:?}") };
        let Said::Update(Update { change, seq, .. }) = update else { panic!("{update:?}") };
        let (_, last, shown) = http.unwrap();
        assert!(first < seq && seq < last, "{first} {seq} {last}");
        assert_eq!(rows, *change.sets());
        assert_eq!(rows, shown);
    }

    #[test]
    fn what_cannot_be_read_is_garbage_and_what_is_not_known_is_not() {
        for door in [Door::V1, Door::DarkPool] {
            assert_eq!(Reading::new(door).read("nonsense"), Said::Garbage);
            assert_eq!(Reading::new(door).read(r#"{"type":"later"}"#), Said::Other);
        }
    }
}
