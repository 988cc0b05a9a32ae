//! The dark-pool pages: the table of tickers, a ticker's panel, the live tape.
//!
//! The pure half keeps rows in columns and decides what is shown in which order; the other half,
//! which exists in the browser only, puts that on the screen.

pub mod columns;
pub mod detail;
pub mod export;
pub mod glance;
pub mod read;
pub mod store;
pub mod tape;
pub mod tickers;
pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod page;
