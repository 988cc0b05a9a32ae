//! The mathematics of odds and bets against cases that were reckoned elsewhere with 50 digits, and against what
//! has to hold for every market.

mod bets;
mod conversions;
mod oracle;
mod prices;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod settlement;
