//! Clients who follow the same topics at the same pace: each change is encoded once for all of them.

use std::sync::Arc;

use shared::units::Moment;

use super::lane::{Encoder, Encoding, Lane};
use super::mailbox::Bell;
use crate::fanout::frame::Deflater;
use crate::hub::Follow;
use crate::observe::{Delivery, Transport};
use crate::session::{Follower, Said};

/// From this many members on a window of their own is worth its memory.
const SHARES: usize = 4;
/// A client waits for at most so many messages until it shares the window.
const LONGEST_WAIT: usize = 64;

/// So many cohorts of a shard may have a window, which costs 130 to 260 KB.
const MOST_WINDOWS: usize = 64;

/// See the [module](self).
pub(super) struct Cohort {
    pub(super) key: Box<str>,
    /// How far everyone was told who is not blocked.
    pub(super) follower: Follower,
    pub(super) transport: Transport,
    lanes: [Lane; 3],
    /// The window, while enough members share it.
    window: Option<Deflater>,
    /// What it has cost so far that clients wait for the window, and for how many messages they do.
    waited: usize,
    waited_messages: usize,
    /// What its logs count as in the shard's sum.
    pub(super) counted_bytes: usize,
    pub(super) bell: Arc<Bell>,
    _follows: Vec<Follow>,
    /// When its timer comes up.
    pub(super) timer: Option<Moment>,
}

/// What a shard's cohorts encode with.
pub(super) struct Press {
    pub(super) level: u32,
    pub(super) window_bits: u8,
    /// For frames that stand alone.
    pub(super) single: Deflater,
    pub(super) scratch: Vec<u8>,
    /// How many more cohorts may have a window.
    pub(super) windows_left: usize,
    /// What changed since it was last reported.
    pub(super) delivery: Delivery,
}

impl Press {
    pub(super) fn new(level: u32, window_bits: u8) -> Press {
        Press {
            level,
            window_bits,
            single: Deflater::new(level, window_bits),
            scratch: Vec::new(),
            windows_left: MOST_WINDOWS,
            delivery: Delivery::default(),
        }
    }
}

impl Cohort {
    pub(super) fn new(
        key: Box<str>,
        follower: Follower,
        transport: Transport,
        bell: Arc<Bell>,
        follows: Vec<Follow>,
    ) -> Cohort {
        Cohort {
            key,
            follower,
            transport,
            lanes: Default::default(),
            window: None,
            waited: 0,
            waited_messages: 0,
            counted_bytes: 0,
            bell,
            _follows: follows,
            timer: None,
        }
    }

    pub(super) fn lane(&self, encoding: Encoding) -> &Lane {
        &self.lanes[encoding as usize]
    }

    pub(super) fn lane_mut(&mut self, encoding: Encoding) -> &mut Lane {
        &mut self.lanes[encoding as usize]
    }

    pub(super) fn members(&self) -> usize {
        self.lanes.iter().map(|lane| lane.members.len()).sum()
    }

    pub(super) fn log_bytes(&self) -> usize {
        self.lanes.iter().map(|lane| lane.log.len()).sum()
    }

    /// Adds what was said to the log of every lane that has members.
    pub(super) fn push(&mut self, said: &Said, press: &mut Press) {
        for encoding in Encoding::ALL {
            let lane = &mut self.lanes[encoding as usize];
            if lane.members.is_empty() {
                continue;
            }
            let mut encoder = match (encoding, &mut self.window) {
                (Encoding::Plain, _) => Encoder::Plain,
                (Encoding::Window, Some(window)) => Encoder::Window(window, &mut press.scratch),
                (Encoding::Single | Encoding::Window, _) => Encoder::Single(&mut press.single),
            };
            lane.push(said, &mut encoder);
        }
    }

    /// Whether those of the single lane who can share a window begin to do so now. If so, the next
    /// message through the window refers to nothing before it.
    ///
    /// A message that refers to nothing is larger, for everyone in the window; one that stands alone
    /// is larger for who waits. So one waits until both have cost the same (as one who rents skis
    /// until they would have been bought), but never long.
    pub(super) fn opens_window(&mut self, waiting: usize, press: &mut Press) -> bool {
        let sharing = self.lane(Encoding::Window).members.len();
        if waiting == 0 || (self.window.is_none() && (waiting < SHARES || press.windows_left == 0)) {
            (self.waited, self.waited_messages) = (0, 0);
            return false;
        }
        self.waited += waiting;
        self.waited_messages += 1;
        if self.waited < sharing && self.waited_messages < LONGEST_WAIT {
            return false;
        }
        (self.waited, self.waited_messages) = (0, 0);
        match &mut self.window {
            Some(window) => window.forget(),
            None => {
                press.windows_left -= 1;
                self.window = Some(Deflater::new(press.level, press.window_bits));
            }
        }
        press.delivery.keyframes += 1;
        true
    }

    /// Gives up the window when nobody shares it any more.
    pub(super) fn close_window(&mut self, press: &mut Press) {
        if self.lane(Encoding::Window).members.is_empty() && self.window.take().is_some() {
            press.windows_left += 1;
        }
    }
}
