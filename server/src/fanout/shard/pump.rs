//! One client's turn: what it says is taken in, what there is for it is sent as far as its socket
//! takes it.

use std::io::{self, ErrorKind, Read, Write};

use shared::units::Moment;

use super::client::{ClientId, Heard, Membership, Place};
use super::outbox::{self, Sent};
use super::{Errand, Shard};
use crate::domain::Refused;
use crate::hub::{Answer, OpenError};
use crate::session::{Ask, Wanted};

/// So many rounds are made for one client before the others have their turn.
const ROUNDS: usize = 16;

/// What is left to do for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pumped {
    /// Nothing, or nothing now.
    Done,
    /// Something.
    More,
}

impl<S: Read + Write + Send + 'static> Shard<S> {
    /// Reads what came, in turns with the others. `hung_up`: nothing more will come after it.
    pub(super) fn read(&mut self, index: usize, hung_up: bool, now: Moment) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let done = self.read_into(&mut buffer, index, hung_up, now);
        self.buffer = buffer;
        if !done {
            self.again.push(index);
        }
    }

    /// Whether everything was read.
    fn read_into(&mut self, buffer: &mut [u8], index: usize, hung_up: bool, now: Moment) -> bool {
        for _ in 0..ROUNDS {
            let Some(client) = self.clients.get_mut(index) else { return true };
            let bytes = match client.socket.read(buffer) {
                Ok(bytes) if bytes > 0 => bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Ok(_) | Err(_) => {
                    let reason = client.closing.map_or("left", |closing| closing.reason);
                    self.remove(index, reason);
                    return true;
                }
            };
            self.hear(index, &mut buffer[..bytes], now);
            // A socket that gave less than it could has given everything, but for its end.
            if bytes < buffer.len() && !hung_up {
                return true;
            }
        }
        false
    }

    /// Takes in what a client said, and answers.
    pub(super) fn hear(&mut self, index: usize, bytes: &mut [u8], now: Moment) {
        let Some(client) = self.clients.get_mut(index) else { return };
        match client.hear(bytes, &mut self.inflater, now, &self.shared) {
            Heard::More => {}
            Heard::Left => {
                let reason = client.closing.map_or("left", |closing| closing.reason);
                return self.remove(index, reason);
            }
            Heard::Broke(violation) => {
                // What it said before that is answered, where nothing else is under way.
                if client.blocked.is_none() {
                    client.gather(now, &self.shared, &mut self.press.single);
                }
                client.close(violation.code(), &violation.to_string(), "violation", false, now);
            }
        }
        self.answer_asks(index, now);
        self.pump(index, now);
    }

    /// Sees to what the client asked for. Whether there was something.
    pub(super) fn answer_asks(&mut self, index: usize, now: Moment) -> bool {
        let mut asked = false;
        while let Some(ask) = self.clients.get_mut(index).and_then(|client| client.conversation.poll_ask()) {
            asked = true;
            match ask {
                Ask::Open(_) | Ask::Drop(_) => self.detach(index),
                Ask::Look(_) | Ask::Command(..) | Ask::Verify(..) => {}
            }
            let client = &mut self.clients[index];
            let id = ClientId { index, number: client.number };
            match ask {
                Ask::Command(number, request) => (self.errands)(id, Errand::Command(number, request)),
                Ask::Look(wanted) => {
                    if wanted.names().all(|topic| self.shared.hub.is_open(topic)) {
                        let outcomes = vec![Ok(()); wanted.topics.len()];
                        self.looked(id, wanted, &outcomes);
                    } else {
                        (self.errands)(id, Errand::Look(wanted));
                    }
                }
                Ask::Verify(number, presented) => {
                    (self.errands)(id, Errand::Verify(number, presented, client.guest.address));
                }
                Ask::Drop(dropped) => client.conversation.handle_dropped(dropped),
                Ask::Open(wanted) if !client.conversation.may_open(&wanted) => {}
                Ask::Open(wanted) => {
                    if wanted.names().all(|topic| self.shared.hub.is_open(topic)) {
                        let outcomes = vec![Ok(()); wanted.topics.len()];
                        self.opened(id, wanted, &outcomes, now);
                    } else {
                        (self.errands)(id, Errand::Open(wanted));
                    }
                }
            }
        }
        asked
    }

    /// What a client asked for was carried out, or not.
    pub(super) fn answered(&mut self, id: ClientId, number: u64, outcome: Result<Answer, Refused>, now: Moment) {
        if let Some(client) = self.clients.get_mut(id.index).filter(|client| client.number == id.number) {
            client.conversation.handle_answered(number, outcome);
            self.pump(id.index, now);
        }
    }

    /// Topics that a client asked for are there, or cannot be had.
    pub(super) fn opened(&mut self, id: ClientId, wanted: Wanted, outcomes: &[Result<(), OpenError>], now: Moment) {
        if self.clients.get(id.index).is_none_or(|client| client.number != id.number) {
            return;
        }
        self.detach(id.index);
        let client = &mut self.clients[id.index];
        if let Place::Alone(holds, bell) = &mut client.place {
            holds.extend(wanted.names().filter_map(|topic| self.shared.hub.hold(topic)));
            // It does not ring for the new topics.
            *bell = None;
        }
        client.conversation.handle_opened(now, &*self.shared.hub, wanted, outcomes);
    }

    /// Topics that a client wants to read once are there, or cannot be had.
    pub(super) fn looked(&mut self, id: ClientId, wanted: Wanted, outcomes: &[Result<(), OpenError>]) {
        if let Some(client) = self.clients.get_mut(id.index).filter(|client| client.number == id.number) {
            client.conversation.handle_looked(&*self.shared.hub, wanted, outcomes);
        }
    }

    /// Sends a client everything there is for it, as far as its socket takes it.
    pub(super) fn pump(&mut self, index: usize, now: Moment) {
        for _ in 0..ROUNDS {
            match self.pump_once(index, now) {
                Ok(Pumped::More) => {}
                Ok(Pumped::Done) => return self.set_timer(index, now),
                Err(_) => return self.remove(index, "left"),
            }
        }
        self.again.push(index);
    }

    fn pump_once(&mut self, index: usize, now: Moment) -> io::Result<Pumped> {
        let Some(client) = self.clients.get_mut(index).filter(|client| client.blocked.is_none()) else {
            return Ok(Pumped::Done);
        };
        // First what was begun: what it alone is sent, or the step in which its cursor stands.
        if client.write(&mut self.written)? == Sent::Blocked || self.write_log(index, Stretch::Step)? == Sent::Blocked {
            self.block(index, now);
            return Ok(Pumped::Done);
        }
        let client = &mut self.clients[index];
        if client.gather(now, &self.shared, &mut self.press.single) {
            return Ok(Pumped::More);
        }
        if let Some(closing) = client.closing {
            if closing.at_once {
                self.remove(index, closing.reason);
            } else {
                self.detach(index);
            }
            return Ok(Pumped::Done);
        }
        if let Some(code) = client.conversation.poll_close() {
            client.send_away(code, now);
            return Ok(Pumped::More);
        }
        // While it was told, or what it had asked for before came, it may have found out that it needs more.
        if self.answer_asks(index, now) {
            return Ok(Pumped::More);
        }
        match self.clients[index].place {
            Place::In(_) => {
                if self.write_log(index, Stretch::All)? == Sent::Blocked {
                    self.block(index, now);
                }
            }
            Place::Alone(..) => self.join(index, now),
        }
        Ok(Pumped::Done)
    }

    /// Writes what the client's cohort logged, from its cursor on.
    pub(super) fn write_log(&mut self, index: usize, stretch: Stretch) -> io::Result<Sent> {
        let client = &mut self.clients[index];
        let Place::In(Membership { cohort, encoding, cursor, .. }) = &mut client.place else { return Ok(Sent::All) };
        let log = &self.cohorts[*cohort].lane(*encoding).log;
        let bytes = match stretch {
            Stretch::Step => log.rest_of_step(*cursor).0,
            Stretch::All => log.from(*cursor),
        };
        let (taken, sent) = outbox::write(&mut client.socket, bytes)?;
        *cursor += taken as u64;
        self.written += taken as u64;
        Ok(sent)
    }

    /// The socket takes no more for now.
    pub(super) fn block(&mut self, index: usize, now: Moment) {
        let client = &mut self.clients[index];
        client.blocked = Some(now);
        if let Place::In(Membership { cohort, encoding, .. }) = client.place {
            self.cohorts[cohort].lane_mut(encoding).blocked.push(index);
        }
    }
}

/// How much of a log is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stretch {
    /// What is left of the step that was begun.
    Step,
    /// Everything.
    All,
}
