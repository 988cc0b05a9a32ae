//! Lets something happen only so often.

use std::cell::{Cell, RefCell};

use shared::units::Moment;

use super::Live;
use crate::platform::Timeout;

/// Lets something happen only so often; what came too early happens later, not never.
pub struct Pacer {
    every_ms: u64,
    last: Cell<Option<Moment>>,
    later: RefCell<Option<Timeout>>,
}

impl Pacer {
    /// At most every so many milliseconds.
    pub const fn every(every_ms: u64) -> Pacer {
        Pacer { every_ms, last: Cell::new(None), later: RefCell::new(None) }
    }

    /// Whether it may happen now. If not, a frame is painted as soon as it may.
    pub fn is_due(&self, live: Live, now: Moment) -> bool {
        let waited = self.last.get().map_or(self.every_ms, |last| now.ms().saturating_sub(last.ms()));
        if waited >= self.every_ms {
            self.last.set(Some(now));
            self.later.take();
            return true;
        }
        let mut later = self.later.borrow_mut();
        if later.is_none() {
            *later = Some(Timeout::after(self.every_ms - waited, move || live.repaint()));
        }
        false
    }

    /// The next time is not too early.
    pub fn hurry(&self) {
        self.last.set(None);
    }
}
