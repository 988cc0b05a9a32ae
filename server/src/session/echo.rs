//! Sends back what comes, for the conformance run.
//!
//! Only in builds with the feature `echo`: it has no limits, so nobody else may reach it.

use std::collections::VecDeque;

use shared::units::{Moment, Timestamp};
use shared::wire::CloseCode;

use super::{Around, Conversation, Outgoing};
use crate::hub::Frame;

/// What came and was not sent back yet.
#[derive(Default)]
pub struct Echo {
    frames: VecDeque<Frame>,
}

impl Conversation for Echo {
    fn handle_text(&mut self, _now: Moment, _wall: Timestamp, text: &str) {
        self.frames.push_back(text.to_owned().into());
    }

    fn handle_binary(&mut self, bytes: &[u8]) {
        self.frames.push_back(Frame::binary(bytes.to_owned()));
    }

    fn handle_drain(&mut self, _retry_ms: u64) {}

    fn poll_frame(&mut self, _now: Moment, _around: &Around<'_>) -> Option<Outgoing> {
        self.frames.pop_front().map(Outgoing::from)
    }

    fn poll_close(&self) -> Option<CloseCode> {
        None
    }
}
