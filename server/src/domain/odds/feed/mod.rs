//! The odds feed of The Odds API (v4) without I/O: its answers to events, and what to ask it next.
//!
//! Two parts that know nothing of each other: [`decode`] reads answers, and whatever others write in
//! the provider's form; [`Poller`] says which request is due so that the month's quota lasts.

pub mod decode;
mod item;
mod number;
mod offers;
mod poller;

#[cfg(test)]
mod decode_tests;
#[cfg(test)]
mod poller_tests;

pub use poller::{Answer, Ask, Health, Learnt, PollSettings, Poller, Quota};
