//! Dark-pool sentiment: off-exchange (TRF) prints, which side they lean to, and what adds up.
//!
//! Rows only; the rules that make them are the server's.

mod conditions;
mod rows;
mod topics;
mod venues;

pub use conditions::{CONDITIONS, Condition, Policy, condition};
pub use rows::{DetailRow, Extended, LastPrint, LevelRow, MinuteRow, PrintRow, Rule, SentimentRow, Side};
pub use topics::DarkPoolTopic;
pub use venues::{Venue, venue};
