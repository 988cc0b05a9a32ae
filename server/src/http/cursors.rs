//! Cursors in URLs and headers: `topic@epoch.seq`, several joined by commas in `Last-Event-ID`.

use shared::stream::{Position, Topic};
use shared::wire::Code;

use super::refusal::Refusal;

/// How many topics one request may follow.
const MOST: usize = 128;

/// A topic, and where its follower stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The topic.
    pub topic: Topic,
    /// `None`: it knows nothing, or nothing that can be read.
    pub since: Option<Position>,
}

impl Cursor {
    /// Reads `topic` or `topic@epoch.seq`. A position that cannot be read is as good as none.
    ///
    /// # Errors
    /// The topic's name is none.
    pub fn parse(text: &str) -> Result<Cursor, Refusal> {
        let (topic, since) = match text.split_once('@') {
            Some((topic, since)) => (topic, since.parse().ok()),
            None => (text, None),
        };
        let topic = topic.parse().map_err(|error| Refusal::new(Code::Malformed, format!("{topic:?}: {error}")))?;
        Ok(Cursor { topic, since })
    }

    /// As [`Cursor::parse`] reads it.
    #[must_use]
    pub fn format(topic: &Topic, at: &Position) -> String {
        format!("{topic}@{at}")
    }
}

/// The values of a query parameter, decoded.
pub fn values<'a>(query: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| decode(value))
}

/// The cursors of a query parameter; at least one, not too many.
///
/// # Errors
/// None, too many, or one that cannot be read.
pub fn cursors(query: &str, name: &str) -> Result<Vec<Cursor>, Refusal> {
    let mut cursors: Vec<Cursor> = Vec::new();
    for value in values(query, name) {
        let cursor = Cursor::parse(&value)?;
        if !cursors.iter().any(|c| c.topic == cursor.topic) {
            cursors.push(cursor);
        }
    }
    match cursors.len() {
        0 => Err(Refusal::new(Code::Malformed, format!("name at least one topic: ?{name}=darkpool/top"))),
        n if n > MOST => Err(Refusal::new(Code::TooLarge, format!("at most {MOST} topics in one request"))),
        _ => Ok(cursors),
    }
}

/// Percent-decoding; what is not an escape stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = text.get(index + 1..index + 3).filter(|_| bytes[index] == b'%');
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                index += 3;
            }
            None => {
                out.push(if bytes[index] == b'+' { b' ' } else { bytes[index] });
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_from_a_query() {
        let found = cursors("c=darkpool/top@7Kd2.5&wait=3&c=darkpool%2Ftape%40x&c=a", "c").unwrap();
        let read: Vec<_> =
            found.iter().map(|c| (c.topic.as_str(), c.since.as_ref().map(ToString::to_string))).collect();
        assert_eq!(read, [("darkpool/top", Some("7Kd2.5".into())), ("darkpool/tape", None), ("a", None)]);
    }

    #[test]
    fn no_topic_bad_names_and_too_many_are_refused() {
        let many = (0..200).map(|n| format!("c=t{n}&")).collect::<String>();
        for query in ["", "wait=3", "c=", "c=a%20b", &many] {
            assert!(cursors(query, "c").is_err(), "{query}");
        }
    }
}
