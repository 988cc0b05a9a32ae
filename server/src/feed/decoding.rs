//! What a driver adds to a decoder: counting, and complaining with bounds.

use std::sync::Arc;
use std::time::Duration;

use shared::units::Timestamp;
use tokio::time::Instant;

use super::{Counter, Source};
use crate::domain::Tally;
use crate::domain::darkpool::Event;
use crate::domain::darkpool::feed::Decoder;

/// When it happened, by the consolidated tape.
pub(super) fn time_of(event: &Event) -> Timestamp {
    match event {
        Event::Trade(trade) => trade.ts,
        Event::Quote(quote) => quote.ts,
    }
}

/// Decodes frames and counts what it meets.
pub(crate) struct Decoding {
    decoder: Decoder,
    source: Arc<Source>,
    complaints: Complaints,
}

impl Decoding {
    pub fn new(source: Arc<Source>) -> Decoding {
        Decoding { decoder: Decoder::default(), complaints: Complaints::new(source.clone()), source }
    }

    /// Appends the events of a frame.
    pub fn decode(&mut self, frame: &str, events: &mut Vec<Event>) {
        let before = events.len();
        let tally = self.decoder.decode(frame, events);
        self.source.add(Counter::Events, (events.len() - before) as u64);
        self.complaints.tally(tally, frame);
    }
}

/// Counts what could not be used, and says so now and then.
pub(crate) struct Complaints {
    source: Arc<Source>,
    complained: Option<Instant>,
}

impl Complaints {
    /// Bad data may come in any amount; the log gets a line in this time.
    const EVERY: Duration = Duration::from_secs(10);

    pub fn new(source: Arc<Source>) -> Complaints {
        Complaints { source, complained: None }
    }

    /// So much of `text` could not be used.
    pub fn tally(&mut self, tally: Tally, text: &str) {
        self.source.add(Counter::Ignored, tally.ignored);
        self.source.add(Counter::Garbage, tally.garbage);
        if tally.garbage == 0 || self.complained.is_some_and(|at| at.elapsed() < Complaints::EVERY) {
            return;
        }
        self.complained = Some(Instant::now());
        let begins: String = text.chars().take(200).collect();
        let garbage = self.source.count(Counter::Garbage);
        tracing::warn!(garbage, begins, "messages that cannot be read are left out");
    }
}
