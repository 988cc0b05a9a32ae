//! The client's connection as a state machine without I/O: WebSocket first, long-polling when that
//! fails, the same positions in both.
//!
//! A driver feeds [`Link`] what happened (`handle_*`) with the time at which it happened, then
//! carries out what [`Link::poll_effect`] asks for, shows what [`Link::poll_event`] tells, and
//! comes back at [`Link::poll_timeout`]. The driver decides nothing, so everything here can be
//! tested with a hand-moved clock.

mod config;
mod follow;
mod jitter;
mod machine;
mod polling;
mod status;
#[cfg(test)]
mod tests;
mod timer;

pub use config::Config;
pub use machine::Link;
pub use status::{Effect, Event, Phase, PollOutcome, Status};
