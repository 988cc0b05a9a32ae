//! Which intervals are due: each topic names an upper bound on its staleness, and is flushed
//! when that much time has passed since the last time.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::units::Moment;

/// When each interval was last due.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    last: BTreeMap<Duration, Moment>,
}

impl Schedule {
    /// An interval that there is from now on, if there was not; it is due at once.
    pub fn know(&mut self, interval: Duration) {
        self.last.entry(interval).or_default();
    }

    /// A schedule of these intervals.
    #[must_use]
    pub fn new(intervals: impl IntoIterator<Item = Duration>) -> Schedule {
        Schedule { last: intervals.into_iter().map(|i| (i, Moment::default())).collect() }
    }

    /// Which intervals have passed; they begin anew. `flush` is how often this is called: an
    /// interval counts as passed when it would have before the next call.
    pub fn due(&mut self, now: Moment, flush: Duration) -> Vec<Duration> {
        let mut due = Vec::new();
        for (interval, last) in &mut self.last {
            if now - *last + flush / 2 >= *interval {
                *last = now;
                due.push(*interval);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_comes_later_is_due_at_once_and_then_in_its_time() {
        let ms = Duration::from_millis;
        let mut schedule = Schedule::new([ms(5000)]);
        assert_eq!(schedule.due(Moment::from_ms(6000), ms(20)), [ms(5000)]);
        schedule.know(ms(500));
        assert_eq!(schedule.due(Moment::from_ms(6020), ms(20)), [ms(500)]);
        schedule.know(ms(500));
        assert_eq!(schedule.due(Moment::from_ms(6040), ms(20)), []);
        assert_eq!(schedule.due(Moment::from_ms(6520), ms(20)), [ms(500)]);
    }

    #[test]
    fn each_interval_is_due_in_its_own_time() {
        let ms = Duration::from_millis;
        let mut schedule = Schedule::new([ms(0), ms(100), ms(250)]);
        let mut counts = BTreeMap::new();
        for tick in 1..=100 {
            for interval in schedule.due(Moment::from_ms(tick * 20), ms(20)) {
                *counts.entry(interval).or_insert(0) += 1;
            }
        }
        assert_eq!(counts, BTreeMap::from([(ms(0), 100), (ms(100), 20), (ms(250), 8)]));
    }
}
