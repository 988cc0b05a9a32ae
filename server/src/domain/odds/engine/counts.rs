//! What the engine counts, for metrics and for whoever wonders where a price went.

/// Since the start, and what there is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answers about an event.
    pub answers: u64,
    /// Offers in them.
    pub offers: u64,
    /// Of which changed something.
    pub changed: u64,
    /// Offers that no market can have: a line where there is none, an outcome of another kind.
    pub invalid: u64,
    /// Offers older than what the book said since.
    pub late: u64,
    /// Answers about events that are over.
    pub over: u64,
    /// What was left out because there is too much of it already.
    pub crowded_out: u64,
    /// Scores and pools of what nobody knows.
    pub unknown: u64,
    /// Entries of the stored state that could not be read.
    pub unreadable: u64,
    /// Arbitrages and middles that were opened.
    pub opened: u64,
    /// And closed.
    pub closed: u64,
    /// Events now.
    pub events: usize,
    /// Markets now.
    pub markets: usize,
    /// Arbitrages and middles now.
    pub arbs: usize,
}

impl Counts {
    /// All of them, each by its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 14] {
        let Counts { answers, offers, changed, invalid, late, over, crowded_out, unknown, unreadable, .. } = *self;
        [
            ("answers", answers),
            ("offers", offers),
            ("changed", changed),
            ("invalid", invalid),
            ("late", late),
            ("over", over),
            ("crowded_out", crowded_out),
            ("unknown", unknown),
            ("unreadable", unreadable),
            ("opened", self.opened),
            ("closed", self.closed),
            ("events", self.events as u64),
            ("markets", self.markets as u64),
            ("arbs", self.arbs as u64),
        ]
    }
}
