//! Where topics are found, followed and waited for. Shared by all connections; only the task of a
//! domain writes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak};

use serde_json::value::RawValue;
use shared::domain::kind_of;
use shared::stream::Topic;
use shared::wire::{Applied, Code};
use thiserror::Error;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{TopicState, Topics};
use crate::domain::{CommandKind, Refused, Request};

/// All topics of a server.
#[derive(Debug, Default)]
pub struct Hub {
    cells: RwLock<BTreeMap<Topic, Arc<Cell>>>,
    /// The tasks that can make topics which nobody followed yet.
    makers: RwLock<Vec<mpsc::Sender<Open>>>,
    /// The tasks that carry commands out, by the commands' names.
    carriers: RwLock<BTreeMap<&'static str, mpsc::Sender<Order>>>,
}

/// A topic and those who wait for it.
#[derive(Debug)]
pub(super) struct Cell {
    state: RwLock<TopicState>,
    waiting: Mutex<Vec<Weak<dyn Wake>>>,
    followers: AtomicUsize,
    /// Someone asked for it since the last sweep.
    asked_for: AtomicBool,
    /// When a sweep last found it in use, in the owner's monotonic milliseconds.
    pub(super) used_ms: AtomicU64,
}

/// Someone who wants to know that a topic changed. Waking says no more than that: whoever is woken
/// looks how far it has come.
pub trait Wake: Send + Sync {
    /// A topic changed.
    fn wake(&self);
}

impl fmt::Debug for dyn Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}

impl Wake for Notify {
    fn wake(&self) {
        self.notify_one();
    }
}

/// A request to begin to make a topic. It is answered when the topic can be read.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) topic: Topic,
    pub(super) done: oneshot::Sender<Result<(), OpenError>>,
}

/// A request on its way to the engine that carries it out.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) request: Request,
    pub(super) done: oneshot::Sender<Result<Answer, Refused>>,
}

/// A request was carried out, and what it did is stored.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The outcome.
    pub ok: Box<RawValue>,
    /// Where its effect is visible.
    pub at: Option<Applied>,
}

/// Why a topic cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There is no such topic.
    #[error("there is no such topic; the documentation lists them")]
    Unknown,
    /// Too many topics are followed already, or the server stops.
    #[error("the server cannot follow more topics now; try again later")]
    Busy,
}

impl OpenError {
    /// What a client is told.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            OpenError::Unknown => Code::NotFound,
            OpenError::Busy => Code::Unavailable,
        }
    }
}

impl Hub {
    /// Makes sure that a topic is there, making it if it is one that is made on demand.
    ///
    /// # Errors
    /// [`OpenError`] says why it cannot be had.
    pub async fn open(&self, topic: &Topic) -> Result<(), OpenError> {
        if self.is_open(topic) {
            return Ok(());
        }
        if kind_of(topic).is_none() {
            return Err(OpenError::Unknown);
        }
        let makers = self.makers.read().unwrap_or_else(PoisonError::into_inner).clone();
        for maker in makers {
            let (done, opened) = oneshot::channel();
            maker.send(Open { topic: topic.clone(), done }).await.map_err(|_| OpenError::Busy)?;
            match opened.await.map_err(|_| OpenError::Busy)? {
                Err(OpenError::Unknown) => {}
                outcome => return outcome,
            }
        }
        Err(OpenError::Unknown)
    }

    /// Has a request carried out. What it changes is stored before the answer comes.
    ///
    /// # Errors
    /// It is not carried out, or ([`Code::Unknown`]) nobody can say whether it was.
    pub async fn command(&self, request: Request) -> Result<Answer, Refused> {
        let carrier = self.carriers.read().unwrap_or_else(PoisonError::into_inner).get(&*request.name).cloned();
        let Some(carrier) = carrier else {
            return Err(Refused::new(Code::NotFound, format!("there is no command {:?}", request.name)));
        };
        let (done, answered) = oneshot::channel();
        if carrier.send(Order { request, done }).await.is_err() {
            return Err(Refused::new(Code::Unavailable, "the server is stopping; nothing was done, try again"));
        }
        let lost = || Refused::new(Code::Unknown, "the server stopped before the outcome was known; ask again");
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    /// The topics that are there now.
    #[must_use]
    pub fn topics(&self) -> Vec<Topic> {
        self.cells.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// What `f` makes of a topic, if there is such a one.
    pub fn with<T>(&self, topic: &Topic, f: impl FnOnce(&TopicState) -> T) -> Option<T> {
        self.cell(topic).map(|cell| f(&cell.read()))
    }

    /// Whether a topic is there already, so that nothing has to be waited for; if it is, it counts
    /// as asked for.
    #[must_use]
    pub fn is_open(&self, topic: &Topic) -> bool {
        self.cell(topic).is_some_and(|cell| {
            cell.asked_for.store(true, Ordering::Relaxed);
            true
        })
    }

    /// Wakes `wake` whenever the topic changes, for as long as the answer is kept.
    pub fn follow<W: Wake + 'static>(&self, topic: &Topic, wake: &Arc<W>) -> Option<Follow> {
        let follow = self.hold(topic)?;
        let wake: Weak<W> = Arc::downgrade(wake);
        follow.cell.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(wake);
        Some(follow)
    }

    /// Keeps the topic in use for as long as the answer is kept.
    pub fn hold(&self, topic: &Topic) -> Option<Follow> {
        let cell = self.cell(topic)?;
        cell.followers.fetch_add(1, Ordering::Relaxed);
        Some(Follow { cell })
    }

    pub(super) fn cell(&self, topic: &Topic) -> Option<Arc<Cell>> {
        self.cells.read().unwrap_or_else(PoisonError::into_inner).get(topic).cloned()
    }

    pub(super) fn insert(&self, state: TopicState, now_ms: u64) -> Arc<Cell> {
        let topic = state.topic().clone();
        let cell = Arc::new(Cell {
            state: RwLock::new(state),
            waiting: Mutex::default(),
            followers: AtomicUsize::new(0),
            asked_for: AtomicBool::new(true),
            used_ms: AtomicU64::new(now_ms),
        });
        self.cells.write().unwrap_or_else(PoisonError::into_inner).insert(topic, cell.clone());
        cell
    }

    /// A topic without a task that owns it.
    #[cfg(test)]
    pub(crate) fn put(&self, state: TopicState) {
        self.insert(state, 0);
    }

    /// What the task that owns a topic does to it.
    #[cfg(test)]
    pub(crate) fn alter(&self, topic: &Topic, change: impl FnOnce(&mut TopicState)) {
        let cell = self.cell(topic).expect("it was put there");
        cell.write(change);
        cell.wake();
    }

    pub(super) fn remove(&self, topic: &Topic) {
        self.cells.write().unwrap_or_else(PoisonError::into_inner).remove(topic);
    }

    pub(super) fn add_carrier(&self, commands: &[CommandKind], carrier: &mpsc::Sender<Order>) {
        let mut carriers = self.carriers.write().unwrap_or_else(PoisonError::into_inner);
        carriers.extend(commands.iter().map(|command| (command.name, carrier.clone())));
    }

    pub(super) fn add_maker(&self, maker: mpsc::Sender<Open>) {
        self.makers.write().unwrap_or_else(PoisonError::into_inner).push(maker);
    }
}

impl Topics for Hub {
    fn visit(&self, topic: &Topic, f: &mut dyn FnMut(&TopicState)) {
        self.with(topic, f);
    }
}

impl Cell {
    pub(super) fn read(&self) -> RwLockReadGuard<'_, TopicState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the topic. Nobody is woken yet: what changes together is told together.
    pub(super) fn write(&self, change: impl FnOnce(&mut TopicState)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Wakes everyone who waits for the topic.
    pub(super) fn wake(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|waiting| match waiting.upgrade() {
            Some(wake) => {
                wake.wake();
                true
            }
            None => false,
        });
    }

    /// Whether anyone follows it, or asked for it since this was last called.
    pub(super) fn is_in_use(&self) -> bool {
        self.asked_for.swap(false, Ordering::Relaxed) || self.followers.load(Ordering::Relaxed) > 0
    }
}

/// Follows a topic for as long as it is kept.
#[derive(Debug)]
pub struct Follow {
    cell: Arc<Cell>,
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.cell.followers.fetch_sub(1, Ordering::Relaxed);
    }
}
