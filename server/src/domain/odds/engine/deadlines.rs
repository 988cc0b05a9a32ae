//! What time alone changes: prices that become old, events that begin, that leave. An ordered set, so
//! that a tick looks at what is due and at nothing else.

use std::collections::BTreeSet;

use shared::units::Timestamp;

/// Whose time it is, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    /// An event's.
    Fixture(usize),
    /// A market's.
    Market(usize),
}

/// The times that are waited for.
#[derive(Clone, Debug, Default)]
pub(super) struct Deadlines(BTreeSet<(Timestamp, Whose)>);

impl Deadlines {
    /// `slot` is the owner's note of what it waits for; it waits for `next` from now on.
    pub(super) fn set(&mut self, whose: Whose, slot: &mut Option<Timestamp>, next: Option<Timestamp>) {
        if *slot == next {
            return;
        }
        if let Some(old) = *slot {
            self.0.remove(&(old, whose));
        }
        if let Some(next) = next {
            self.0.insert((next, whose));
        }
        *slot = next;
    }

    /// The next whose time has come. The owner's note has to be emptied.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Whose> {
        let first = *self.0.first()?;
        if first.0 > now {
            return None;
        }
        self.0.pop_first();
        Some(first.1)
    }
}
