//! The name of a topic.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name of a topic, in bytes.
const LONGEST: usize = 96;

/// The name of a topic: segments of letters, digits, `.`, `-`, `_`, `:` joined by `/`, as in
/// `darkpool/ticker/BRK.B`. Whether such a topic exists is for the server to say. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Topic(Arc<str>);

/// The text is no topic's name.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a topic is segments of letters, digits, '.', '-', '_' or ':' joined by '/', at most 96 bytes")]
pub struct TopicError;

impl Topic {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for Topic {
    type Error = TopicError;

    fn try_from(text: Arc<str>) -> Result<Topic, TopicError> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
        let segments = text.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(fits));
        if text.len() <= LONGEST && segments { Ok(Topic(text)) } else { Err(TopicError) }
    }
}

impl From<Topic> for Arc<str> {
    fn from(topic: Topic) -> Arc<str> {
        topic.0
    }
}

impl FromStr for Topic {
    type Err = TopicError;

    fn from_str(text: &str) -> Result<Topic, TopicError> {
        Topic::try_from(Arc::from(text))
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_of_topics() {
        for good in ["darkpool/sentiment", "darkpool/ticker/BRK.B", "odds/board/soccer_epl", "x"] {
            assert!(good.parse::<Topic>().is_ok(), "{good}");
        }
        let long = "a".repeat(97);
        for bad in ["", "/", "a//b", "a/", "/a", "a b", "a@b", "a\"b", "ä", &long] {
            assert!(bad.parse::<Topic>().is_err(), "{bad}");
        }
    }
}
