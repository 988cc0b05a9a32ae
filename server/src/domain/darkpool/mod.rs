//! Dark-pool sentiment: which prints are off-exchange, which side they lean to, what adds up.

mod event;
pub mod feed;

pub use event::{Conditions, Event, Quote, Trade, TradeId};
