//! From the hub to the sockets: who is connected, and what each is sent when it can take it.
//!
//! [`listen`] speaks HTTP with whoever comes. What becomes a WebSocket moves to one of the
//! [`Shards`], with the [`Conversation`](crate::session::Conversation) that is to be held over it.

pub mod frame;
mod listen;
mod shard;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::units::{Moment, Timestamp};
use tokio::sync::watch;

pub use listen::listen;
pub use shard::{Arrival, Guest, ShardSettings, Shards};

use crate::access::Access;
use crate::feed::{Sources, wall_now};
use crate::hub::{Hub, Pressure};
use crate::observe::Metrics;
use crate::session::Around;

/// What every connection shares.
pub struct Shared {
    /// The topics.
    pub hub: Arc<Hub>,
    /// How the sources are doing.
    pub sources: Sources,
    /// Who may say that they are someone.
    pub access: Arc<Access>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Over how long changes are gathered.
    pub pressure: Arc<Pressure>,
    /// A socket that takes nothing for so long is closed.
    pub progress_timeout: Duration,
    /// How clients are spread when the server stops.
    pub drain: Drain,
    clients: AtomicU64,
    named: AtomicU64,
    started: Instant,
}

/// How a server that stops sends its clients away.
#[derive(Clone, Debug)]
pub struct Drain {
    /// Becomes true when the server stops.
    pub stop: watch::Receiver<bool>,
    /// The first client comes back after so long.
    pub retry: Duration,
    /// The last one so much later.
    pub spread: Duration,
}

impl Shared {
    /// For a server that begins now.
    #[must_use]
    pub fn new(
        hub: Arc<Hub>,
        sources: Sources,
        access: Arc<Access>,
        metrics: Arc<Metrics>,
        pressure: Arc<Pressure>,
        progress_timeout: Duration,
        drain: Drain,
    ) -> Arc<Shared> {
        let (clients, named, started) = (AtomicU64::new(0), AtomicU64::new(0), Instant::now());
        Arc::new(Shared { hub, sources, access, metrics, pressure, progress_timeout, drain, clients, named, started })
    }

    /// Calls `f` with what is around a conversation now.
    pub fn around<T>(&self, f: impl FnOnce(&Around<'_>) -> T) -> T {
        f(&Around {
            topics: &*self.hub,
            wall: self.wall(),
            clients: self.clients(),
            flush_ms: self.pressure.widened().map(|window| u64::try_from(window.as_millis()).unwrap_or(u64::MAX)),
            sources: &|| self.sources.states(),
        })
    }

    /// The stopwatch of all connections.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment::from_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The time of day.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        wall_now()
    }

    /// Open connections that follow topics.
    #[must_use]
    pub fn clients(&self) -> u64 {
        self.clients.load(Ordering::Relaxed)
    }

    /// Counts a client for as long as the answer is kept.
    #[must_use]
    pub fn enter(self: &Arc<Shared>) -> Present {
        self.clients.fetch_add(1, Ordering::Relaxed);
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        Present { number, shared: self.clone() }
    }

    /// When the client with this number may come back, so that all do not come at once.
    #[must_use]
    pub fn retry_ms(&self, number: u64) -> u64 {
        // Few clients need no spreading; many are spread evenly over the whole time.
        let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        let most = ms(self.drain.spread).min(self.clients());
        ms(self.drain.retry) + if most == 0 { 0 } else { number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % most }
    }
}

/// Who is at the other end of a request's socket.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
}

/// A client that is there.
pub struct Present {
    /// Its number.
    pub number: u64,
    shared: Arc<Shared>,
}

impl Present {
    /// Its name in the logs.
    #[must_use]
    pub fn name(&self) -> String {
        format!("c-{:x}", self.number)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.shared.clients.fetch_sub(1, Ordering::Relaxed);
    }
}
