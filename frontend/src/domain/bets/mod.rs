//! The bets pages. Bets are on paper: no bookmaker is contacted.

pub mod read;
pub mod store;
