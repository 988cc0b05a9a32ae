//! Bets on paper: a ledger of what was staked at which price, and what came of it. No bookmaker is
//! contacted.

mod commands;
mod rows;
mod settle;
mod topics;

pub use commands::{BetFilter, OddsPolicy, PlaceBet, SettleBet};
pub use rows::{BetRow, BetStatus, ExposureRow};
pub use settle::{outcome, payout, potential};
pub use topics::BetsTopic;
