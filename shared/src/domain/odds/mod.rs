//! Sportsbook odds: what each book offers, what is fair, and where books disagree enough.
//!
//! Rows, and the mathematics of prices that server and page share; the rules that make the rows are the
//! server's.
//!
//! Probabilities are floating-point numbers, since their formulas have roots and logarithms: `devig`,
//! `consensus`, `hybrid`, `offer`, `kelly`. Prices and money are not: `arbitrage`, `stakes`, `middle` reckon with
//! fractions and integers, and whether something is an arbitrage is decided exactly. From one to the other
//! lead `Odds::to_f64` and, rounded down to a tick, `offer_ticks`.

mod arbitrage;
mod consensus;
mod devig;
mod hybrid;
pub mod kelly;
mod middle;
mod offer;
mod root;
mod rows;
mod stakes;
mod topics;

pub use arbitrage::{booksum, is_arbitrage, net, roi_pct};
pub use consensus::{consensus, consensus_of_logs};
pub use devig::{DevigError, devig};
pub use hybrid::{Lmsr, blend, pool, pool_weight};
pub use middle::{Leg, Lines, Pair, Results, pair, profit_by_result};
pub use offer::{fair_odds, offer, offer_ticks};
pub use rows::{
    ArbKind, ArbRow, BestPrice, BookPrice, BookRow, BookStatus, ClosedArbRow, Devig, EventRow, HistoryRow, LegRow,
    MarketKind, MarketRow, PriceSource, ScoreRow, SelectionRow, SportRow,
};
pub use stakes::{Split, split, split_from};
pub use topics::{OddsTopic, SportKey};
