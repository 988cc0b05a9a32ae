//! Sportsbook odds: what providers send, and the rules that make boards, fair prices and arbitrages of it.

pub mod engine;
mod event;
pub mod feed;

pub use engine::OddsEngine;
pub use event::{BookOdds, Event, EventOdds, Offer, Outcome, Score};
