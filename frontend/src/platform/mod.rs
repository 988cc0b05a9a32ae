//! The browser in small pieces, each with an owner: what is dropped is undone.

mod dom;
mod files;
mod frame;
mod http;
mod listener;
mod storage;
mod task;
mod time;
mod timer;

pub use dom::{by_id, document, meta, origin, root, window};
pub use files::{copy, download};
pub use frame::Frame;
pub use http::ask;
pub use listener::Listener;
pub use storage::{load, save};
pub use task::spawn;
pub use time::{local_offset_min, now, random_seed, uuid, wall};
pub use timer::{Interval, Timeout};
