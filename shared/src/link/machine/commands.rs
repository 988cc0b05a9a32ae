//! Commands: each goes over the WebSocket where there is one, over HTTP where there is none, and
//! whoever gave it learns what became of it, or that nobody knows.

use serde_json::Value;

use super::{Link, Socket};
use crate::link::{Effect, Event};
use crate::wire::{ClientMsg, Command, ErrorMsg, Reply, ServerMsg};

/// A command without an answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InFlight {
    id: u64,
    by: By,
}

/// Which way it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Socket,
    Http,
}

impl Link {
    /// Gives a command, whose number it returns. Exactly one event with that number follows:
    /// [`Event::Reply`], [`Event::Refused`] or [`Event::Unanswered`].
    pub fn command(&mut self, name: &str, args: Option<Value>) -> u64 {
        let id = self.take_id();
        let text = ClientMsg::Command(Command { id, name: name.into(), args }).to_json();
        let (by, effect) = match self.socket {
            Socket::Welcomed => (By::Socket, Effect::Send(text)),
            Socket::Closed | Socket::Opening | Socket::Open => (By::Http, Effect::Post { id, text }),
        };
        self.in_flight.push(InFlight { id, by });
        self.effects.push_back(effect);
        id
    }

    /// What `POST /api/v1/commands` answered to a command, whatever the status; `None` when no answer
    /// came.
    pub fn handle_posted(&mut self, id: u64, answer: Option<&str>) {
        match answer.and_then(|text| ServerMsg::parse(text).ok().flatten()) {
            Some(ServerMsg::Reply(reply)) => self.take_reply(Reply { id, ..reply }),
            // A request that was refused before it was read has no number.
            Some(ServerMsg::Error(error)) => self.end(id, Event::Refused(ErrorMsg { id: Some(id), ..error })),
            Some(_) | None => self.end(id, Event::Unanswered { id }),
        }
    }

    pub(super) fn take_reply(&mut self, reply: Reply) {
        self.end(reply.id, Event::Reply(reply));
    }

    pub(super) fn take_refusal(&mut self, error: ErrorMsg) {
        match error.id.filter(|id| self.is_in_flight(*id)) {
            Some(id) => self.end(id, Event::Refused(error)),
            // Of a subscription, say.
            None => self.events.push_back(Event::Refused(error)),
        }
    }

    /// The socket is gone, and with it the answers that it would have brought.
    pub(super) fn give_up_commands(&mut self) {
        let lost: Vec<u64> = self.in_flight.iter().filter(|command| command.by == By::Socket).map(|c| c.id).collect();
        lost.into_iter().for_each(|id| self.end(id, Event::Unanswered { id }));
    }

    fn is_in_flight(&self, id: u64) -> bool {
        self.in_flight.iter().any(|command| command.id == id)
    }

    /// Tells of a command's end, once.
    fn end(&mut self, id: u64, event: Event) {
        if self.is_in_flight(id) {
            self.in_flight.retain(|command| command.id != id);
            self.events.push_back(event);
        }
    }
}
