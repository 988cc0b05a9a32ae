//! Messages of v1.

use shared::stream::{Change, Key, Position, Topic};
use shared::wire::{RawRows, ServerMsg};

use super::{Said, Update};
use crate::command::load::reference::{Hashes, row_hash};

/// What a text says.
pub fn read(text: &str) -> Said {
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
            let head = |(topic, at): (Topic, Position)| (topic.as_str().into(), (at.epoch, at.seq.0));
            Said::Heads(heartbeat.heads.into_iter().map(head).collect())
        }
        Ok(Some(ServerMsg::Reply(reply))) => Said::Reply(reply.id),
        Ok(Some(ServerMsg::Error(error))) => Said::Refused(format!("{}: {}", error.code, error.message).into()),
        Ok(Some(ServerMsg::GoingAway(going))) => Said::GoingAway { retry_ms: going.retry_ms },
        Ok(Some(ServerMsg::Welcome(_) | ServerMsg::Pong(_)) | None) => Said::Other,
        Err(_) => Said::Garbage,
    }
}

/// Rows as hashes of their exact bytes.
pub fn hashes(rows: &RawRows) -> Hashes {
    rows.iter().map(|(key, row)| (key.clone(), row_hash(key, row.get()))).collect()
}

fn changed(set: &RawRows, del: Vec<Key>) -> Change<u64> {
    let mut change = Change::new();
    del.into_iter().for_each(|key| change.del(key));
    set.iter().for_each(|(key, row)| change.set(key.clone(), row_hash(key, row.get())));
    change
}

#[cfg(test)]
mod tests {
    use shared::units::Timestamp;

    use super::*;

    #[test]
    fn an_update_becomes_hashes_of_its_rows() {
        let said = read(
            r#"{"type":"update","topic":"a/b","epoch":"e","prev":2,"seq":3,"ts":5,"src_ts":4,"merged":1,"set":{"A":{"x":1}},"del":["C"]}"#,
        );
        let Said::Update(update) = said else { panic!("{said:?}") };
        assert_eq!((update.prev, update.seq, update.src_ts), (Some(2), 3, Some(Timestamp::from_ms(4))));
        let set: Vec<_> = update.change.sets().iter().map(|(key, hash)| (&**key, *hash)).collect();
        assert_eq!(set, [("A", row_hash("A", r#"{"x":1}"#))]);
        assert!(update.change.dels().iter().map(|key| &**key).eq(["C"]));
    }
}
