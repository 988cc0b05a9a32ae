//! Arbitrage: opportunities of now and of lately, and what to stake on one.
//!
//! The pure half decides what is shown and reckons; the other half, which exists in the browser
//! only, puts that on the screen.

pub mod fate;
pub mod plan;
pub mod view;
pub mod worth;

#[cfg(target_arch = "wasm32")]
pub mod page;
