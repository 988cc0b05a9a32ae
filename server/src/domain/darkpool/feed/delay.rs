//! Whether events come later than they should: by our fault or the provider's.

use std::time::Duration;

use shared::units::{Moment, Timestamp};

/// Why events are late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Frames were thrown away since processing could not keep up.
    Dropping,
    /// Frames wait to be processed.
    Backlog,
    /// The provider itself is late.
    Provider,
}

impl Delay {
    /// What an operator should know.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Delay::Dropping => {
                "frames are thrown away: processing cannot keep up; use a faster machine or fewer tickers"
            }
            Delay::Backlog => "processing is behind what arrives",
            Delay::Provider => {
                "the provider's data arrive late by their own time (a delayed plan, or a wrong clock here)"
            }
        }
    }
}

/// Watches three signs of delay, each with some patience.
#[derive(Debug, Default)]
pub struct DelayMeter {
    dropping_until: Option<Moment>,
    backlog: bool,
    late_since: Option<Timestamp>,
    late: bool,
}

impl DelayMeter {
    /// Frames that wait are a backlog from this many bytes...
    const HIGH: usize = 8 << 20;
    /// ...until fewer than this wait.
    const LOW: usize = 1 << 20;
    /// How long after the last dropped frame it is still said.
    const SAID_FOR: Duration = Duration::from_secs(10);
    /// Events older than this when they arrive are late...
    const LATE_MS: i64 = 2_000;
    /// ...and it is said when it lasts this long.
    const LASTING_MS: i64 = 5_000;
    /// Older than this is no delay but a recording that is played.
    const RECORDING_MS: i64 = 24 * 60 * 60 * 1_000;

    /// A frame was thrown away.
    pub fn handle_drop(&mut self, now: Moment) {
        self.dropping_until = Some(now + DelayMeter::SAID_FOR);
    }

    /// So many bytes wait to be processed.
    pub fn handle_queue(&mut self, bytes: usize) {
        self.backlog = bytes >= if self.backlog { DelayMeter::LOW } else { DelayMeter::HIGH };
    }

    /// Events that arrived at `received`; the newest of them happened at `newest`.
    pub fn handle_events(&mut self, received: Timestamp, newest: Timestamp) {
        if (DelayMeter::LATE_MS..DelayMeter::RECORDING_MS).contains(&received.ms_since(newest)) {
            let since = *self.late_since.get_or_insert(received);
            self.late = received.ms_since(since) >= DelayMeter::LASTING_MS;
        } else {
            (self.late_since, self.late) = (None, false);
        }
    }

    /// The gravest of what is the case now.
    pub fn delay(&mut self, now: Moment) -> Option<Delay> {
        self.dropping_until = self.dropping_until.filter(|until| now < *until);
        if self.dropping_until.is_some() {
            Some(Delay::Dropping)
        } else if self.backlog {
            Some(Delay::Backlog)
        } else if self.late {
            Some(Delay::Provider)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_ms(1_000);

    #[test]
    fn a_backlog_is_said_from_eight_megabytes_to_one() {
        let mut meter = DelayMeter::default();
        let mut said = |mib: usize| {
            meter.handle_queue(mib << 20);
            meter.delay(NOW)
        };
        let backlog = Some(Delay::Backlog);
        assert_eq!([said(7), said(8), said(1), said(0), said(7)], [None, backlog, backlog, None, None]);
    }

    #[test]
    fn a_dropped_frame_is_said_for_ten_seconds() {
        let mut meter = DelayMeter::default();
        meter.handle_drop(NOW);
        assert_eq!(meter.delay(Moment::from_ms(10_999)), Some(Delay::Dropping));
        assert_eq!(meter.delay(Moment::from_ms(11_000)), None);
    }

    #[test]
    fn only_lasting_lateness_of_the_provider_counts_and_a_recording_is_not_late() {
        let mut meter = DelayMeter::default();
        let mut said = |received: i64, age: i64| {
            let received = Timestamp::from_ms(1_700_000_000_000 + received);
            meter.handle_events(received, Timestamp::from_ms(received.ms() - age));
            meter.delay(NOW)
        };
        assert_eq!([said(0, 2_000), said(4_999, 3_000)], [None, None]);
        assert_eq!(said(5_000, 2_000), Some(Delay::Provider));
        assert_eq!([said(5_001, 1_999), said(5_002, 2_000), said(10_001, 2_000)], [None, None, None]);
        assert_eq!(said(10_002, 900_000), Some(Delay::Provider));
        assert_eq!(said(99_999, 400 * 86_400_000), None);
    }
}
