//! One thread that moves all clients: readiness of sockets, and a clock tick for everything that has a
//! rate. What a run consists of is told by [`run`](super::run).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use shared::stream::Topic;

use super::chance::Chance;
use super::client::{Anew, Around, Client, Desk, End, Kind};
use super::dial::Dial;
use super::fault::{Fault, Faults, Wrong};
use super::options::{Family, Options, Wanted};
use super::probe::Probe;
use super::tally::{Connections, Tally};
use super::verify::Verifier;
use crate::fanout::frame::Inflater;

/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(10);
/// After reading, so much is gathered before the next look. A server on the same machine would otherwise
/// pay for waking this thread at nearly every write, which no server does whose clients are elsewhere.
const GATHER: Duration = Duration::from_millis(1);
/// Sockets that are looked at together.
const EVENTS: usize = 4096;
/// How often slow clients read, and the server's memory is looked at.
const SIP: Duration = Duration::from_millis(100);
/// So many connections are being opened at once.
const MOST_OPENING: usize = 256;
/// How long a server may take to answer a handshake.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// One read takes so much at most.
const BUFFER: usize = 256 * 1024;

/// All clients, and what moves them.
pub struct Driver {
    /// What they share.
    pub around: Around,
    /// The clients.
    pub clients: Vec<Client>,
    /// Connections opened a second; 0: as many as the server admits.
    pub connect_per_s: u32,
    /// Comings and goings a second.
    pub churn_per_s: u32,
    /// Slow clients read at their own pace.
    pub slow: bool,
    /// The most memory of the server that was seen.
    pub memory_peak: u64,
    probe: Probe,
    poll: Poll,
    desk: Desk,
    /// When who connects.
    waiting: BTreeSet<(Instant, usize)>,
    sipping: Vec<usize>,
    may_connect: f64,
    may_churn: f64,
    ticked: Instant,
    sipped: Instant,
}

impl Driver {
    /// With clients that are not connected. `families`: of which each of them wants another topic.
    ///
    /// # Errors
    /// The system gives no means to wait for sockets.
    pub fn new(
        options: &Options,
        families: &BTreeMap<Family, Vec<Topic>>,
        dial: Dial,
        probe: Probe,
    ) -> io::Result<Driver> {
        let now = Instant::now();
        let clients: Vec<_> = (0..options.clients).map(|n| client(n, options, families)).collect();
        Ok(Driver {
            sipping: clients.iter().filter(|c| c.kind == Kind::Slow).map(|c| c.number).collect(),
            waiting: clients.iter().map(|client| (now, client.number)).collect(),
            around: Around {
                options: options.clone(),
                dial,
                verifier: Verifier::new(options.door),
                tally: Tally::default(),
                faults: Faults::default(),
                connections: Connections::default(),
                live: 0,
                slow_live: 0,
                opening: 0,
                chance: Chance::new(),
            },
            clients,
            connect_per_s: options.connect_per_s,
            churn_per_s: 0,
            slow: true,
            memory_peak: 0,
            probe,
            poll: Poll::new()?,
            desk: Desk { buffer: vec![0; BUFFER], inflater: Inflater::new(15, false) },
            may_connect: 0.0,
            may_churn: 0.0,
            ticked: now,
            sipped: now,
        })
    }

    /// Moves everyone until something is so, or so long. Whether it was.
    ///
    /// # Errors
    /// The system fails.
    pub fn turn(&mut self, within: Duration, mut until: impl FnMut(&mut Driver) -> bool) -> io::Result<bool> {
        let deadline = Instant::now() + within;
        let mut events = Events::with_capacity(EVENTS);
        loop {
            if until(self) {
                return Ok(true);
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(false);
            }
            let wait = (self.ticked + TICK).min(deadline).saturating_duration_since(now);
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            }
            let mut count = 0;
            for event in &events {
                count += 1;
                let number = event.token().0;
                let end = self.clients[number].ready(&mut self.desk, &mut self.around);
                self.ended(number, end);
            }
            if (1..EVENTS).contains(&count) {
                std::thread::sleep(GATHER);
            }
            let now = Instant::now();
            if now >= self.ticked + TICK {
                self.tick(now);
            }
        }
    }

    /// Drops all connections at once; those who were live come back with their positions. How many of
    /// these read as fast as they can.
    pub fn drop_all(&mut self) -> usize {
        let now = Instant::now();
        let dropped: Vec<usize> = self.clients.iter().filter(|c| c.is_live()).map(|c| c.number).collect();
        let fast = self.fast_live();
        dropped.into_iter().for_each(|number| self.leave(number, now));
        fast
    }

    /// Clients that are live and read as fast as they can.
    #[must_use]
    pub fn fast_live(&self) -> usize {
        self.around.live - self.around.slow_live
    }

    /// Lets those vanish who are to. How many.
    pub fn vanish(&mut self) -> u64 {
        let mut vanished = 0;
        for client in self.clients.iter_mut().filter(|c| c.kind == Kind::HalfOpen && c.is_live()) {
            client.vanish(self.poll.registry(), &mut self.around);
            vanished += 1;
        }
        vanished
    }

    /// Those of the vanished whom the server has given up.
    pub fn given_up(&mut self) -> u64 {
        let desk = &mut self.desk;
        self.clients.iter_mut().map(|client| u64::from(client.is_given_up(desk))).sum()
    }

    /// The server's memory now, if it can be seen.
    pub fn look_at_memory(&mut self) -> Option<u64> {
        let memory = self.probe.memory_now()?;
        self.memory_peak = self.memory_peak.max(memory);
        Some(memory)
    }

    /// Notes that something is wrong with what a client was told.
    pub fn wrong(&mut self, client: Option<usize>, topic: &str, wrong: Wrong) {
        self.around.faults.add(&Fault { client, topic: topic.into(), wrong });
    }

    fn tick(&mut self, now: Instant) {
        let passed = (now - self.ticked).as_secs_f64();
        self.ticked = now;
        self.connect(now, passed);
        self.churn(now, passed);
        if now >= self.sipped + SIP {
            self.sip((now - self.sipped).as_millis());
            self.sipped = now;
            self.look_at_memory();
            self.give_up(now);
        }
    }

    fn connect(&mut self, now: Instant, passed: f64) {
        let rate = f64::from(self.connect_per_s);
        // What was not used is not saved up for a burst.
        self.may_connect = (self.may_connect + rate * passed).min((rate / 10.0).max(1.0));
        while self.around.opening < MOST_OPENING && (self.connect_per_s == 0 || self.may_connect >= 1.0) {
            let Some(number) = self.waiting.first().filter(|(at, _)| *at <= now).map(|(_, number)| *number) else {
                return;
            };
            self.waiting.pop_first();
            self.may_connect -= 1.0;
            if let Err(error) = self.clients[number].connect(self.poll.registry(), &mut self.around, now) {
                self.ended(number, Some(End::new(error.to_string())));
            }
        }
    }

    fn churn(&mut self, now: Instant, passed: f64) {
        self.may_churn = (self.may_churn + f64::from(self.churn_per_s) * passed).min(f64::from(self.churn_per_s) + 1.0);
        while self.may_churn >= 1.0 {
            self.may_churn -= 1.0;
            let most = u32::try_from(self.clients.len()).unwrap_or(u32::MAX);
            let number = self.around.chance.below(most) as usize;
            if !self.clients[number].is_live() {
                continue;
            }
            let end = match self.around.chance.below(5) {
                // Someone leaves and someone else comes.
                0 => {
                    self.leave(number, now);
                    self.clients[number].forget();
                    None
                }
                1 => {
                    self.clients[number].say_goodbye(&mut self.around);
                    self.leave(number, now);
                    self.clients[number].forget();
                    None
                }
                // Someone's network blinks.
                2 => {
                    self.leave(number, now);
                    None
                }
                3 => self.clients[number].resubscribe(Anew::Resume, &mut self.around),
                _ => self.clients[number].resubscribe(Anew::Afresh, &mut self.around),
            };
            self.ended(number, end);
        }
    }

    fn sip(&mut self, ms: u128) {
        let own = u128::from(self.around.options.slow.bytes_per_s) * ms / 1000;
        let bytes = if self.slow { usize::try_from(own).unwrap_or(usize::MAX).max(1) } else { usize::MAX };
        for at in 0..self.sipping.len() {
            let number = self.sipping[at];
            let end = self.clients[number].sip(bytes, &mut self.desk, &mut self.around);
            self.ended(number, end);
        }
    }

    /// Ends handshakes that take too long.
    fn give_up(&mut self, now: Instant) {
        let Some(deadline) = now.checked_sub(ANSWER_WITHIN) else { return };
        if self.around.opening == 0 {
            return;
        }
        for number in 0..self.clients.len() {
            if self.clients[number].waits_since_before(deadline) {
                self.ended(number, Some(End::new("no answer to the handshake in time")));
            }
        }
    }

    fn ended(&mut self, number: usize, end: Option<End>) {
        let Some(End { reason, retry }) = end else { return };
        let opening = self.around.opening;
        self.clients[number].drop_connection(&mut self.around);
        let connections = &mut self.around.connections;
        let was_opening = self.around.opening < opening;
        Connections::note(if was_opening { &mut connections.failed } else { &mut connections.closed }, reason);
        self.waiting.insert((Instant::now() + retry, number));
    }

    fn leave(&mut self, number: usize, now: Instant) {
        self.clients[number].drop_connection(&mut self.around);
        self.waiting.insert((now, number));
    }
}

fn client(number: usize, options: &Options, families: &BTreeMap<Family, Vec<Topic>>) -> Client {
    let share = |percent: u32, n: usize| n * percent as usize / 100;
    let is_one_of = |percent: u32, n: usize| share(percent, n + 1) > share(percent, n);
    let kind = if is_one_of(options.slow.percent, number) {
        Kind::Slow
    } else if is_one_of(options.half_open_percent, number + 1) {
        Kind::HalfOpen
    } else {
        Kind::Normal
    };
    let one = |wanted: &Wanted| match wanted {
        Wanted::Topic(topic) => Some(topic.clone()),
        Wanted::Each(family) => families.get(family).map(|all| all[number % all.len()].clone()),
    };
    let topics: BTreeSet<Topic> = options.topics.iter().filter_map(one).collect();
    Client::new(number, kind, topics.into_iter())
}
