//! From a provider's socket or a tape to events.
//!
//! A [`Batch`] is what every source delivers, whether it is a provider, a tape or the demo market;
//! a [`Source`] is what everyone may know of how it is doing.

mod batch;
mod source;

pub use batch::Batch;
pub use source::{Counter, Source, Sources};
