//! The ledger of bets: placed against a price as it is, settled by scores or by operators. Paper only.

pub mod engine;
mod settings;

pub use engine::BetsEngine;
pub use settings::BetsSettings;
