//! Requests that were carried out, and whose answers wait until what they did is stored.

use shared::stream::{Position, Topic};
use shared::wire::{Applied, Code};
use tokio::sync::{mpsc, oneshot};

use super::super::Hub;
use super::super::registry::{Answer, Order};
use crate::domain::{Answered, CommandKind, Refused};

/// Requests that may wait for their turn.
const MOST: usize = 1024;

/// The requests of a domain.
pub(super) struct Orders {
    commands: &'static [CommandKind],
    coming: mpsc::Receiver<Order>,
    waiting: Vec<Waiting>,
}

/// An answer that leaves when what it says is stored.
pub(super) struct Waiting {
    answered: Answered,
    done: oneshot::Sender<Result<Answer, Refused>>,
}

impl Orders {
    /// Whoever asks for one of these commands is sent here.
    pub(super) fn of(commands: &'static [CommandKind], hub: &Hub) -> Orders {
        let (carrier, coming) = mpsc::channel(MOST);
        hub.add_carrier(commands, &carrier);
        Orders { commands, coming, waiting: Vec::new() }
    }

    pub(super) async fn next(&mut self) -> Option<Order> {
        self.coming.recv().await
    }

    pub(super) fn writes(&self, name: &str) -> bool {
        self.commands.iter().any(|command| command.name == name && command.writes)
    }

    /// Answers at once what changed nothing, the rest when it is stored.
    pub(super) fn wait(&mut self, answered: Answered, done: oneshot::Sender<Result<Answer, Refused>>) {
        let waiting = Waiting { answered, done };
        if waiting.answered.effect.is_some() { self.waiting.push(waiting) } else { waiting.send(true, |_| None) }
    }

    pub(super) fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Those that go with the next commit.
    pub(super) fn take(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.waiting)
    }
}

impl Waiting {
    /// Answers. Where nothing was stored, a restart may yet lose what was done, so nobody is told that it
    /// was. Whoever asked may have left.
    pub(super) fn send(self, stored: bool, head: impl FnOnce(&Topic) -> Option<Position>) {
        let Waiting { answered: Answered { outcome, effect }, done } = self;
        let outcome = if stored {
            let at = effect.and_then(|topic| {
                let Position { epoch, seq } = head(&topic)?;
                Some(Applied { topic, epoch, seq })
            });
            outcome.map(|ok| Answer { ok, at })
        } else {
            let sentence = "it could not be stored, so its outcome is not known; ask again with the same client_ref";
            Err(Refused::new(Code::Unknown, sentence))
        };
        let _ = done.send(outcome);
    }
}
