//! The ledger of bets: placed against a price as it is, settled by scores or by operators. Paper only.

pub mod engine;

pub use engine::BetsEngine;
