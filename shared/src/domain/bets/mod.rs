//! Bets on paper: a ledger of what was staked at which price, and what came of it. No bookmaker is
//! contacted.

mod answers;
mod commands;
mod rows;
mod settle;
mod topics;

pub use answers::{AuditRow, BetAudited, BetPlaced, BetsFound, BetsSettled};
pub use commands::{BetFilter, GetAudit, OddsPolicy, PlaceBet, SettleBet};
pub use rows::{BetRow, BetStatus, ExposureRow};
pub use settle::{outcome, payout, potential};
pub use topics::BetsTopic;
