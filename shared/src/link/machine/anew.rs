//! A connection keeps who it began as. Whoever signs in or out needs another.

use super::{Link, Timer};
use crate::link::Phase;
use crate::units::Moment;

impl Link {
    /// Connects anew at once, also after the server said to stay away: who one is has changed. Positions
    /// stay; what is followed has to be what the new identity may follow.
    pub fn reconnect(&mut self, now: Moment) {
        self.close_socket();
        self.abort_fetch();
        self.failures = 0;
        self.retry_after = None;
        match self.phase {
            // HTTP works, so it goes on with that until a WebSocket is open.
            Phase::Polling { .. } => {
                self.timers.stop(Timer::Connect);
                self.open_in_background(now);
                self.timers.set(Timer::Poll, now);
            }
            Phase::Connecting { .. } | Phase::Live | Phase::Backoff { .. } | Phase::Offline | Phase::Stopped { .. } => {
                self.connect(now);
            }
        }
    }
}
