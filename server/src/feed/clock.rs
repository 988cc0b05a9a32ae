//! The two clocks of a driver.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::units::{Moment, Timestamp};
use tokio::time::Instant;

/// The wall's time.
pub(super) fn wall_now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// Counts moments from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub fn now(self) -> Moment {
        Moment::from_ms(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The first instant at which `now` gives `moment`.
    pub fn instant(self, moment: Moment) -> Instant {
        self.0 + Duration::from_millis(moment.ms())
    }
}
