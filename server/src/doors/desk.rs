//! What the doors of the odds domain do with every message before they look at what it says.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use shared::units::Moment;
use shared::wire::{CloseCode, Code, MESSAGE_BYTES, NESTING, check_nesting};

use crate::session::{Bucket, Settings};

/// A client this many messages over its rate is not slowed down but closed.
const MOST_REFUSED: u32 = 50;

/// Takes messages in.
pub struct Desk {
    bucket: Bucket,
    refused: u32,
    rate: (u32, u32),
}

/// A message as both doors take it: its type, what it is about, and perhaps a name that its answer repeats.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    /// What kind of message.
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    /// What it is about.
    #[serde(borrow, default)]
    pub payload: Option<&'a RawValue>,
    /// The client's name for it.
    #[serde(borrow, default, rename = "requestId")]
    pub request_id: Option<Cow<'a, str>>,
}

/// Why something was refused, as both doors say it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// What to do about it.
    pub message: Box<str>,
    /// What kind of refusal.
    pub code: Code,
    /// How to do it, where the message is one that the door's document prescribes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
    /// So many milliseconds later it may be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The message that it is about, where that had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Box<str>>,
    /// What a program can use: the price as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl Complaint {
    /// A refusal with a sentence that says what to do.
    pub fn new(code: Code, message: impl Into<Box<str>>) -> Complaint {
        let message = message.into();
        Complaint { message, code, hint: None, retry_after_ms: None, request_id: None, details: None }
    }

    /// In answer to a message with this name.
    pub fn about(self, request_id: Option<Box<str>>) -> Complaint {
        Complaint { request_id, ..self }
    }
}

impl Desk {
    /// For a connection that was just opened.
    pub fn new(settings: &Settings, now: Moment) -> Desk {
        let rate = (settings.messages_per_s, settings.burst);
        Desk { bucket: Bucket::new(rate.0, rate.1, now), refused: 0, rate }
    }

    /// Reads a message, if it is within the rate and can be read. `takes`: what the door takes.
    ///
    /// # Errors
    /// What to tell the client.
    pub fn read<'a>(&mut self, now: Moment, text: &'a str, takes: &str) -> Result<Envelope<'a>, Complaint> {
        if let Err(wait) = self.bucket.take(now) {
            self.refused += 1;
            let (per_s, burst) = self.rate;
            let sentence = format!("Rate limit exceeded: {per_s} messages a second and {burst} at once are allowed");
            let retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            return Err(Complaint { retry_after_ms, ..Complaint::new(Code::TooMany, sentence) });
        }
        self.refused = 0;
        if text.len() > MESSAGE_BYTES {
            let sentence = format!("a message may be {MESSAGE_BYTES} bytes long; split it");
            return Err(Complaint::new(Code::TooLarge, sentence));
        }
        check_nesting(text, NESTING).map_err(|error| Complaint::new(Code::TooLarge, error.to_string()))?;
        serde_json::from_str(text)
            .map_err(|error| Complaint::new(Code::Malformed, format!("{error}; this door takes {takes}")))
    }

    /// Why the connection has to end: the client does not slow down.
    pub const fn close(&self) -> Option<CloseCode> {
        if self.refused > MOST_REFUSED { Some(CloseCode::Rate) } else { None }
    }
}

impl Envelope<'_> {
    /// What the message is about; without a payload, the least there can be.
    ///
    /// # Errors
    /// What to tell the client. `like`: an example.
    pub fn payload<T: for<'de> Deserialize<'de>>(&self, like: &str) -> Result<T, Complaint> {
        let payload = self.payload.map_or("{}", RawValue::get);
        serde_json::from_str(payload).map_err(|error| {
            let sentence = format!("the payload of {} cannot be read: {error}; send for example {like}", self.kind);
            Complaint::new(Code::Malformed, sentence).about(self.name())
        })
    }

    /// The client's name for it.
    pub fn name(&self) -> Option<Box<str>> {
        self.request_id.as_deref().filter(|name| name.len() <= 128).map(Into::into)
    }
}
