//! Shards as threads: each waits for its sockets, its letters and its timers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token, Waker};

use super::batch;
use super::client::Arrival;
use super::mailbox::{Letter, Mailbox};
use super::{Errand, Errands, Limits, Shard, message};
use crate::fanout::Shared;
use crate::hub::{Hub, OpenError};
use crate::session::Wanted;

/// The letterbox among the sockets.
const LETTERS: Token = Token(usize::MAX);
/// Sockets that are seen to in one round.
const EVENTS: usize = 1024;
/// A shard looks up at least this often, if only to say how busy it was.
const LOOK_UP: Duration = Duration::from_secs(1);
/// Over how long it is measured how busy a shard is.
const MEASURED: Duration = Duration::from_millis(500);
/// Who said nothing for so long is asked whether it is there...
const ASK_AFTER: Duration = Duration::from_secs(60);
/// ...and let go after so long. A slow reader may take minutes to get to the question.
const GONE_AFTER: Duration = Duration::from_secs(300);
/// Cohorts of one shard; beyond them clients are told one by one.
const COHORTS: usize = 16_384;

/// How sockets are served.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads.
    pub shards: usize,
    /// The deflate level.
    pub level: u32,
    /// The deflate window, as a power of two.
    pub window_bits: u8,
    /// What is kept for the readers of one cohort who are a little behind.
    pub lane_bytes: usize,
    /// What is kept for all such readers.
    pub all_bytes: usize,
    /// Whether many writes are handed over together, where the system can do that.
    pub io_uring: bool,
}

/// The threads, and how sockets get there.
pub struct Shards {
    mailboxes: Vec<Arc<Mailbox<TcpStream>>>,
    next: AtomicUsize,
}

impl Shards {
    /// Starts the threads. Topics that are made on demand are waited for on the runtime that this is
    /// called on.
    ///
    /// # Errors
    /// The system gives no more threads or files.
    pub fn start(settings: &Settings, shared: &Arc<Shared>) -> std::io::Result<Shards> {
        let start = |number| start(number, settings, shared);
        let mailboxes = (0..settings.shards).map(start).collect::<std::io::Result<_>>()?;
        Ok(Shards { mailboxes, next: AtomicUsize::new(0) })
    }

    /// Hands a socket over, to each shard in turn.
    pub fn take(&self, arrival: Arrival<TcpStream>) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.mailboxes.len();
        self.mailboxes[turn].post(Letter::Arrived(Box::new(arrival)));
    }

    /// Whoever was verified by something that holds no more is sent away.
    pub fn look_at_sign_ins(&self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.post(Letter::SignInsChanged));
    }

    /// Everyone is sent away.
    pub fn drain(&self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.post(Letter::Drain));
    }
}

impl Drop for Shards {
    fn drop(&mut self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.post(Letter::End));
    }
}

fn start(number: usize, settings: &Settings, shared: &Arc<Shared>) -> std::io::Result<Arc<Mailbox<TcpStream>>> {
    let poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), LETTERS)?;
    let mailbox = Mailbox::new(move || {
        if let Err(error) = waker.wake() {
            tracing::error!(%error, "a shard cannot be woken");
        }
    });
    let limits = Limits {
        ask_after: ASK_AFTER,
        gone_after: GONE_AFTER,
        progress: shared.progress_timeout,
        lane_bytes: settings.lane_bytes,
        all_bytes: settings.all_bytes / settings.shards,
        cohorts: COHORTS,
    };
    let compression = (settings.level, settings.window_bits);
    let errands = errands(shared, &mailbox);
    let batch = batch::quickest(settings.io_uring, number == 0);
    let shard = Shard::new(shared.clone(), mailbox.clone(), limits, compression, errands, batch, shared.now());
    let shared = shared.clone();
    std::thread::Builder::new().name(format!("shard-{number}")).spawn(move || {
        let run = AssertUnwindSafe(|| Driver { poll, shard, shared, number, busy: Duration::ZERO }.run());
        if let Err(panic) = catch_unwind(run) {
            // Half of the clients would be left without a word; a restart brings them all back.
            tracing::error!(shard = number, panic = message(&*panic), "a shard broke: the server stops");
            std::process::abort();
        }
    })?;
    Ok(mailbox)
}

/// Those who wait do so on the runtime.
fn errands(shared: &Arc<Shared>, mailbox: &Arc<Mailbox<TcpStream>>) -> Errands {
    let (shared, mailbox, runtime) = (shared.clone(), mailbox.clone(), tokio::runtime::Handle::current());
    Box::new(move |id, errand| {
        let (shared, mailbox) = (shared.clone(), mailbox.clone());
        let hub = shared.hub.clone();
        runtime.spawn(async move {
            mailbox.post(match errand {
                Errand::Open(wanted) => {
                    let outcomes = open(&hub, &wanted).await;
                    Letter::Opened(id, wanted, outcomes)
                }
                Errand::Look(wanted) => {
                    let outcomes = open(&hub, &wanted).await;
                    Letter::Looked(id, wanted, outcomes)
                }
                Errand::Verify(number, presented, address) => {
                    Letter::Verified(id, number, shared.access.verify(&presented, address).await)
                }
                Errand::Command(number, request) => Letter::Answered(id, number, Box::new(hub.command(*request).await)),
            });
        });
    })
}

async fn open(hub: &Hub, wanted: &Wanted) -> Vec<Result<(), OpenError>> {
    let mut outcomes = Vec::with_capacity(wanted.topics.len());
    for topic in wanted.names() {
        outcomes.push(hub.open(topic).await);
    }
    outcomes
}

struct Driver {
    poll: Poll,
    shard: Shard<TcpStream>,
    shared: Arc<Shared>,
    number: usize,
    /// How much of the measured time was work.
    busy: Duration,
}

impl Driver {
    fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        let mut measured = Instant::now();
        while !self.shard.ended() {
            let idle = self.shard.idle(self.shared.now()).map_or(LOOK_UP, |idle| idle.min(LOOK_UP));
            match self.poll.poll(&mut events, Some(idle)) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => panic!("the sockets cannot be waited for: {error}"),
            }
            let began = Instant::now();
            self.work(&events);
            self.busy += began.elapsed();
            let passed = measured.elapsed();
            if passed >= MEASURED {
                self.report(passed);
                measured = Instant::now();
            }
        }
    }

    fn work(&mut self, events: &Events) {
        let now = self.shared.now();
        for event in events.iter().filter(|event| event.token() != LETTERS) {
            let index = event.token().0;
            let (readable, writable) = (event.is_readable() || event.is_error(), event.is_writable());
            let hung_up = event.is_read_closed() || event.is_error();
            self.shard.ready(index, readable, writable, hung_up, now);
        }
        let registry = self.poll.registry();
        let both = Interest::READABLE | Interest::WRITABLE;
        let mut register = |socket: &mut TcpStream, index| registry.register(socket, Token(index), both);
        self.shard.read_letters(now, &mut register);
        self.shard.pass_time(now);
    }

    fn report(&mut self, passed: Duration) {
        let permille = self.busy.as_micros() * 1000 / passed.as_micros().max(1);
        let permille = u32::try_from(permille).unwrap_or(u32::MAX).min(1000);
        self.busy = Duration::ZERO;
        self.shared.pressure.report(self.number, permille, self.shared.now());
        self.shared.metrics.pressure(self.number, permille, self.shared.pressure.window());
    }
}
