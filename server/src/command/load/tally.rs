//! What is counted while clients are served: deliveries, bytes, latencies, comings and goings.

use std::collections::BTreeMap;

use serde::Serialize;

/// Latencies up to here are counted to the millisecond.
const SLOTS: usize = 10_000;

/// Latencies in whole milliseconds.
#[derive(Clone, Debug)]
pub struct Histogram {
    slots: Vec<u64>,
    count: u64,
    max_ms: u64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { slots: vec![0; SLOTS + 1], count: 0, max_ms: 0 }
    }
}

impl Histogram {
    /// One more. Clocks that differ can make it negative, which counts as 0.
    pub fn add(&mut self, ms: i64) {
        let ms = u64::try_from(ms).unwrap_or(0);
        self.slots[usize::try_from(ms).unwrap_or(SLOTS).min(SLOTS)] += 1;
        self.count += 1;
        self.max_ms = self.max_ms.max(ms);
    }

    /// `None` when there were none.
    #[must_use]
    pub fn percentiles(&self) -> Option<Percentiles> {
        (self.count > 0).then(|| Percentiles {
            p50: self.percentile(50),
            p90: self.percentile(90),
            p99: self.percentile(99),
            max: self.max_ms,
        })
    }

    /// The least value that so many of a hundred do not exceed.
    fn percentile(&self, percent: u64) -> u64 {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let slot = self.slots.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        match slot {
            Some(slot) if slot < SLOTS => slot as u64,
            Some(_) | None => self.max_ms,
        }
    }
}

/// Milliseconds that so many of a hundred deliveries did not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Half of them.
    pub p50: u64,
    /// Nine in ten.
    pub p90: u64,
    /// All but one in a hundred.
    pub p99: u64,
    /// All.
    pub max: u64,
}

/// What was delivered.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// `update` frames.
    pub updates: u64,
    /// Rows that they set or removed.
    pub rows: u64,
    /// Those of the updates that held several change sets.
    pub merged: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// All bytes read from sockets.
    pub wire_bytes: u64,
    /// Bytes of all messages' text, before compression.
    pub text_bytes: u64,
    /// Those of updates.
    pub update_bytes: u64,
    /// From publishing to here.
    pub published: Histogram,
    /// From the provider's time to here.
    pub source: Histogram,
}

/// Comings and goings, each with why.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Connections {
    /// WebSockets that were opened.
    pub opened: u64,
    /// Those of them that agreed on compression.
    pub compressed: u64,
    /// Attempts that failed.
    pub failed: BTreeMap<String, u64>,
    /// Connections that ended otherwise than by the load's own wish.
    pub closed: BTreeMap<String, u64>,
    /// Messages that the server refused.
    pub refused: BTreeMap<String, u64>,
    /// Subscriptions that began with nothing missed.
    pub live: u64,
    /// Subscriptions that began with one update.
    pub resumed: u64,
    /// Subscriptions that began with a snapshot.
    pub snapshot: u64,
}

impl Connections {
    /// Counts a reason.
    pub fn note(reasons: &mut BTreeMap<String, u64>, reason: impl Into<String>) {
        *reasons.entry(reason.into()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_values() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentiles(), None);
        (1..=100).rev().for_each(|ms| histogram.add(ms));
        assert_eq!(histogram.percentiles(), Some(Percentiles { p50: 50, p90: 90, p99: 99, max: 100 }));
        histogram.add(-5);
        (0..2).for_each(|_| histogram.add(70_000));
        assert_eq!(histogram.percentiles(), Some(Percentiles { p50: 51, p90: 92, p99: 70_000, max: 70_000 }));
    }
}
