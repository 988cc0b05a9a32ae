//! The demo market of stocks: a seeded world that speaks the provider's own wire format.
//!
//! Its frames go through the same decoder as the provider's, so everything after the socket is
//! what it is with real data. Nothing in it is real but some of the names.

mod driver;
mod frame;
mod listing;
mod symbols;
mod trade;
mod world;

use std::time::Duration;

pub use driver::run;
pub use frame::Frame;
pub use world::World;

/// How large a demo market is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which market; the same seed is the same market everywhere.
    pub seed: u64,
    /// How many stocks are listed, well-known names first.
    pub tickers: usize,
    /// Trades a second, on average; up to about 90,000.
    pub trades_per_s: u32,
    /// How much of the past is played at the start.
    pub history: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { seed: 1, tickers: 400, trades_per_s: 150, history: Duration::from_secs(3_600) }
    }
}
