//! Tapes: what a provider sent, in a file that can be played again.
//!
//! NDJSON, plain, gzip or zstd. Line 1 is a header, each further line a frame:
//!
//! ```json
//! {"tape":1,"provider":"massive","recorded_ms":1781622376036}
//! {"at_ms":12,"in":[{"ev":"status","status":"connected","message":"Connected Successfully"}]}
//! ```
//!
//! `at_ms` counts from the start of the recording. `in` is the frame: as it is when it is a JSON
//! array or object in one line, otherwise as a JSON string. A file without a header, whose lines are
//! arrays, is a tape as well: its frames are timed by what they say themselves.

mod format;
mod reader;
mod writer;

pub use format::Header;
pub use reader::{TapeError, TapeFrame, TapeReader};
pub(super) use writer::{Packing, TapeWriter};

/// The version of the format.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests;
