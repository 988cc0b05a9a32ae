//! The sockets of one thread: who follows what, what each is sent next, and where each stands.
//!
//! A client that has caught up is a cursor in its cohort's log. One that subscribes, or fell out of
//! the log, has a follower of its own until it has caught up again. Nothing here reads a clock or
//! knows what kind of socket it has; the thread around it does.

mod batch;
mod client;
mod cohort;
mod lane;
mod log;
mod mailbox;
mod membership;
mod outbox;
mod pump;
#[cfg(target_os = "linux")]
mod ring;
mod sign_in;
#[cfg(test)]
mod tests;
mod thread;
mod wheel;

use std::any::Any;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use shared::units::Moment;
use shared::wire::CloseCode;
use slab::Slab;

pub use client::{Arrival, ClientId, Guest};
pub use thread::{Settings as ShardSettings, Shards};

use self::batch::Batch;
use self::client::{Client, Membership, Place};
use self::cohort::{Cohort, Press};
use self::mailbox::{Letter, Mailbox};
use self::wheel::Wheel;
use super::Shared;
use super::frame::Inflater;
use crate::domain::Request;
use crate::session::{Presented, Wanted};

/// How long a client may take to answer a close.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// Between two looks at who is still there.
const LOOK_AFTER: Duration = Duration::from_secs(5);
/// What is read at once.
const READ_BYTES: usize = 64 * 1024;
/// A message that a client compressed may refer so far back.
const INFLATE_BITS: u8 = 15;

/// How a shard keeps its promises.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// A client that gave no sign of life for so long is asked for one...
    ask_after: Duration,
    /// ...and one that gave none for so long is closed. It may be reading what lies before the question.
    gone_after: Duration,
    /// A socket that takes nothing for so long is closed.
    progress: Duration,
    /// What a lane's log may keep for readers who are a little behind.
    lane_bytes: usize,
    /// What all logs of the shard may keep together.
    all_bytes: usize,
    /// Cohorts; beyond them every client is told alone.
    cohorts: usize,
}

/// What has to be waited for, so that others do it.
#[derive(Clone, Debug)]
enum Errand {
    /// Make topics available that nobody followed yet.
    Open(Wanted),
    /// The same, to be read only once.
    Look(Wanted),
    /// Carry out what a client asked for under this number.
    Command(u64, Box<Request>),
    /// Find out whose token a client at this address showed under this number.
    Verify(u64, Presented, IpAddr),
}

/// Sends someone on an errand for a client.
type Errands = Box<dyn Fn(ClientId, Errand) + Send>;

/// Something with a timer.
#[derive(Clone, Copy, Debug)]
enum Timer {
    Client(ClientId),
    Cohort(usize),
}

/// See the [module](self).
struct Shard<S> {
    clients: Slab<Client<S>>,
    cohorts: Slab<Cohort>,
    by_key: BTreeMap<Box<str>, usize>,
    press: Press,
    /// What writes to all members of a lane.
    batch: Box<dyn Batch<S>>,
    inflater: Inflater,
    buffer: Vec<u8>,
    wheel: Wheel<Timer>,
    mailbox: Arc<Mailbox<S>>,
    shared: Arc<Shared>,
    limits: Limits,
    /// Does what has to be waited for, and answers by letter.
    errands: Errands,
    /// Clients that have more to say or to be told, but had their turn.
    again: Vec<usize>,
    /// When everyone is looked after next.
    next_look: Moment,
    /// Bytes in all logs.
    log_bytes: usize,
    /// The same when it was last reported.
    reported_log_bytes: usize,
    /// Bytes that were written since it was last reported.
    written: u64,
    numbered: u64,
    draining: bool,
    ended: bool,
}

impl<S: Read + Write + Send + 'static> Shard<S> {
    fn new(
        shared: Arc<Shared>,
        mailbox: Arc<Mailbox<S>>,
        limits: Limits,
        compression: (u32, u8),
        errands: Errands,
        batch: Box<dyn Batch<S>>,
        now: Moment,
    ) -> Shard<S> {
        let (level, window_bits) = compression;
        Shard {
            clients: Slab::new(),
            cohorts: Slab::new(),
            by_key: BTreeMap::new(),
            press: Press::new(level, window_bits),
            batch,
            inflater: Inflater::new(INFLATE_BITS, false),
            buffer: vec![0; READ_BYTES],
            wheel: Wheel::new(now),
            mailbox,
            shared,
            limits,
            errands,
            again: Vec::new(),
            next_look: now + LOOK_AFTER,
            log_bytes: 0,
            reported_log_bytes: 0,
            written: 0,
            numbered: 0,
            draining: false,
            ended: false,
        }
    }

    /// Reads the letters. Sockets that come in are registered under their place.
    fn read_letters(&mut self, now: Moment, register: &mut dyn FnMut(&mut S, usize) -> io::Result<()>) {
        let mut changed = Vec::new();
        for letter in self.mailbox.take() {
            match letter {
                Letter::Arrived(arrival) => self.arrive(*arrival, now, register),
                Letter::Opened(id, wanted, outcomes) => {
                    self.guarded(id.index, |shard| {
                        shard.opened(id, wanted, &outcomes, now);
                        shard.pump(id.index, now);
                    });
                }
                Letter::Looked(id, wanted, outcomes) => {
                    self.guarded(id.index, |shard| {
                        shard.looked(id, wanted, &outcomes);
                        shard.pump(id.index, now);
                    });
                }
                Letter::Answered(id, number, outcome) => {
                    self.guarded(id.index, |shard| shard.answered(id, number, *outcome, now));
                }
                Letter::Verified(id, number, outcome) => {
                    self.guarded(id.index, |shard| shard.verified(id, number, outcome, now));
                }
                Letter::SignInsChanged => self.look_at_sign_ins(now),
                Letter::Changed(cohort) => changed.push(cohort),
                Letter::ChangedAlone(client) => {
                    if let Some(Place::Alone(_, Some(bell))) = self.clients.get(client).map(|client| &client.place) {
                        bell.heard();
                        self.guarded(client, |shard| shard.pump(client, now));
                    }
                }
                Letter::Drain => self.drain(now),
                Letter::End => self.ended = true,
            }
        }
        for cohort in changed {
            if let Some(cohort) = self.cohorts.get(cohort) {
                cohort.bell.heard();
            }
            self.flush(cohort, now);
        }
    }

    /// A socket can be read or written. `hung_up`: nothing more will come after what can be read.
    fn ready(&mut self, index: usize, readable: bool, writable: bool, hung_up: bool, now: Moment) {
        self.guarded(index, |shard| {
            let blocked = shard.clients.get_mut(index).filter(|client| client.blocked.is_some());
            if let Some(client) = blocked.filter(|_| writable) {
                client.blocked = None;
                client.show_life(now);
                if let Place::In(Membership { cohort, encoding, .. }) = client.place {
                    shard.cohorts[cohort].lane_mut(encoding).unblock(index);
                }
                shard.pump(index, now);
            }
            if readable {
                shard.read(index, hung_up, now);
            }
        });
    }

    /// What is due.
    fn pass_time(&mut self, now: Moment) {
        for timer in self.wheel.due(now) {
            match timer {
                Timer::Client(id) => self.guarded(id.index, |shard| shard.client_timer(id, now)),
                Timer::Cohort(index) => {
                    if let Some(cohort) = self.cohorts.get_mut(index).filter(|c| c.timer.is_some_and(|at| at <= now)) {
                        cohort.timer = None;
                        self.flush(index, now);
                    }
                }
            }
        }
        for index in std::mem::take(&mut self.again) {
            self.guarded(index, |shard| {
                shard.read(index, true, now);
                shard.pump(index, now);
            });
        }
        if now >= self.next_look {
            self.next_look = now + LOOK_AFTER;
            self.look_after(now);
        }
        self.report();
    }

    /// Finds those who vanished without a word. The system would notice a quarter of an hour later:
    /// its keepalive asks only where nothing is under way, and here a heartbeat always is.
    fn look_after(&mut self, now: Moment) {
        let waits = |client: &Client<S>| client.closing.is_none() && client.blocked.is_none();
        let silent = |client: &Client<S>| waits(client) && now - client.alive >= self.limits.ask_after;
        let silent: Vec<usize> = self.clients.iter().filter(|(_, c)| silent(c)).map(|(index, _)| index).collect();
        for index in silent {
            let Some(client) = self.clients.get_mut(index) else { continue };
            if now - client.alive >= self.limits.gone_after {
                client.send_away(CloseCode::Heartbeat, now);
            } else if !client.asked {
                client.ask();
            } else {
                continue;
            }
            self.guarded(index, |shard| shard.pump(index, now));
        }
    }

    /// How long nothing has to be done unless something happens; `None`: for ever.
    fn idle(&self, now: Moment) -> Option<Duration> {
        if self.again.is_empty() { self.wheel.idle(now) } else { Some(Duration::ZERO) }
    }

    const fn ended(&self) -> bool {
        self.ended
    }

    /// Does something for a client. Should that panic, this one connection ends and the others go on.
    fn guarded(&mut self, index: usize, work: impl FnOnce(&mut Shard<S>)) {
        let number = self.clients.get(index).map(|client| client.number);
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(self))) else { return };
        tracing::error!(panic = message(&*panic), "handling a client failed; it is closed, the others go on");
        // It may have been borrowed when it happened.
        self.buffer.resize(READ_BYTES, 0);
        if self.clients.get(index).map(|client| client.number) == number {
            self.remove(index, "internal");
        }
    }

    fn arrive(
        &mut self,
        mut arrival: Arrival<S>,
        now: Moment,
        register: &mut dyn FnMut(&mut S, usize) -> io::Result<()>,
    ) {
        let entry = self.clients.vacant_entry();
        let index = entry.key();
        if let Err(error) = register(&mut arrival.socket, index) {
            tracing::debug!(%error, "a socket was gone before it was taken up");
            return;
        }
        self.numbered += 1;
        self.shared.metrics.opened(arrival.transport);
        let read = std::mem::take(&mut arrival.read);
        let client = entry.insert(Client::new(arrival, self.numbered, self.press.window_bits, now));
        tracing::debug!(client = client.present.name(), "connected");
        self.shared.metrics.signed_in(i64::from(client.guest.identity.is_some()));
        if self.draining {
            client.conversation.handle_drain(self.shared.retry_ms(client.present.number));
        }
        self.guarded(index, |shard| {
            shard.end_if_over(index, now);
            // Some say their first words before they were answered.
            shard.hear(index, &mut read.to_vec(), now);
        });
    }

    fn drain(&mut self, now: Moment) {
        self.draining = true;
        let all: Vec<usize> = self.clients.iter().map(|(index, _)| index).collect();
        for index in all {
            if let Some(client) = self.clients.get_mut(index) {
                client.conversation.handle_drain(self.shared.retry_ms(client.present.number));
                self.guarded(index, |shard| shard.pump(index, now));
            }
        }
    }

    fn client_timer(&mut self, id: ClientId, now: Moment) {
        let Some(client) = self.clients.get_mut(id.index).filter(|client| client.number == id.number) else { return };
        if client.timer.is_none_or(|at| at > now) {
            return;
        }
        client.timer = None;
        if let Some(closing) = client.closing {
            if now >= closing.until {
                return self.remove(id.index, closing.reason);
            }
        } else if let Some(since) = client.blocked {
            if now - since >= self.limits.progress {
                // It may still take this; if not, it is let go soon.
                client.send_away(CloseCode::NoProgress, now);
            }
        } else {
            client.conversation.handle_timeout(now);
            return self.pump(id.index, now);
        }
        self.set_timer(id.index, now);
    }

    /// Sees to it that a client is looked at when it has to be.
    fn set_timer(&mut self, index: usize, now: Moment) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let at = match (client.closing, client.blocked) {
            (Some(closing), _) => Some(closing.until),
            (None, Some(since)) => Some(since + self.limits.progress),
            (None, None) => client.conversation.poll_timeout().map(|at| at.max(now)),
        };
        if let Some(at) = at.filter(|at| client.timer.is_none_or(|set| set > *at)) {
            client.timer = Some(at);
            self.wheel.insert(at, Timer::Client(ClientId { index, number: client.number }));
        }
    }

    fn remove(&mut self, index: usize, reason: &'static str) {
        let Some(client) = self.clients.try_remove(index) else { return };
        if let Place::In(membership) = client.place {
            self.leave(membership);
        }
        self.shared.metrics.signed_in(-i64::from(client.guest.identity.is_some()));
        self.shared.metrics.closed(client.transport, reason);
        tracing::debug!(client = client.present.name(), reason, "disconnected");
    }

    fn report(&mut self) {
        self.shared.metrics.written(std::mem::take(&mut self.written));
        let mut delivery = std::mem::take(&mut self.press.delivery);
        let signed = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        delivery.log_bytes = signed(self.log_bytes) - signed(self.reported_log_bytes);
        self.reported_log_bytes = self.log_bytes;
        self.shared.metrics.delivery(&delivery);
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
