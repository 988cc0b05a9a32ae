//! How long to wait before the next connection.

use std::time::Duration;

/// A connection that stood this long ends a row of failures.
const STEADY: Duration = Duration::from_secs(30);
/// One that stood this long ends a row of evictions.
const UNDISTURBED: Duration = Duration::from_secs(60 * 60);
/// The longest wait after a failure.
const LONGEST: Duration = Duration::from_secs(30);
/// The wait after another process has taken the connection, doubled up to eight times that.
const EVICTED: Duration = Duration::from_secs(5 * 60);

/// Counts what went wrong in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retry {
    failures: u32,
    evictions: u32,
}

impl Retry {
    /// The connection was up for this long, before what comes next.
    pub fn stood(&mut self, how_long: Duration) {
        if how_long >= STEADY {
            self.failures = 0;
        }
        if how_long >= UNDISTURBED {
            self.evictions = 0;
        }
    }

    /// 1, 2, 4 .. 30 s, and up to half of that more, as `random` falls.
    pub fn after_failure(&mut self, random: u64) -> Duration {
        let wait = Duration::from_secs(1 << self.failures.min(5)).min(LONGEST);
        self.failures += 1;
        jittered(wait, random)
    }

    /// 5, 10, 20, 40 minutes: two processes with one key take it from each other as rarely as that.
    pub fn after_eviction(&mut self, random: u64) -> Duration {
        let wait = EVICTED * (1 << self.evictions.min(3));
        self.evictions += 1;
        jittered(wait, random)
    }
}

fn jittered(wait: Duration, random: u64) -> Duration {
    let half_ms = u64::try_from(wait.as_millis() / 2).unwrap_or(u64::MAX);
    wait + Duration::from_millis(random % half_ms.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_wait_longer_up_to_half_a_minute() {
        let mut retry = Retry::default();
        let waits: Vec<_> = (0..8).map(|_| retry.after_failure(0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        retry.stood(Duration::from_secs(29));
        assert_eq!(retry.after_failure(0).as_secs(), 30);
        retry.stood(Duration::from_secs(30));
        assert_eq!(retry.after_failure(0).as_secs(), 1);
    }

    #[test]
    fn evictions_wait_minutes_and_are_not_forgotten_within_the_hour() {
        let mut retry = Retry::default();
        let mut minutes = || {
            retry.stood(Duration::from_secs(59 * 60));
            retry.after_eviction(0).as_secs() / 60
        };
        assert_eq!([minutes(), minutes(), minutes(), minutes(), minutes()], [5, 10, 20, 40, 40]);
        retry.stood(Duration::from_secs(60 * 60));
        assert_eq!(retry.after_eviction(0).as_secs(), 300);
    }

    #[test]
    fn chance_adds_at_most_half() {
        for random in [0, 1, 500, 501, 7_777, u64::MAX] {
            let wait = Retry::default().after_failure(random).as_millis();
            assert!((1_000..=1_500).contains(&wait), "{wait}");
        }
    }
}
