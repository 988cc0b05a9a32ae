//! One line of a tape.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use shared::units::Timestamp;

use super::VERSION;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub tape: u32,
    /// Whose frames: `massive`.
    pub provider: Box<str>,
    /// When the recording began, in milliseconds since 1970.
    #[serde(default)]
    pub recorded_ms: Timestamp,
}

impl Header {
    pub(super) fn new(provider: &str, recorded: Timestamp) -> Header {
        Header { tape: VERSION, provider: provider.into(), recorded_ms: recorded }
    }

    /// Writes it with its newline.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

/// A line that is no frame of its own: a header or an entry.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    pub tape: Option<u32>,
    #[serde(default)]
    pub provider: Box<str>,
    #[serde(default)]
    pub recorded_ms: Timestamp,
    pub at_ms: Option<u64>,
    #[serde(borrow, rename = "in")]
    pub frame: Option<&'a RawValue>,
}

/// Writes a frame as an entry with its newline.
pub(super) fn write_entry(out: &mut impl Write, at_ms: u64, frame: &str) -> io::Result<()> {
    write!(out, r#"{{"at_ms":{at_ms},"in":"#)?;
    if is_verbatim(frame) {
        out.write_all(frame.as_bytes())?;
    } else {
        serde_json::to_writer(&mut *out, frame)?;
    }
    out.write_all(b"}\n")
}

/// Whether the frame is read back the same when it stands in the line as it is.
fn is_verbatim(frame: &str) -> bool {
    frame.starts_with(['[', '{'])
        && frame.ends_with([']', '}'])
        && !frame.contains(['\n', '\r'])
        && serde_json::from_str::<&RawValue>(frame).is_ok()
}

/// The frame of an entry.
pub(super) fn frame_of(raw: &RawValue) -> serde_json::Result<String> {
    if raw.get().starts_with('"') { serde_json::from_str(raw.get()) } else { Ok(raw.get().to_owned()) }
}
