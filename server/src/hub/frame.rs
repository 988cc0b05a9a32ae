//! Data frames, assembled from rows that were serialised when they changed.
//!
//! The types of `shared::wire` define the format; a test holds these two to it.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use shared::stream::{Change, Epoch, Rows, Seq, Topic};
use shared::units::Timestamp;

use crate::domain::RowJson;

/// A message ready to be sent, shared by all who receive it. All of the protocols' messages are UTF-8 text.
#[derive(Clone, Debug)]
pub struct Frame(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Bytes,
    binary: bool,
    /// The same, compressed by itself, made when the first of its readers needs it.
    deflated: OnceLock<Bytes>,
}

impl Frame {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0.text).expect("a frame is made from a String")
    }

    /// The text's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.text
    }

    /// The same bytes, shared.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.0.text.clone()
    }

    /// The same, compressed by itself: by `deflate` for the first who asks, once for everyone.
    pub fn deflated(&self, deflate: impl FnOnce(&[u8]) -> Bytes) -> Bytes {
        self.0.deflated.get_or_init(|| deflate(&self.0.text)).clone()
    }

    /// Whether it is sent as bytes.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        self.0.binary
    }

    /// Bytes, which no protocol here has a use for.
    #[cfg(feature = "echo")]
    #[must_use]
    pub fn binary(bytes: Vec<u8>) -> Frame {
        Frame(Arc::new(Inner { text: bytes.into(), binary: true, deflated: OnceLock::new() }))
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.text.len()
    }

    /// Whether it has none; no message has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.text.is_empty()
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Frame) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Frame {}

impl From<String> for Frame {
    fn from(text: String) -> Frame {
        Frame(Arc::new(Inner { text: text.into(), binary: false, deflated: OnceLock::new() }))
    }
}

/// The frames that say one thing: one in v1, any number at a door.
#[derive(Clone, Debug)]
pub enum Frames {
    /// One.
    One([Frame; 1]),
    /// Those of a change set, in order.
    Many(Arc<[Frame]>),
}

impl Deref for Frames {
    type Target = [Frame];

    fn deref(&self) -> &[Frame] {
        match self {
            Frames::One(frame) => frame,
            Frames::Many(frames) => frames,
        }
    }
}

impl From<Frame> for Frames {
    fn from(frame: Frame) -> Frames {
        Frames::One([frame])
    }
}

/// Room for everything in a frame but its rows.
const ENVELOPE: usize = 256;

/// A `snapshot` frame.
#[must_use]
pub fn encode_snapshot(topic: &Topic, epoch: &Epoch, seq: Seq, ts: Timestamp, rows: &Rows<RowJson>) -> Frame {
    let bytes: usize = rows.iter().map(|(k, r)| k.len() + r.len() + 4).sum();
    let mut text = String::with_capacity(ENVELOPE + bytes);
    let _ =
        write!(text, r#"{{"type":"snapshot","topic":"{topic}","epoch":"{epoch}","seq":{seq},"ts":{},"rows":"#, ts.ms());
    push_rows(&mut text, rows);
    text.push('}');
    text.into()
}

/// What an `update` frame says beside its rows.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// It continues from here.
    pub prev: Seq,
    /// It leads to here.
    pub seq: Seq,
    /// The server's time.
    pub ts: Timestamp,
    /// The provider's time.
    pub src_ts: Option<Timestamp>,
}

/// An `update` frame.
#[must_use]
pub fn encode_update(topic: &Topic, epoch: &Epoch, step: Step, change: &Change<RowJson>) -> Frame {
    let Step { prev, seq, ts, src_ts } = step;
    let bytes: usize = change.sets().iter().map(|(k, r)| k.len() + r.len() + 4).sum();
    let mut text = String::with_capacity(ENVELOPE + bytes);
    let _ = write!(
        text,
        r#"{{"type":"update","topic":"{topic}","epoch":"{epoch}","prev":{prev},"seq":{seq},"ts":{},"#,
        ts.ms()
    );
    if let Some(src_ts) = src_ts {
        let _ = write!(text, r#""src_ts":{},"#, src_ts.ms());
    }
    let _ = write!(text, r#""merged":{},"set":"#, seq.0 - prev.0);
    push_rows(&mut text, change.sets());
    text.push_str(r#","del":["#);
    for (index, key) in change.dels().iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_key(&mut text, key);
    }
    text.push_str("]}");
    text.into()
}

fn push_rows(text: &mut String, rows: &Rows<RowJson>) {
    text.push('{');
    for (index, (key, row)) in rows.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_key(text, key);
        text.push(':');
        text.push_str(row);
    }
    text.push('}');
}

/// Keys are names of things and rarely need escaping; when they do, it is done.
fn push_key(text: &mut String, key: &str) {
    if key.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        text.push('"');
        text.push_str(key);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(key).to_string());
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::ServerMsg;

    use super::*;

    fn rows(rows: &[(&str, &str)]) -> Rows<RowJson> {
        rows.iter().map(|(k, r)| ((*k).into(), (*r).into())).collect()
    }

    /// What the types of `shared::wire` write for the same message.
    fn as_the_types_write_it(frame: &Frame) -> String {
        ServerMsg::parse(frame.as_str()).unwrap().unwrap().to_json()
    }

    #[test]
    fn a_snapshot_is_what_the_types_say() {
        let rows = rows(&[("AAPL", r#"{"a":1}"#), ("quote\"d", "[1, 2]")]);
        let topic = "darkpool/top".parse().unwrap();
        let frame = encode_snapshot(&topic, &"e1".parse().unwrap(), Seq(7), Timestamp::from_ms(5), &rows);
        assert_eq!(frame.as_str(), as_the_types_write_it(&frame));
    }

    #[test]
    fn an_update_is_what_the_types_say() {
        let topic = "darkpool/top".parse().unwrap();
        for (src_ts, sets, dels) in
            [(None, vec![], vec!["x", "y\\"]), (Some(Timestamp::from_ms(4)), vec![("A", "{}"), ("B", "null")], vec![])]
        {
            let mut change = Change::new();
            sets.into_iter().for_each(|(k, r): (&str, &str)| change.set(k.into(), r.into()));
            dels.into_iter().for_each(|k: &str| change.del(k.into()));
            let step = Step { prev: Seq(3), seq: Seq(7), ts: Timestamp::from_ms(5), src_ts };
            let frame = encode_update(&topic, &"e1".parse().unwrap(), step, &change);
            assert_eq!(frame.as_str(), as_the_types_write_it(&frame));
        }
    }
}
