//! What the page measures about itself: where the milliseconds go, and how much arrives.

/// Upper edges of the buckets in milliseconds; one more bucket takes the rest.
pub const EDGES_MS: [u32; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// How often each range of latencies was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: [u32; EDGES_MS.len() + 1],
    total: u32,
}

impl Histogram {
    /// Adds one; below zero (clocks differ) counts as nothing.
    pub fn add(&mut self, ms: i64) {
        let ms = u32::try_from(ms.max(0)).unwrap_or(u32::MAX);
        let bucket = EDGES_MS.iter().position(|edge| ms <= *edge).unwrap_or(EDGES_MS.len());
        self.counts[bucket] = self.counts[bucket].saturating_add(1);
        self.total = self.total.saturating_add(1);
        // Old days fade: what is shown is about now.
        if self.total >= 4096 {
            for count in &mut self.counts {
                *count /= 2;
            }
            self.total = self.counts.iter().sum();
        }
    }

    /// The counts, one for each edge and one for the rest.
    #[must_use]
    pub const fn counts(&self) -> &[u32; EDGES_MS.len() + 1] {
        &self.counts
    }

    /// The upper edge of the bucket that holds the given share of what was added, in percent;
    /// `None` when nothing was, or it is beyond the last edge.
    #[must_use]
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        let mut left = self.total.saturating_mul(percent).div_ceil(100);
        if left == 0 {
            return None;
        }
        for (count, edge) in self.counts.iter().zip(EDGES_MS) {
            if left <= *count {
                return Some(edge);
            }
            left -= count;
        }
        None
    }

    /// Whether nothing was added.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }
}

/// Seconds that a rate is averaged over.
const SECONDS: u64 = 5;

/// Events and bytes for each second of the last few.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    ring: [(u64, u32, u64); 5],
    events: u64,
    bytes: u64,
}

impl Rate {
    /// Adds one event of some bytes at `now_ms`.
    pub fn add(&mut self, now_ms: u64, bytes: usize) {
        let bytes = bytes as u64;
        let second = now_ms / 1000;
        let place = &mut self.ring[usize::try_from(second % SECONDS).unwrap_or(0)];
        if place.0 != second {
            *place = (second, 0, 0);
        }
        place.1 = place.1.saturating_add(1);
        place.2 = place.2.saturating_add(bytes);
        self.events += 1;
        self.bytes += bytes;
    }

    /// Events and bytes a second, over the last whole seconds before `now_ms`.
    #[must_use]
    pub fn per_second(&self, now_ms: u64) -> (u64, u64) {
        let second = now_ms / 1000;
        let recent = self.ring.iter().filter(|(at, ..)| *at < second && second - at < SECONDS);
        let (events, bytes) = recent.fold((0, 0), |(e, b), (_, n, m)| (e + u64::from(*n), b + m));
        let over = (SECONDS - 1).min(second).max(1);
        (events.div_ceil(over), bytes / over)
    }

    /// All events and bytes so far.
    #[must_use]
    pub const fn totals(&self) -> (u64, u64) {
        (self.events, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_edges_of_buckets() {
        let mut h = Histogram::default();
        assert_eq!(h.percentile(50), None);
        for ms in [-3, 0, 3, 7, 7, 7, 7, 7, 7, 900] {
            h.add(ms);
        }
        assert_eq!(h.percentile(20), Some(1));
        assert_eq!(h.percentile(50), Some(10));
        assert_eq!(h.percentile(99), Some(1000));
        h.add(99_999);
        assert_eq!(h.percentile(100), None);
    }

    #[test]
    fn old_latencies_fade() {
        let mut h = Histogram::default();
        (0..4000).for_each(|_| h.add(500));
        (0..9000).for_each(|_| h.add(5));
        assert_eq!(h.percentile(90), Some(5));
    }

    #[test]
    fn a_rate_forgets_what_is_old() {
        let mut rate = Rate::default();
        (0..40).for_each(|i| rate.add(10_000 + i * 100, 50));
        assert_eq!(rate.per_second(14_000), (10, 500));
        assert_eq!(rate.per_second(60_000), (0, 0));
        assert_eq!(rate.totals(), (40, 2000));
    }
}
