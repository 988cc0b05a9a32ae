//! A server's messages, read by name.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{
    Applied, Code, ErrorMsg, Fields, GoingAway, Heartbeat, Limits, Mode, Pong, RawRows, Reply, ServerMsg, Snapshot,
    SourceState, Subscribed, SubscribedTopic, Update, Welcome, WireError, text_of, unquoted,
};
use crate::stream::{Key, Seq};
use crate::units::Timestamp;

impl ServerMsg {
    /// Reads a server's message. `Ok(None)` is a type this version does not know, which is ignored.
    ///
    /// # Errors
    /// The text is no message.
    pub fn parse(text: &str) -> Result<Option<ServerMsg>, WireError> {
        let fields = Fields::of(text).ok_or(WireError::Field)?;
        let kind = fields.text("type").ok_or(WireError::Field)?;
        let message = match &*kind {
            "welcome" => welcome(&fields).map(ServerMsg::Welcome),
            "subscribed" => subscribed(&fields).map(ServerMsg::Subscribed),
            "snapshot" => snapshot(&fields).map(ServerMsg::Snapshot),
            "update" => update(&fields).map(ServerMsg::Update),
            "heartbeat" => heartbeat(&fields).map(ServerMsg::Heartbeat),
            "reply" => reply(&fields).map(ServerMsg::Reply),
            "error" => error(&fields).map(ServerMsg::Error),
            "pong" => pong(&fields).map(ServerMsg::Pong),
            "going_away" => going_away(&fields).map(ServerMsg::GoingAway),
            _ => return Ok(None),
        };
        message.map(Some).ok_or(WireError::Field)
    }
}

fn welcome(fields: &Fields<'_>) -> Option<Welcome> {
    let limits = fields.inner("limits")?;
    Some(Welcome {
        client: fields.text("client")?.into(),
        session_ms: time(fields, "session_ms")?,
        heartbeat_ms: fields.plain("heartbeat_ms")?,
        version: fields.text("version")?.into(),
        user: fields.text("user").map(Box::from),
        limits: Limits {
            messages_per_s: limits.plain("messages_per_s")?,
            burst: limits.plain("burst")?,
            topics: limits.plain("topics")?,
            message_bytes: limits.plain("message_bytes")?,
        },
        sources: sources(fields).unwrap_or_default(),
    })
}

fn subscribed(fields: &Fields<'_>) -> Option<Subscribed> {
    let topic = |item: &str| {
        let fields = Fields::of(item)?;
        Some(SubscribedTopic {
            topic: fields.read("topic")?,
            epoch: fields.read("epoch")?,
            seq: seq(&fields, "seq")?,
            mode: match &*fields.text("mode")? {
                "live" => Mode::Live,
                "resumed" => Mode::Resumed,
                "snapshot" => Mode::Snapshot,
                _ => return None,
            },
            pace_ms: fields.plain("pace_ms")?,
        })
    };
    let topics = fields.items("topics")?.into_iter().map(topic).collect::<Option<_>>()?;
    Some(Subscribed { id: fields.plain("id")?, topics })
}

fn snapshot(fields: &Fields<'_>) -> Option<Snapshot> {
    Some(Snapshot {
        topic: fields.read("topic")?,
        epoch: fields.read("epoch")?,
        seq: seq(fields, "seq")?,
        ts: time(fields, "ts")?,
        rows: rows(&fields.inner("rows")?)?,
    })
}

fn update(fields: &Fields<'_>) -> Option<Update> {
    let set = fields.inner("set").unwrap_or_default();
    let del = fields.items("del").unwrap_or_default();
    Some(Update {
        topic: fields.read("topic")?,
        epoch: fields.read("epoch")?,
        prev: seq(fields, "prev")?,
        seq: seq(fields, "seq")?,
        ts: time(fields, "ts")?,
        src_ts: time(fields, "src_ts"),
        merged: fields.plain("merged")?,
        set: rows(&set)?,
        del: del.into_iter().map(key).collect::<Option<_>>()?,
    })
}

fn heartbeat(fields: &Fields<'_>) -> Option<Heartbeat> {
    let heads = fields.inner("heads")?;
    let mut at = BTreeMap::new();
    for (topic, head) in heads.entries() {
        at.insert(topic.parse().ok()?, unquoted(head)?.parse().ok()?);
    }
    Some(Heartbeat {
        ts: time(fields, "ts")?,
        clients: fields.plain("clients")?,
        flush_ms: fields.plain("flush_ms"),
        heads: at,
        sources: sources(fields)?,
    })
}

fn reply(fields: &Fields<'_>) -> Option<Reply> {
    let at =
        |at: Fields<'_>| Some(Applied { topic: at.read("topic")?, epoch: at.read("epoch")?, seq: seq(&at, "seq")? });
    Some(Reply {
        id: fields.plain("id")?,
        ok: RawValue::from_string(fields.raw("ok").unwrap_or("null").to_owned()).ok()?,
        at: fields.inner("at").and_then(at),
    })
}

fn error(fields: &Fields<'_>) -> Option<ErrorMsg> {
    Some(ErrorMsg {
        id: fields.plain("id"),
        code: Code::of(&fields.text("code")?)?,
        message: fields.text("message")?.into(),
        retryable: fields.plain("retryable")?,
        retry_after_ms: fields.plain("retry_after_ms"),
        details: fields.raw("details").and_then(|json| serde_json::from_str(json).ok()),
    })
}

fn pong(fields: &Fields<'_>) -> Option<Pong> {
    Some(Pong { t0: fields.plain("t0")?, t1: time(fields, "t1")? })
}

fn going_away(fields: &Fields<'_>) -> Option<GoingAway> {
    Some(GoingAway { retry_ms: fields.plain("retry_ms")?, reason: fields.text("reason")?.into() })
}

fn rows(fields: &Fields<'_>) -> Option<RawRows> {
    let mut rows = RawRows::new();
    for (name, row) in fields.entries() {
        rows.insert(Key::from(&**name), RawValue::from_string((*row).to_owned()).ok()?);
    }
    Some(rows)
}

fn sources(fields: &Fields<'_>) -> Option<BTreeMap<Box<str>, SourceState>> {
    let inner = fields.inner("sources")?;
    let known = [SourceState::Live, SourceState::Lagging, SourceState::Stale, SourceState::Down];
    let mut sources = BTreeMap::new();
    for (name, state) in inner.entries() {
        let state = unquoted(state)?;
        sources.insert(Box::from(&**name), known.into_iter().find(|known| known.as_str() == state)?);
    }
    Some(sources)
}

fn key(raw: &str) -> Option<Key> {
    text_of(raw).map(|text| Key::from(&*text))
}

fn seq(fields: &Fields<'_>, name: &str) -> Option<Seq> {
    fields.plain(name).map(Seq)
}

fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.plain(name).map(Timestamp::from_ms)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// What is read is written again as it was; every field of every message is in one of them.
    #[test]
    fn a_message_is_read_as_it_was_written() {
        for text in [
            r#"{"type":"welcome","client":"c-1","session_ms":1,"heartbeat_ms":10000,"version":"1","user":"ana","limits":{"messages_per_s":10,"burst":20,"topics":128,"message_bytes":16384},"sources":{"demo":"lagging"}}"#,
            r#"{"type":"subscribed","id":7,"topics":[{"topic":"a/b","epoch":"e","seq":3,"mode":"resumed","pace_ms":100}]}"#,
            r#"{"type":"snapshot","topic":"a/b","epoch":"e","seq":3,"ts":5,"rows":{"A":{"x":[1,"}"]},"B":null}}"#,
            r#"{"type":"update","topic":"a/b","epoch":"e","prev":2,"seq":3,"ts":5,"src_ts":4,"merged":1,"set":{"A":{},"q\"d":1},"del":["C","D\\"]}"#,
            r#"{"type":"heartbeat","ts":5,"clients":2,"heads":{"a/b":"e.3"},"sources":{"x":"live","y":"stale","z":"down"}}"#,
            r#"{"type":"reply","id":8,"ok":{"bet":"b-17"},"at":{"topic":"a/b","epoch":"e","seq":3}}"#,
            r#"{"type":"error","id":null,"code":"NX-429","message":"say \"please\"","retryable":true,"retry_after_ms":100}"#,
            r#"{"type":"pong","t0":-1,"t1":2}"#,
            r#"{"type":"going_away","retry_ms":3150,"reason":"restart"}"#,
        ] {
            let message = ServerMsg::parse(text).unwrap().unwrap();
            assert_eq!(message.to_json(), text);
        }
    }

    #[test]
    fn a_type_that_is_not_known_is_ignored_and_a_broken_message_is_an_error() {
        assert!(ServerMsg::parse(r#"{"type":"later","x":1}"#).unwrap().is_none());
        for text in [
            "",
            "[]",
            r#"{"type":1}"#,
            r#"{"type":"pong","t0":1}"#,
            r#"{"type":"pong","t0":1.5,"t1":2}"#,
            r#"{"type":"snapshot","topic":"a/b","epoch":"e","seq":3,"ts":5,"rows":{"A":nonsense}}"#,
            r#"{"type":"update","topic":"a//b","epoch":"e","prev":2,"seq":3,"ts":5,"merged":1}"#,
            r#"{"type":"heartbeat","ts":5,"clients":2,"heads":{},"sources":{"x":"asleep"}}"#,
        ] {
            assert!(ServerMsg::parse(text).is_err(), "{text}");
        }
    }
}
