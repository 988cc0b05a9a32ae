//! What a follower keeps: rows, and the position they stand for.

use super::{Change, Class, Epoch, Position, Rows, Seq, Verdict, apply, judge};

/// A follower's copy of a topic. At a position it equals the server's table at that position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica<R> {
    class: Class,
    position: Option<Position>,
    rows: Rows<R>,
}

impl<R> Replica<R> {
    /// Knows nothing yet.
    #[must_use]
    pub const fn new(class: Class) -> Replica<R> {
        Replica { class, position: None, rows: Rows::new() }
    }

    /// How far it has come; `None` before the first snapshot.
    #[must_use]
    pub const fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// The rows at that position.
    #[must_use]
    pub const fn rows(&self) -> &Rows<R> {
        &self.rows
    }

    /// Starts over from a snapshot, unless it is older than what is known in the same epoch.
    /// Returns whether it was taken.
    pub fn reset(&mut self, at: Position, rows: Rows<R>) -> bool {
        if self.position.as_ref().is_some_and(|here| here.epoch == at.epoch && here.seq > at.seq) {
            return false;
        }
        self.position = Some(at);
        self.rows = rows;
        true
    }

    /// Takes an update in where it continues, and says what it meant.
    pub fn update(&mut self, epoch: &Epoch, prev: Seq, seq: Seq, change: Change<R>) -> Verdict {
        let verdict = judge(self.position.as_ref(), epoch, prev, seq);
        if verdict == Verdict::Apply {
            apply(self.class, &mut self.rows, change);
            self.position = Some(Position { epoch: epoch.clone(), seq });
        }
        verdict
    }
}
