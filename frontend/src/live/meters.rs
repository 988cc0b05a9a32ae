//! What the page measures of itself.

use crate::model::meter::{Histogram, Rate};

/// Where the milliseconds go, and how much arrives.
#[derive(Clone, Default)]
pub struct Meters {
    /// From the provider's time to the server's frame.
    pub upstream: Histogram,
    /// From the server's frame to its arrival.
    pub network: Histogram,
    /// From arrival to the painted frame.
    pub render: Histogram,
    /// A ping's way there and back.
    pub round_trip: Histogram,
    /// Messages and bytes.
    pub traffic: Rate,
    /// Frames that were flushed.
    pub frames: u64,
    /// Rows that were put or removed.
    pub rows: u64,
    /// Snapshots that were taken in.
    pub snapshots: u64,
    /// Updates that were taken in.
    pub updates: u64,
    /// Messages that could not be read.
    pub garbage: u64,
}
