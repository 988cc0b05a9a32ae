//! The demo market of odds: made-up events of real competitions, with a true price each, and books that
//! follow it with their own margin, delay and noise. It writes the provider's own answers.
//!
//! Everything is a function of the seed and the time, as for the [stocks](super::stocks).

mod books;
mod contest;
mod driver;
mod games;
mod prices;
mod world;
mod write;

use std::time::Duration;

pub use driver::run;
pub use world::{Answer, World};

/// How large a demo market is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which market; the same seed is the same market everywhere.
    pub seed: u64,
    /// About how many markets there are at once.
    pub markets: usize,
    /// How many books.
    pub books: usize,
    /// What share of the events every half second is priced anew, in percent; `None`: each every 20 s, and
    /// every 2 s while it is under way.
    pub changing_pct: Option<u32>,
    /// How much of the past is played at the start.
    pub history: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { seed: 1, markets: 600, books: 14, changing_pct: None, history: Duration::from_secs(3_600) }
    }
}
