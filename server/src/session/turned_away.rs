//! A connection that is closed at once, with a code that says why.

use shared::units::{Moment, Timestamp};
use shared::wire::CloseCode;

use super::{Around, Conversation, Outgoing};

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

    fn handle_drain(&mut self, _retry_ms: u64) {}

    fn poll_frame(&mut self, _now: Moment, _around: &Around<'_>) -> Option<Outgoing> {
        None
    }

    fn poll_close(&self) -> Option<CloseCode> {
        Some(self.code)
    }
}
