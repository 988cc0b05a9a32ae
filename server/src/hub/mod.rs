//! Topics and their positions: what changed, what is due, what a reader has to be told next.
//!
//! Everything but [`task`] and [`registry`] is pure. A reader is a position ([`Reader`]); nothing is
//! queued for it, however slow it is.

mod frame;
mod log;
mod pressure;
mod reader;
pub mod registry;
mod schedule;
pub mod task;
mod topic;

pub use frame::{Frame, Frames, encode_snapshot, encode_update};
pub use log::{Delta, Entry};
pub use pressure::Pressure;
pub use reader::{Next, Reader, Start, Told};
pub use registry::{Answer, Follow, Hub, OpenError, Wake};
pub use schedule::Schedule;
pub use topic::{Prepared, TopicState, Topics};
