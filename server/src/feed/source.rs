//! How a source is doing: written by its driver, read by heartbeats, `/readyz` and `/metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use shared::units::Timestamp;
use shared::wire::SourceState;

use crate::domain::odds::feed::Quota;

/// What is counted of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// Frames read.
    Frames,
    /// Their bytes.
    Bytes,
    /// Events decoded.
    Events,
    /// Messages of a type that is not used, or not known.
    Ignored,
    /// Frames or messages that could not be read.
    Garbage,
    /// Frames thrown away because processing could not keep up.
    Dropped,
    /// Connections that were opened.
    Connects,
}

impl Counter {
    /// All of them.
    pub const ALL: [Counter; 7] = [
        Counter::Frames,
        Counter::Bytes,
        Counter::Events,
        Counter::Ignored,
        Counter::Garbage,
        Counter::Dropped,
        Counter::Connects,
    ];

    /// Its name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Counter::Frames => "frames",
            Counter::Bytes => "bytes",
            Counter::Events => "events",
            Counter::Ignored => "ignored",
            Counter::Garbage => "garbage",
            Counter::Dropped => "dropped",
            Counter::Connects => "connects",
        }
    }
}

/// One source of data.
#[derive(Debug)]
pub struct Source {
    name: Box<str>,
    status: Mutex<Status>,
    /// What is left of the provider's quota; empty where there is none.
    quota: Mutex<Quota>,
    counts: [AtomicU64; Counter::ALL.len()],
}

#[derive(Clone, Debug)]
struct Status {
    state: SourceState,
    /// What an operator should know; empty when all is well.
    message: Box<str>,
    since: Timestamp,
}

impl Source {
    /// A source that is not connected yet.
    #[must_use]
    pub fn new(name: &str, now: Timestamp) -> Arc<Source> {
        let status = Status { state: SourceState::Down, message: "not connected yet".into(), since: now };
        let (status, quota) = (Mutex::new(status), Mutex::default());
        Arc::new(Source { name: name.into(), status, quota, counts: Default::default() })
    }

    /// Its name: `massive`, `demo`, `replay`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says how it is doing now. `message` is what an operator should know; never a secret.
    pub fn set(&self, state: SourceState, message: &str, now: Timestamp) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if status.state != state {
            status.since = now;
        }
        status.state = state;
        status.message = message.into();
    }

    /// How it is doing.
    #[must_use]
    pub fn state(&self) -> SourceState {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).state
    }

    /// What an operator should know, and since when the state is what it is.
    #[must_use]
    pub fn detail(&self) -> (Box<str>, Timestamp) {
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        (status.message.clone(), status.since)
    }

    /// Says what is left of the provider's quota.
    pub fn set_quota(&self, quota: Quota) {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner) = quota;
    }

    /// What is left of it, as far as the provider says.
    #[must_use]
    pub fn quota(&self) -> Quota {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts.
    pub fn add(&self, counter: Counter, n: u64) {
        self.counts[counter as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// What was counted.
    #[must_use]
    pub fn count(&self, counter: Counter) -> u64 {
        self.counts[counter as usize].load(Ordering::Relaxed)
    }
}

/// All sources of a server.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Arc<Source>>);

impl Sources {
    /// These.
    #[must_use]
    pub fn new(sources: Vec<Arc<Source>>) -> Sources {
        Sources(sources)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.0.iter()
    }

    /// The state of each, as heartbeats say it.
    #[must_use]
    pub fn states(&self) -> BTreeMap<Box<str>, SourceState> {
        self.0.iter().map(|s| (s.name.clone(), s.state())).collect()
    }
}
