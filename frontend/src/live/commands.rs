//! Commands, and whoever waits for what becomes of them.

use std::cell::RefCell;

use serde_json::Value;
use shared::wire::{ErrorMsg, Reply};

use super::Live;

/// What became of a command.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was carried out.
    Done(Reply),
    /// It was refused, with a sentence that says what to do.
    Refused(ErrorMsg),
    /// The connection ended before the answer: nobody here knows. What has a name of its own can be
    /// given again, such as a bet with the same `client_ref`.
    Unknown,
}

type Waiting = (u64, Box<dyn FnOnce(Outcome)>);

/// Who waits for an answer.
#[derive(Default)]
pub(super) struct Answers(RefCell<Vec<Waiting>>);

impl Live {
    /// Gives a command, and tells `then` what became of it, exactly once.
    pub fn command(self, name: &str, args: Option<Value>, then: impl FnOnce(Outcome) + 'static) {
        let core = self.core();
        match core.socket.get() {
            Some(socket) => {
                let number = |id| core.answers.0.borrow_mut().push((id, Box::new(then)));
                socket.command(name, args, number);
            }
            // Nobody gives a command while the page is still being made.
            None => then(Outcome::Unknown),
        }
    }
}

impl Answers {
    pub(super) fn done(&self, reply: Reply) {
        if let Some(then) = self.take(reply.id) {
            then(Outcome::Done(reply));
        }
    }

    /// Gives the refusal back when nobody waits for it.
    pub(super) fn refused(&self, error: ErrorMsg) -> Option<ErrorMsg> {
        let Some(then) = error.id.and_then(|id| self.take(id)) else { return Some(error) };
        then(Outcome::Refused(error));
        None
    }

    pub(super) fn lost(&self, id: u64) {
        if let Some(then) = self.take(id) {
            then(Outcome::Unknown);
        }
    }

    fn take(&self, id: u64) -> Option<Box<dyn FnOnce(Outcome)>> {
        let mut waiting = self.0.borrow_mut();
        let place = waiting.iter().position(|(other, _)| *other == id)?;
        Some(waiting.swap_remove(place).1)
    }
}
