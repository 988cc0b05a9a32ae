//! One connection's rules: what it may send, what it follows, what it is told. Pure.
//!
//! A driver feeds a [`Conversation`] with messages and the time, and sends what it gives. The v1
//! protocol is one ([`Session`]); each door is another.

mod bucket;
mod conversation;
#[cfg(feature = "echo")]
mod echo;
mod follower;
mod identity;
mod turned_away;
mod v1;

pub use bucket::Bucket;
pub use conversation::{Around, Ask, Conversation, Outgoing, Wanted};
#[cfg(feature = "echo")]
pub use echo::Echo;
pub use follower::{Dialect, Follower, Said, Step};
pub use identity::{Barred, Denied, Identity, Presented};
pub use turned_away::TurnedAway;
pub use v1::{Session, Settings, heartbeat};
