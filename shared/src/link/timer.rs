//! Every timer a link can have, and when each is due.

use crate::units::Moment;

/// What a link may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// An attempt takes too long.
    Connect,
    /// The wait before an attempt is over.
    Retry,
    /// Nothing arrived for too long.
    Silence,
    /// Live long enough for earlier failures to be forgotten.
    Settled,
    /// Time to measure the way.
    Ping,
    /// A probe was not answered.
    Probe,
    /// Polling: time to try WebSocket.
    Background,
    /// Polling: time to poll.
    Poll,
    /// The tab was hidden for long.
    Hidden,
}

impl Timer {
    const ALL: [Timer; 9] = [
        Timer::Connect,
        Timer::Retry,
        Timer::Silence,
        Timer::Settled,
        Timer::Ping,
        Timer::Probe,
        Timer::Background,
        Timer::Poll,
        Timer::Hidden,
    ];
}

/// When each timer is due.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers([Option<Moment>; Timer::ALL.len()]);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, at: Moment) {
        self.0[timer as usize] = Some(at);
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    /// Stops all but [`Timer::Hidden`], which belongs to the tab and not to a connection.
    pub(super) fn stop_connection(&mut self) {
        Timer::ALL.into_iter().filter(|t| *t != Timer::Hidden).for_each(|t| self.stop(t));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Moment> {
        self.0.iter().flatten().min().copied()
    }

    /// The earliest timer that is due, with when it was; it is stopped.
    pub(super) fn expire(&mut self, now: Moment) -> Option<(Timer, Moment)> {
        let due = |timer: Timer| self.0[timer as usize].filter(|at| *at <= now).map(|at| (timer, at));
        let first = Timer::ALL.into_iter().filter_map(due).min_by_key(|(_, at)| *at)?;
        self.stop(first.0);
        Some(first)
    }
}
