//! How a provider's connection is doing, as heartbeats say it.

use serde::{Deserialize, Serialize};

/// The state of a source of data. A page uses it to say why a number is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    /// Connected and delivering.
    Live,
    /// Delivering, but later than it should.
    Lagging,
    /// Connected, but silent for longer than it should be.
    Stale,
    /// Not connected.
    Down,
}

impl SourceState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            SourceState::Live => "live",
            SourceState::Lagging => "lagging",
            SourceState::Stale => "stale",
            SourceState::Down => "down",
        }
    }
}
