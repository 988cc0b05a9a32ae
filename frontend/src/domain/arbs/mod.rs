//! Arbitrage: opportunities of now and of lately, and what to stake on one.
//!
//! The pure half keeps the rows, decides what is shown and reckons; the other half, which exists in
//! the browser only, puts that on the screen.

pub mod read;
pub mod store;
pub mod view;
