//! A connection that is authenticated: when to ping, what is silence, how it is doing.

use std::time::Duration;

use shared::units::Moment;
use shared::wire::SourceState;

use super::delay::Delay;

/// Between two pings.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Silence after a ping that means the connection is lost: it drops without a word about nightly.
const PONG_WITHIN: Duration = Duration::from_secs(10);
/// Without data for this long, the source is stale.
const STALE_AFTER: Duration = Duration::from_secs(60);

/// An authenticated connection.
#[derive(Debug)]
pub(super) struct Session {
    pub since: Moment,
    /// When the provider last said anything, pongs included.
    pub heard: Moment,
    /// When it last sent data.
    data: Moment,
    pinged: Moment,
    /// A ping is out and nothing was heard since.
    awaiting: bool,
    /// Data or a confirmation came, not only silence.
    pub served: bool,
    stale: bool,
    pub refused: bool,
}

/// What a session needs when time passed.
pub(super) enum Due {
    Nothing,
    Ping,
    Stale,
    Lost,
}

impl Session {
    pub fn new(now: Moment) -> Session {
        let (served, awaiting, stale, refused) = (false, false, false, false);
        Session { since: now, heard: now, data: now, pinged: now, awaiting, served, stale, refused }
    }

    /// The provider was heard; `true` when that changes how the source is doing.
    pub fn handle_heard(&mut self, now: Moment, is_data: bool) -> bool {
        self.heard = now;
        self.awaiting = false;
        if !is_data {
            return false;
        }
        self.data = now;
        let first = !std::mem::replace(&mut self.served, true);
        std::mem::take(&mut self.stale) || first
    }

    pub fn wake_at(&self) -> Moment {
        let next = self.pinged + if self.awaiting { PONG_WITHIN } else { PING_EVERY };
        if self.stale { next } else { next.min(self.data + STALE_AFTER) }
    }

    pub fn handle_timeout(&mut self, now: Moment) -> Due {
        if self.awaiting && now >= self.pinged + PONG_WITHIN {
            return Due::Lost;
        }
        if !self.awaiting && now >= self.pinged + PING_EVERY {
            (self.pinged, self.awaiting) = (now, true);
            return Due::Ping;
        }
        if !self.stale && now >= self.data + STALE_AFTER {
            self.stale = true;
            return Due::Stale;
        }
        Due::Nothing
    }

    pub fn health(&self, delay: Option<Delay>) -> (SourceState, &'static str) {
        const REFUSED: &str = "the provider refused a subscription: the key's plan does not include it \
            (real-time trades and quotes both need a plan that has them)";
        match (self.served, self.stale, delay) {
            (false, false, _) if self.refused => (SourceState::Stale, REFUSED),
            (false, false, _) => (SourceState::Down, "subscribing"),
            (_, true, _) if self.refused => (SourceState::Stale, REFUSED),
            (_, true, _) => (SourceState::Stale, "connected, but no data for 60 s (usual while the market is closed)"),
            (true, false, Some(delay)) => (SourceState::Lagging, delay.message()),
            (true, false, None) => (SourceState::Live, if self.refused { REFUSED } else { "" }),
        }
    }
}
