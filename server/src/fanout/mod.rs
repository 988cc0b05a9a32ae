//! From the hub to the sockets: who is connected, and what each is sent when it can take it.
//!
//! This is the boundary behind which delivery happens: [`serve`] takes an upgraded socket and a
//! [`Conversation`](crate::session::Conversation) and returns when they are done with each other.

pub mod frame;
mod listen;
mod socket;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shared::units::{Moment, Timestamp};
use tokio::sync::watch;

pub use listen::listen;
pub use socket::{WebSocketLimits, serve};
pub use wire::{Peer, Traffic};

use crate::feed::{Sources, wall_now};
use crate::hub::Hub;
use crate::observe::Metrics;

/// What every connection shares.
pub struct Shared {
    /// The topics.
    pub hub: Arc<Hub>,
    /// How the sources are doing.
    pub sources: Sources,
    /// What is counted.
    pub metrics: Arc<Metrics>,
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
        metrics: Arc<Metrics>,
        progress_timeout: Duration,
        drain: Drain,
    ) -> Arc<Shared> {
        let (clients, named) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Shared { hub, sources, metrics, progress_timeout, drain, clients, named, started: Instant::now() })
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
        Present { name: format!("c-{number:x}"), number, shared: self.clone() }
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

/// A client that is there.
pub struct Present {
    /// Its name in the logs.
    pub name: String,
    /// Its number.
    pub number: u64,
    shared: Arc<Shared>,
}

impl Drop for Present {
    fn drop(&mut self) {
        self.shared.clients.fetch_sub(1, Ordering::Relaxed);
    }
}
