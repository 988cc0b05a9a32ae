//! A connection that is closed at once, with a code that says why.

use shared::units::{Moment, Timestamp};
use shared::wire::{CloseCode, Unsubscribe};

use super::{Around, Ask, Conversation, Follower, Outgoing, Wanted};
use crate::hub::{OpenError, Topics};

/// Says nothing but goodbye.
pub struct TurnedAway {
    code: CloseCode,
}

impl TurnedAway {
    /// For this reason.
    #[must_use]
    pub const fn new(code: CloseCode) -> TurnedAway {
        TurnedAway { code }
    }
}

impl Conversation for TurnedAway {
    fn handle_text(&mut self, _now: Moment, _wall: Timestamp, _text: &str) {}

    fn handle_binary(&mut self, _bytes: &[u8]) {}

    fn may_open(&mut self, _wanted: &Wanted) -> bool {
        false
    }

    fn handle_opened(
        &mut self,
        _now: Moment,
        _topics: &dyn Topics,
        _wanted: Wanted,
        _outcomes: &[Result<(), OpenError>],
    ) {
    }

    fn handle_dropped(&mut self, _dropped: Unsubscribe) {}

    fn handle_drain(&mut self, _retry_ms: u64) {}

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_ask(&mut self) -> Option<Ask> {
        None
    }

    fn poll_frame(&mut self, _now: Moment, _around: &Around<'_>) -> Option<Outgoing> {
        None
    }

    fn poll_timeout(&self) -> Option<Moment> {
        None
    }

    fn poll_close(&self) -> Option<CloseCode> {
        Some(self.code)
    }

    fn lend(&mut self) -> Option<Follower> {
        None
    }

    fn take_back(&mut self, _follower: Follower) {}
}
