//! Dark-pool sentiment: which prints are off-exchange, which side they lean to, what adds up.

mod engine;
mod event;
pub mod feed;

pub use engine::{Calendar, Counts, DarkPoolEngine};
pub use event::{Conditions, Event, Quote, Trade, TradeId};
