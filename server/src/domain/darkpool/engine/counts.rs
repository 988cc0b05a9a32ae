//! What the engine counts, for metrics and for whoever wonders where a trade went.

/// Events since the start, and those that did not count by their reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Trades of any kind.
    pub trades: u64,
    /// Quotes.
    pub quotes: u64,
    /// Trades that were off-exchange and counted.
    pub prints: u64,
    /// Trades that were seen before.
    pub duplicates: u64,
    /// Markers and corrections, which are no trades.
    pub markers: u64,
    /// Trades of a session day that is over.
    pub stale: u64,
    /// Trades whose time cannot be right.
    pub mistimed: u64,
    /// Events of a ticker beyond the greatest number of tickers.
    pub crowded_out: u64,
    /// Entries of the stored state that could not be read.
    pub unreadable: u64,
}
