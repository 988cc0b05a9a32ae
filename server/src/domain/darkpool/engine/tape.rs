//! Prints that wait for the next take, no more of them than the topic keeps.

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::{Change, Class};
use shared::units::Timestamp;

use super::rows;
use super::ticker::Print;
use crate::domain::{RowJson, TopicChange};

/// The waiting prints, in order of arrival.
#[derive(Clone, Debug, Default)]
pub(super) struct Tape {
    waiting: Vec<Print>,
}

impl Tape {
    /// Adds a print.
    pub(super) fn push(&mut self, print: Print) {
        let keep = keep();
        // Twice as many may wait, so that the sorting is rare.
        if self.waiting.len() >= 2 * keep {
            self.waiting.sort_by_cached_key(|print| rows::print_key(&print.ticker, &print.last));
            self.waiting.drain(..self.waiting.len() - keep);
        }
        self.waiting.push(print);
    }

    /// The rows, if any.
    pub(super) fn take(&mut self) -> Option<TopicChange> {
        let src_ts: Option<Timestamp> = self.waiting.iter().map(|print| print.last.ts).max();
        let mut change: Change<RowJson> = Change::new();
        for print in self.waiting.drain(..) {
            let row = rows::print(&print);
            change.set(row.id.as_ref().into(), rows::json(&row));
        }
        let topic = DarkPoolTopic::Tape.topic();
        src_ts.map(|src_ts| TopicChange { topic, change, src_ts: Some(src_ts), whole: false })
    }
}

fn keep() -> usize {
    match DarkPoolTopic::Tape.kind().class {
        Class::Recent { keep } => keep,
        Class::State => usize::MAX / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::classify::Nbbo;
    use super::super::ticker::Last;
    use super::*;
    use crate::domain::darkpool::{Conditions, TradeId};

    #[test]
    fn a_flood_of_prints_leaves_the_newest() {
        let mut tape = Tape::default();
        for n in (0..5_000_i64).rev().chain(5_000..10_000) {
            let last = Last {
                ts: Timestamp::from_ms(n),
                price: "1".parse().unwrap(),
                size: "1".parse().unwrap(),
                side: shared::domain::darkpool::Side::Neutral,
                trf: 202,
                id: TradeId::new("1"),
            };
            tape.push(Print {
                ticker: "IBM".parse().unwrap(),
                last,
                notional: shared::units::Money::ZERO,
                rule: None,
                nbbo: Nbbo::default(),
                conditions: Conditions::default(),
                late: false,
                block: false,
                extended: false,
                z: None,
            });
        }
        let change = tape.take().unwrap().change;
        assert!((1_000..=2_000).contains(&change.sets().len()), "{}", change.sets().len());
        let newest: Vec<_> = change.sets().keys().rev().take(1_000).map(|key| key[..13].parse::<i64>()).collect();
        assert_eq!(newest, (9_000..10_000).rev().map(Ok).collect::<Vec<_>>());
        assert_eq!(tape.take(), None);
    }
}
