//! The one task that owns a domain's topics: events in, numbered and stored changes out.
//!
//! A change becomes visible only after the store has it. While a commit is under way events go on
//! being applied; what they change leaves with the next flush. When the store fails, the topics
//! are numbered anew and live in memory until it works again: readers get one snapshot each, and
//! no position can ever mean two things.

mod backlog;
mod flight;
mod orders;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use shared::domain::kind_of;
use shared::stream::{Epoch, Topic};
use shared::units::{Moment, Timestamp};
use shared::wire::Code;
use tokio::sync::{mpsc, oneshot, watch};

use self::backlog::Backlog;
use self::flight::{Cargo, Flight};
use self::orders::Orders;
use super::registry::{Cell, Open, OpenError, Order};
use super::{Hub, Prepared, Pressure, Schedule, TopicState};
use crate::domain::{Engine, Refused, TopicChange};
use crate::feed::{Batch, wall_now};
use crate::observe::Metrics;
use crate::store::{Commit, Scope, Store, StoreError};

/// How a domain's task is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is stored.
    pub scope: Scope,
    /// Topics that always exist; others are made while someone follows them.
    pub standing: Vec<Topic>,
    /// How long changes are gathered before they leave; 0 sends each at once. Wider under pressure.
    pub pressure: Arc<Pressure>,
    /// What is kept encoded of each topic for readers who keep up.
    pub log_bytes: usize,
    /// Topics made on demand that may exist at once.
    pub most_topics: usize,
    /// A topic that nobody followed for so long is made no more.
    pub linger: Duration,
}

/// How often a failed store is tried again.
const STORE_RETRY: Duration = Duration::from_secs(5);
/// How often topics that nobody follows are looked for.
const SWEEP: Duration = Duration::from_secs(10);
/// Between two looks at events without a flush window, so that a burst still leaves together.
const LEAST_FLUSH: Duration = Duration::from_millis(1);
/// Between two looks at what is due while no events come.
const IDLE_FLUSH: Duration = Duration::from_millis(20);

/// A domain's task. See the [module](self).
pub struct Task<E: Engine> {
    engine: E,
    settings: Settings,
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    schedule: Schedule,
    started: Instant,
    cells: BTreeMap<Topic, Arc<Cell>>,
    /// Who waits for a topic to have its first rows.
    opening: Vec<oneshot::Sender<Result<(), OpenError>>>,
    opens: mpsc::Receiver<Open>,
    orders: Orders,
    /// Since when the store has failed, and what it missed.
    backlog: Option<Backlog>,
    /// When the oldest event that was not flushed yet was received.
    received: Option<Timestamp>,
}

impl<E: Engine> Task<E> {
    /// Takes up what is stored and makes the topics readable.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn start(
        mut engine: E,
        settings: Settings,
        hub: Arc<Hub>,
        store: Arc<dyn Store>,
        metrics: Arc<Metrics>,
    ) -> Result<Task<E>, StoreError> {
        let stored = store.load(&settings.scope).await?;
        engine.restore(stored.state);
        let (maker, opens) = mpsc::channel(256);
        hub.add_maker(maker);
        let orders = Orders::of(engine.commands(), &hub);
        let mut task = Task {
            engine,
            hub,
            store,
            metrics,
            schedule: Schedule::default(),
            started: Instant::now(),
            cells: BTreeMap::new(),
            opening: Vec::new(),
            opens,
            orders,
            backlog: None,
            received: None,
            settings,
        };
        let now = wall_now();
        for (topic, stored) in stored.topics {
            let Some(kind) = kind_of(&topic) else { continue };
            if task.settings.standing.contains(&topic) || task.engine.open(&topic) {
                let state = TopicState::restore(topic.clone(), kind, stored, task.settings.log_bytes, now);
                task.insert(state);
            }
        }
        for topic in task.settings.standing.clone() {
            if !task.cells.contains_key(&topic) {
                task.create(&topic);
            }
        }
        Ok(task)
    }

    /// Runs until the events end or `stop` says so; then everything is flushed and stored.
    pub async fn run(mut self, mut events: mpsc::Receiver<Batch<E::Event>>, mut stop: watch::Receiver<bool>) {
        let mut flushed = tokio::time::Instant::now();
        let mut sweep = tokio::time::interval(SWEEP);
        let mut flight: Option<Flight> = None;
        let mut feeding = true;
        loop {
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                () = flight::landed(&mut flight) => self.land(flight.take()),
                // Between two commits: during one it would wait for a store that waits to be polled.
                _ = sweep.tick(), if flight.is_none() => self.sweep().await,
                () = tokio::time::sleep_until(flushed + self.window()), if flight.is_none() => {
                    flushed = tokio::time::Instant::now();
                    flight = self.take_off();
                }
                Some(open) = self.opens.recv() => self.open(open),
                Some(order) = self.orders.next() => self.carry_out(order),
                batch = events.recv(), if feeding => match batch {
                    Some(batch) => self.apply(&batch),
                    None => feeding = false,
                },
            }
        }
        self.finish(flight).await;
        // A new schedule finds everything due.
        self.schedule = Schedule::new(self.cells.keys().filter_map(kind_of).map(|k| k.due));
        let last = self.take_off();
        self.finish(last).await;
    }

    /// Over how long changes are gathered before the next flush. Without any there may still be
    /// something that is due by the clock, but that needs no such hurry.
    fn window(&self) -> Duration {
        let waits = self.received.is_some() || !self.opening.is_empty() || self.orders.is_waited_for();
        self.settings.pressure.window().max(if waits { LEAST_FLUSH } else { IDLE_FLUSH })
    }

    async fn finish(&mut self, mut flight: Option<Flight>) {
        if flight.is_some() {
            flight::landed(&mut flight).await;
            self.land(flight);
        }
    }

    fn apply(&mut self, batch: &Batch<E::Event>) {
        self.received.get_or_insert(batch.received);
        batch.events.iter().for_each(|event| self.engine.handle(event));
    }

    /// Gathers what is due and hands it to the store.
    fn take_off(&mut self) -> Option<Flight> {
        self.engine.tick(wall_now());
        if self.backlog.as_ref().is_some_and(|b| b.since_try() >= STORE_RETRY) {
            return self.retry_store();
        }
        let due = self.schedule.due(self.now(), self.settings.pressure.window());
        let opened = std::mem::take(&mut self.opening);
        let changes = self.engine.take(&|interval| !opened.is_empty() || due.contains(&interval));
        let prepared = self.prepare(changes);
        let state = self.engine.take_state();
        let cargo = Cargo { prepared, opened, answers: self.orders.take(), received: self.received.take() };
        if let Some(backlog) = &mut self.backlog {
            backlog.miss(state);
            self.publish(cargo, false);
            return None;
        }
        let topics: Vec<_> = cargo.prepared.iter().map(|(cell, p)| cell.read().to_store(p)).collect();
        if topics.is_empty() && state.is_empty() {
            self.publish(cargo, true);
            return None;
        }
        let commit = Commit { topics, state };
        Some(Flight::new(&self.store, &self.settings.scope, commit, cargo))
    }

    /// The store has answered.
    fn land(&mut self, flight: Option<Flight>) {
        let Some(flight) = flight else { return };
        let Flight { commit, cargo, outcome, took, .. } = flight;
        let outcome = outcome.unwrap_or_else(|| Err(StoreError::Other("it was interrupted".into())));
        let stored = outcome.is_ok();
        match outcome {
            Ok(()) => {
                self.metrics.store_committed(took, commit.topics.iter().map(|t| t.set.len() + t.del.len()).sum());
                if self.backlog.take().is_some() {
                    self.metrics.store_ok(true);
                    tracing::info!(scope = %self.settings.scope, "the store works again; everything is stored");
                }
            }
            Err(error) => self.store_failed(&error, &commit),
        }
        self.publish(cargo, stored);
    }

    /// From now on topics live in memory, under a numbering of their own.
    fn store_failed(&mut self, error: &StoreError, commit: &Commit) {
        self.metrics.store_failed();
        match &mut self.backlog {
            Some(backlog) => backlog.failed_again(),
            None => {
                tracing::error!(scope = %self.settings.scope, %error, "cannot store; serving from memory until it works");
                self.metrics.store_ok(false);
                self.backlog = Some(Backlog::new(commit.state.clone()));
                self.cells.values().for_each(|cell| {
                    cell.write(|topic| topic.renumber(new_epoch()));
                    cell.wake();
                });
            }
        }
    }

    /// Stores every topic whole, and what the state missed.
    fn retry_store(&mut self) -> Option<Flight> {
        let state = self.engine.take_state();
        let backlog = self.backlog.as_mut()?;
        backlog.miss(state);
        let topics = self.cells.values().map(|cell| cell.read().to_store_whole()).collect();
        let commit = Commit { topics, state: backlog.trying() };
        Some(Flight::new(&self.store, &self.settings.scope, commit, Cargo::default()))
    }

    fn prepare(&self, changes: Vec<TopicChange>) -> Vec<(Arc<Cell>, Prepared)> {
        let prepare = |change: TopicChange| {
            let TopicChange { topic, mut change, src_ts, whole } = change;
            let cell = self.cells.get(&topic)?;
            let state = cell.read();
            if whole {
                state.remove_others(&mut change);
            }
            let prepared = state.prepare(change, src_ts)?;
            Some((cell.clone(), prepared))
        };
        changes.into_iter().filter_map(prepare).collect()
    }

    /// Makes visible what was taken off. `stored`: a killed process no longer loses it.
    fn publish(&mut self, cargo: Cargo, stored: bool) {
        let now = wall_now();
        let mut changed = Vec::with_capacity(cargo.prepared.len());
        self.metrics.counted(&self.settings.scope, &self.engine.counts());
        for (cell, prepared) in cargo.prepared {
            self.metrics.committed(cell.read().topic(), now, prepared.src_ts(), cargo.received);
            cell.write(|topic| topic.commit(prepared, now));
            changed.push(cell);
        }
        // All at once, so that a reader of several topics is sent them in one write.
        changed.iter().for_each(|cell| cell.wake());
        for done in cargo.opened {
            // Whoever asked may have left.
            let _ = done.send(Ok(()));
        }
        for answer in cargo.answers {
            answer.send(stored, |topic| self.cells.get(topic).map(|cell| cell.read().head()));
        }
    }

    /// Carries a request out. The answer leaves when what it did is stored.
    fn carry_out(&mut self, order: Order) {
        let Order { request, done } = order;
        if self.backlog.is_some() && self.orders.writes(&request.name) {
            let sentence = "nothing can be stored now, so nothing was done; try again in a few seconds";
            let _ = done.send(Err(Refused::new(Code::Unavailable, sentence)));
            return;
        }
        let answered = self.engine.command(&request);
        if let Some(topic) = &answered.effect {
            self.make(topic);
        }
        self.orders.wait(answered, done);
    }

    /// Begins to make a topic, unless it is made already or nobody can.
    fn make(&mut self, topic: &Topic) {
        let room = self.cells.len() < self.settings.most_topics;
        if room && !self.cells.contains_key(topic) && self.engine.open(topic) {
            self.create(topic);
        }
    }

    fn open(&mut self, open: Open) {
        let Open { topic, done } = open;
        let outcome = if self.cells.contains_key(&topic) {
            Ok(())
        } else if self.cells.len() >= self.settings.most_topics {
            Err(OpenError::Busy)
        } else if self.engine.open(&topic) {
            self.create(&topic);
            self.opening.push(done);
            return;
        } else {
            Err(OpenError::Unknown)
        };
        let _ = done.send(outcome);
    }

    fn create(&mut self, topic: &Topic) {
        let Some(kind) = kind_of(topic) else { return };
        self.insert(TopicState::new(topic.clone(), kind, new_epoch(), self.settings.log_bytes, wall_now()));
    }

    fn insert(&mut self, state: TopicState) {
        let topic = state.topic().clone();
        if let Some(kind) = kind_of(&topic) {
            self.schedule.know(kind.due);
        }
        let cell = self.hub.insert(state, self.now().ms());
        self.cells.insert(topic, cell);
    }

    /// Stops making topics that nobody has followed for long.
    async fn sweep(&mut self) {
        let now_ms = self.now().ms();
        let linger_ms = u64::try_from(self.settings.linger.as_millis()).unwrap_or(u64::MAX);
        let mut unused = Vec::new();
        for (topic, cell) in &self.cells {
            if cell.is_in_use() || self.settings.standing.contains(topic) {
                cell.used_ms.store(now_ms, Ordering::Relaxed);
            } else if now_ms.saturating_sub(cell.used_ms.load(Ordering::Relaxed)) > linger_ms {
                unused.push(topic.clone());
            }
        }
        for topic in &unused {
            self.hub.remove(topic);
            self.cells.remove(topic);
            self.engine.close(topic);
        }
        if !unused.is_empty()
            && let Err(error) = self.store.forget(&self.settings.scope, &unused).await
        {
            tracing::warn!(%error, "topics that nobody follows stay stored");
        }
    }

    fn now(&self) -> Moment {
        Moment::from_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

fn new_epoch() -> Epoch {
    Epoch::from_bits(RandomState::new().hash_one(0))
}
