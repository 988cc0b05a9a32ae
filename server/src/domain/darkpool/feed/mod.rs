//! The stocks feed of Massive (formerly Polygon.io) without I/O: frames to events, and the life of
//! the one connection they come over.
//!
//! Two parts that know nothing of each other: a [`Decoder`] turns frames into events; a
//! [`MassiveFeed`] connects, authenticates, subscribes, notices silence and comes back. So frames
//! can be read off the socket while earlier ones still wait to be decoded. Prints that come twice
//! are the engine's business.

mod connection;
mod decoder;
mod delay;
mod interner;
mod message;
mod retry;
mod scalar;
mod session;
mod status;
mod watch;

#[cfg(test)]
mod connection_tests;
#[cfg(test)]
mod decoder_tests;

pub use connection::{Action, Health, MassiveFeed};
pub use decoder::Decoder;
pub use delay::{Delay, DelayMeter};
pub use status::{Status, statuses};
pub use watch::{Watch, WatchError, auth_text};
