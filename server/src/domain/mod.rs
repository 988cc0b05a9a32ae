//! The rules of each domain: events of a provider in, changes of topics out. Pure.

pub mod bets;
pub mod darkpool;
mod engine;
pub mod market;
pub mod odds;
pub mod sportsbook;
mod tally;

pub use engine::{Answered, CommandKind, Engine, Refused, Request, RowJson, StateOp, TopicChange};
pub use tally::Tally;
