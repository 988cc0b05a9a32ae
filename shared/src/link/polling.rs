//! How often to poll: as long as the server holds its answer, or by the clock where that is cut.

use std::time::Duration;

use super::Config;
use crate::units::Moment;

/// How polling is going.
#[derive(Clone, Debug)]
pub(super) struct Polling {
    pace: Pace,
    /// Until when long-polling is not tried again.
    plain_until: Option<Moment>,
    /// A request is under way.
    pub(super) busy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Long,
    /// Every so often: the index into [`Config::poll_every`].
    Plain(usize),
}

impl Polling {
    pub(super) const fn new() -> Polling {
        Polling { pace: Pace::Long, plain_until: None, busy: false }
    }

    /// How many seconds the server may hold the next answer.
    pub(super) const fn wait_s(&self, config: &Config) -> u32 {
        match self.pace {
            Pace::Long => config.long_poll_s,
            Pace::Plain(_) => 0,
        }
    }

    /// A poll was answered; says how long to wait before the next.
    pub(super) fn answered(&mut self, config: &Config, now: Moment) -> Duration {
        self.busy = false;
        if self.plain_until.is_some_and(|until| now >= until) {
            self.plain_until = None;
            self.pace = Pace::Long;
        }
        match self.pace {
            Pace::Long => config.long_poll_spacing,
            Pace::Plain(_) => {
                self.pace = Pace::Plain(0);
                config.poll_every[0]
            }
        }
    }

    /// A poll failed or was cut; says how long to wait before the next.
    pub(super) fn failed(&mut self, config: &Config, now: Moment) -> Duration {
        self.busy = false;
        self.plain_until = Some(now + config.long_poll_again);
        let slower = match self.pace {
            Pace::Long => 0,
            Pace::Plain(_) => 1,
        };
        self.pace = Pace::Plain(slower);
        config.poll_every[slower]
    }
}
