//! Sportsbook odds: what each book offers, what is fair, and where books disagree enough.
//!
//! Rows, and the mathematics of prices that server and page share; the rules that make the rows are the
//! server's.

mod rows;
mod topics;

pub use rows::{
    ArbKind, ArbRow, BestPrice, BookPrice, BookRow, BookStatus, ClosedArbRow, Devig, EventRow, HistoryRow, LegRow,
    MarketKind, MarketRow, PriceSource, ScoreRow, SelectionRow, SportRow,
};
pub use topics::{OddsTopic, SportKey};
