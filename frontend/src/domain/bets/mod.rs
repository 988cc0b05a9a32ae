//! The reader's bets: the list, what is at stake, profit over time.
//!
//! The pure half keeps the rows and decides what is shown; the other half, which exists in the
//! browser only, puts that on the screen.

pub mod export;
pub mod profit;
pub mod read;
pub mod store;
pub mod view;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod page;
