//! What a client sends.

use serde::{Deserialize, Serialize};

use super::limits::{LimitError, MESSAGE_BYTES, NESTING, check_nesting};
use super::server::WireError;
use crate::stream::{Position, Topic};

/// A message from a client. `id` comes back in the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMsg {
    /// Follow topics. `{"type":"subscribe","id":7,"topics":[{"topic":"darkpool/top","since":"7Kd2.1041"}]}`
    Subscribe(Subscribe),
    /// Stop following topics. `{"type":"unsubscribe","id":8,"topics":["darkpool/top"]}`
    Unsubscribe(Unsubscribe),
    /// Say who one is. `{"type":"auth","id":1,"token":"..."}`
    Auth {
        /// Comes back in the answer.
        id: u64,
        /// As the server's operator issued it.
        token: Box<str>,
    },
    /// Measure the way. `{"type":"ping","t0":123}`
    Ping {
        /// The client's own clock, in milliseconds; comes back.
        t0: i64,
    },
    /// Do something. `{"type":"command","id":9,"name":"place_bet","args":{...}}`
    Command(Command),
}

/// Follow topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subscribe {
    /// Comes back in the answer.
    pub id: u64,
    /// Each with where the client stands.
    pub topics: Vec<SubscribeTopic>,
}

/// One topic to follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscribeTopic {
    /// Its name.
    pub topic: Topic,
    /// Where the client stands; absent: it knows nothing. A position of another epoch, one from the
    /// future and one that is no position at all get a snapshot, never an error.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient_position")]
    pub since: Option<Position>,
    /// At least so many milliseconds between updates; absent: the topic's own pace; 0: every flush.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace_ms: Option<u32>,
}

/// Stop following topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unsubscribe {
    /// Comes back in the answer.
    pub id: u64,
    /// Their names.
    pub topics: Vec<Topic>,
}

/// Do something.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Command {
    /// Comes back in the answer.
    pub id: u64,
    /// What to do.
    pub name: Box<str>,
    /// With what; as the command says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub args: Option<serde_json::Value>,
}

/// A cursor that cannot be read is as good as none.
fn lenient_position<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Position>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

impl ClientMsg {
    /// Reads a client's message, within the limits.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the message.
    pub fn parse(text: &str) -> Result<ClientMsg, WireError> {
        if text.len() > MESSAGE_BYTES {
            return Err(LimitError::Bytes.into());
        }
        check_nesting(text, NESTING)?;
        Ok(serde_json::from_str(text)?)
    }

    /// The `id` of a message that could not be parsed, so that the refusal can be matched to it.
    #[must_use]
    pub fn id_of(text: &str) -> Option<u64> {
        #[derive(Deserialize)]
        struct OnlyId {
            id: u64,
        }
        serde_json::from_str::<OnlyId>(text).ok().map(|m| m.id)
    }

    /// The text to send.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a client message has only string keys")
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn since(json: &str) -> Option<String> {
        let text = format!(r#"{{"type":"subscribe","id":1,"topics":[{{"topic":"a","since":{json}}}]}}"#);
        let Ok(ClientMsg::Subscribe(subscribe)) = ClientMsg::parse(&text) else { panic!("refused: {text}") };
        subscribe.topics[0].since.as_ref().map(ToString::to_string)
    }

    #[test]
    fn a_cursor_that_cannot_be_read_is_as_good_as_none() {
        assert_eq!(since(r#""7Kd2.5""#).as_deref(), Some("7Kd2.5"));
        for odd in ["null", "5", r#""x""#, r#""a.b""#, "{}", "[1]"] {
            assert_eq!(since(odd), None, "{odd}");
        }
    }

    #[test]
    fn limits_are_checked_before_anything_is_parsed() {
        let long = format!(r#"{{"type":"auth","id":1,"token":"{}"}}"#, "x".repeat(MESSAGE_BYTES));
        assert!(matches!(ClientMsg::parse(&long), Err(WireError::Limit(LimitError::Bytes))));
        let deep = format!(r#"{{"type":"command","id":1,"name":"x","args":{}{}}}"#, "[".repeat(20), "]".repeat(20));
        assert!(matches!(ClientMsg::parse(&deep), Err(WireError::Limit(LimitError::Nesting))));
    }

    #[test]
    fn the_id_of_a_broken_message_is_found_where_there_is_one() {
        assert_eq!(ClientMsg::id_of(r#"{"id":7,"type":"dance"}"#), Some(7));
        assert_eq!(ClientMsg::id_of("{"), None);
    }
}
