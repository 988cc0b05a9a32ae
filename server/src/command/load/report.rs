//! What a run showed, as one value: `--format json` prints it as it is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fault::Faults;
use super::plan::Plan;
use super::tally::{Connections, Percentiles, Tally};

/// The result of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The server.
    pub url: String,
    /// Connections that were wanted.
    pub clients: usize,
    /// Those of them that were live when measuring began.
    pub live: usize,
    /// How long all of them took to become live, in seconds.
    pub joined_s: f64,
    /// How long was measured, in seconds.
    pub measured_s: f64,
    /// Comings and goings in the whole run, each with why.
    pub connections: Connections,
    /// What the measured part delivered.
    pub delivered: Delivered,
    /// Milliseconds from the server's publishing (after its flush window) to the client.
    pub latency_ms: Option<Percentiles>,
    /// Milliseconds from the provider's own time to the client, where it is given and not of another day.
    pub latency_from_source_ms: Option<Percentiles>,
    /// What the server cost, where that can be seen.
    pub server: Option<Server>,
    /// What that means for a plan of a hosting provider.
    pub plans: Vec<Plan>,
    /// Clients that vanished without a word; `None` without `--half-open`.
    pub half_open: Option<HalfOpen>,
    /// `None` without `--storm`.
    pub storm: Option<Storm>,
    /// Whether everyone was told the truth.
    pub verified: Verified,
    /// Processor seconds of the load itself in the measured part. Close to `measured_s`: it was the
    /// bottleneck, and latencies are its own.
    pub load_cpu_s: Option<f64>,
}

/// What the measured part delivered.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Delivered {
    /// `update` frames.
    pub updates: u64,
    /// Each second.
    pub updates_per_s: f64,
    /// Rows in them: what one has to count when servers differ in how many they put in a frame.
    pub rows: u64,
    /// Each second.
    pub rows_per_s: f64,
    /// Updates that held several change sets.
    pub merged: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Bytes read from all sockets.
    pub wire_bytes: u64,
    /// Each second.
    pub wire_bytes_per_s: f64,
    /// Bytes on the wire for each update.
    pub wire_bytes_per_update: f64,
    /// Bytes on the wire for each row.
    pub wire_bytes_per_row: f64,
    /// Bytes of an update's text, before compression.
    pub text_bytes_per_update: f64,
    /// What compression made of all messages: bytes on the wire by bytes of text.
    pub compression_ratio: f64,
}

/// What the server cost.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Its process, if it runs on this machine.
    pub pid: Option<u32>,
    /// Processor seconds in the measured part.
    pub cpu_s: f64,
    /// `update` frames for each of them.
    pub updates_per_cpu_s: f64,
    /// Rows for each of them.
    pub rows_per_cpu_s: f64,
    /// Resident memory before the first client.
    pub memory_before: u64,
    /// When all were live.
    pub memory_live: u64,
    /// At the end of the measured part.
    pub memory_after: u64,
    /// The most that was seen.
    pub memory_peak: u64,
    /// What each live client added until the end of the measured part.
    pub memory_per_connection: f64,
}

/// Clients that vanished without a word.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct HalfOpen {
    /// How many.
    pub clients: u64,
    /// Those of them that the server had given up by the end.
    pub given_up: u64,
}

/// All clients dropped at once and brought back with their positions.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Storm {
    /// How many.
    pub clients: usize,
    /// Until the last one was live again, in seconds; `None`: not all came back in time.
    pub all_live_s: Option<f64>,
    /// Subscriptions that began with nothing missed.
    pub live: u64,
    /// With one update.
    pub resumed: u64,
    /// With a snapshot.
    pub snapshots: u64,
    /// Updates that were lost.
    pub gaps: u64,
    /// Updates that came again.
    pub duplicates: u64,
    /// The server's resident memory before.
    pub memory_before: Option<u64>,
    /// The most during it.
    pub memory_peak: Option<u64>,
}

/// Whether everyone was told the truth.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// What was wrong.
    pub faults: Faults,
    /// Topics whose rows were compared with the HTTP entrance at the same position, and where.
    pub compared: BTreeMap<String, u64>,
    /// Steps that could not be compared, because a client was too far behind.
    pub unverifiable: u64,
}

impl Delivered {
    /// Of what was counted in so many seconds.
    #[must_use]
    pub fn of(tally: &Tally, seconds: f64) -> Delivered {
        let Tally { updates, rows, merged, snapshots, wire_bytes, text_bytes, update_bytes, .. } = *tally;
        Delivered {
            updates,
            updates_per_s: per(updates, seconds),
            rows,
            rows_per_s: per(rows, seconds),
            merged,
            snapshots,
            wire_bytes,
            wire_bytes_per_s: per(wire_bytes, seconds),
            wire_bytes_per_update: per(wire_bytes, float(updates)),
            wire_bytes_per_row: per(wire_bytes, float(rows)),
            text_bytes_per_update: per(update_bytes, float(updates)),
            compression_ratio: per(wire_bytes, float(text_bytes)),
        }
    }
}

/// So many for each; 0 for each of nothing.
#[must_use]
pub fn per(count: u64, of: f64) -> f64 {
    if of > 0.0 { float(count) / of } else { 0.0 }
}

/// Counts are far below what a float holds exactly.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_delivered_is_shown_by_second_update_and_row() {
        let tally = Tally { updates: 10, rows: 20, wire_bytes: 400, text_bytes: 1600, ..Tally::default() };
        let delivered = Delivered::of(&tally, 2.0);
        let figures = [delivered.updates_per_s, delivered.rows_per_s, delivered.wire_bytes_per_update];
        assert_eq!(figures.map(f64::round), [5.0, 10.0, 40.0]);
        assert!((delivered.compression_ratio - 0.25).abs() < 1e-9);
        assert!(Delivered::of(&Tally::default(), 0.0).wire_bytes_per_row.abs() < 1e-9);
    }
}
