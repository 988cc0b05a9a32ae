//! A domain's engine, started: its topics, its store, its thread.

use std::sync::Arc;
use std::time::Duration;

use shared::stream::Topic;
use tokio::sync::{mpsc, oneshot, watch};

use super::ServeError;
use crate::domain::Engine;
use crate::feed::Batch;
use crate::hub::task::{Settings, Task};
use crate::hub::{Hub, Pressure};
use crate::observe::Metrics;
use crate::store::{Scope, Store};

/// So many batches may wait between a feed and its engine.
const BATCHES: usize = 64;
/// Topics of a domain that are made while someone follows them, at once.
const MOST_TOPICS: usize = 10_000;
/// How long a topic is still made when its last follower has left.
const LINGER: Duration = Duration::from_secs(300);

/// What all domains have in common.
pub(super) struct Domains {
    pub world: Box<str>,
    pub hub: Arc<Hub>,
    pub store: Arc<dyn Store>,
    pub metrics: Arc<Metrics>,
    pub pressure: Arc<Pressure>,
    pub log_bytes: usize,
    pub stopped: watch::Receiver<bool>,
}

/// Where a domain's events go.
pub(super) type Events<E> = mpsc::Sender<Batch<E>>;

impl Domains {
    /// Starts a domain's task; the second answer comes when it has ended.
    pub(super) async fn start<E>(
        &self,
        domain: &str,
        engine: E,
        standing: Vec<Topic>,
    ) -> Result<(Events<E::Event>, oneshot::Receiver<()>), ServeError>
    where
        E: Engine + 'static,
    {
        let settings = Settings {
            scope: Scope { world: self.world.clone(), domain: domain.into() },
            standing,
            pressure: self.pressure.clone(),
            log_bytes: self.log_bytes,
            most_topics: MOST_TOPICS,
            linger: LINGER,
        };
        let task = Task::start(engine, settings, self.hub.clone(), self.store.clone(), self.metrics.clone()).await?;
        let (events, batches) = mpsc::channel(BATCHES);
        let done = run_apart(domain, task.run(batches, self.stopped.clone()))?;
        Ok((events, done))
    }
}

/// Runs a task on a thread of its own, so that applying a burst of events delays nobody's frames.
fn run_apart(
    name: &str,
    task: impl Future<Output = ()> + Send + 'static,
) -> Result<oneshot::Receiver<()>, std::io::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, is_done) = oneshot::channel();
    std::thread::Builder::new().name(name.into()).spawn(move || {
        runtime.block_on(task);
        // Nobody waits any more when the process is being killed.
        let _ = done.send(());
    })?;
    Ok(is_done)
}
