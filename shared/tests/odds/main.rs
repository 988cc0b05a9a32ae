//! The mathematics of odds and bets against cases that were reckoned elsewhere with 50 digits, and against what
//! has to hold for every market.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bets;
mod conversions;
#[cfg(not(target_arch = "wasm32"))]
mod exactness;
mod oracle;
mod prices;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod settlement;
