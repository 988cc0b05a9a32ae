//! `undercurrent serve`: sources, engine, hub, store and sockets, put together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::domain::darkpool::DarkPoolTopic;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Outcome, massive_settings, stop_on_signals};
use crate::config::{Config, Replay};
use crate::domain::darkpool::{Calendar, DarkPoolEngine, Event};
use crate::fanout::frame::Policy;
use crate::fanout::{self, Drain, ShardSettings, Shards};
use crate::feed::{Batch, Source, Sources, massive, replay, wall_now};
use crate::http::{self, Admission, App, Origins};
use crate::hub::{Hub, Pressure, task};
use crate::observe::Metrics;
use crate::store::{Scope, StoreError};
use crate::{demo, session};

/// So many batches may wait between a feed and its engine.
const BATCHES: usize = 64;
/// Topics that are made while someone follows them, at once.
const MOST_TOPICS: usize = 10_000;
/// How long a topic is still made when its last follower has left.
const LINGER: Duration = Duration::from_secs(300);
/// The first client of a server that stops comes back after so long, as after any other failure.
const RETRY: Duration = Duration::from_secs(2);
/// How long clients may take to leave when the server stops.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// Why the server cannot start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {error}; stop what uses it or set UNDERCURRENT_LISTEN")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no more threads.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    shared: Arc<fanout::Shared>,
    shards: Arc<Shards>,
    listening: tokio::task::JoinHandle<()>,
    engine_done: oneshot::Receiver<()>,
}

/// Serves until the process is asked to stop.
pub(super) async fn run(config: &Config, replay: Option<&Replay>) -> Outcome {
    // Every client is a file descriptor, and many systems allow a process 1,024 until it asks for more.
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => tracing::debug!(files, "file descriptors allowed"),
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
    let running = start(config, replay).await?;
    tracing::info!("listening on http://{}", running.address);
    let mut stopped = stop_on_signals();
    // Only a signal ends it.
    let _ = stopped.wait_for(|stop| *stop).await;
    running.stop().await;
    Ok(())
}

/// Starts a server.
///
/// # Errors
/// [`ServeError`] says what stands in the way.
pub async fn start(config: &Config, replay: Option<&Replay>) -> Result<Running, ServeError> {
    let address = config.listen.address;
    let listener = TcpListener::bind(address).await.map_err(|error| ServeError::Listen { address, error })?;
    let address = listener.local_addr()?;
    let store = crate::store::open(config.store.url.reveal()).await?;
    let (stop, stopped) = watch::channel(false);
    let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
    let world = World::choose(config, replay);

    let shards = config.listen.shards.get();
    let pressure = Arc::new(Pressure::new(config.fanout.flush, shards));
    let settings = task::Settings {
        scope: Scope { world: world.name.clone(), domain: "darkpool".into() },
        standing: [DarkPoolTopic::Sentiment, DarkPoolTopic::Top, DarkPoolTopic::Tape].map(|t| t.topic()).into(),
        pressure: pressure.clone(),
        log_bytes: config.fanout.log_bytes,
        most_topics: MOST_TOPICS,
        linger: LINGER,
    };
    let engine = DarkPoolEngine::new(world.calendar);
    let task = task::Task::start(engine, settings, hub.clone(), store, metrics.clone()).await?;
    let (events, batches) = mpsc::channel(BATCHES);
    let engine_done = run_apart("darkpool", task.run(batches, stopped.clone()))?;
    let sources = Sources::new(world.source.iter().cloned().collect());
    world.begin(config, replay, events, stopped.clone());

    let drain = Drain { stop: stopped.clone(), retry: RETRY, spread: config.listen.drain };
    let shared = fanout::Shared::new(hub, sources, metrics, pressure, config.limits.progress_timeout, drain);
    let shards = Arc::new(Shards::start(&shard_settings(config), &shared)?);
    let router = http::router(app(config, &shared, &shards, world.name));
    let listening = fanout::listen(listener, router, config.limits.handshake_timeout, stopped);
    let listening = tokio::spawn(listening);
    Ok(Running { address, stop, shared, shards, listening, engine_done })
}

impl Running {
    /// Sends everyone away, stores what is left and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.shards.drain();
        let left = async {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            while self.shared.clients() > 0 {
                tick.tick().await;
            }
        };
        if tokio::time::timeout(LEAVE_WITHIN, left).await.is_err() {
            tracing::warn!(clients = self.shared.clients(), "some clients did not leave in time");
        }
        // Both end by themselves once `stop` is true.
        let _ = self.listening.await;
        let _ = self.engine_done.await;
    }
}

/// How the shards are set up.
#[must_use]
pub fn shard_settings(config: &Config) -> ShardSettings {
    ShardSettings {
        shards: config.listen.shards.get(),
        level: config.fanout.compression.level,
        window_bits: config.fanout.compression.window_bits,
        lane_bytes: config.fanout.backlog_bytes,
        all_bytes: config.fanout.backlog_ceiling_bytes,
    }
}

/// What the HTTP entrance needs.
#[must_use]
pub fn app(config: &Config, shared: &Arc<fanout::Shared>, shards: &Arc<Shards>, world: Box<str>) -> Arc<App> {
    let (limits, compression) = (&config.limits, config.fanout.compression);
    Arc::new(App {
        shared: shared.clone(),
        shards: shards.clone(),
        compression: compression.on.then_some(Policy { window_bits: compression.window_bits }),
        session: session::Settings {
            messages_per_s: limits.messages_per_s,
            burst: limits.message_burst,
            topics: limits.topics_per_connection,
            heartbeat: config.fanout.heartbeat,
            subscribe_within: limits.handshake_timeout,
        },
        admission: Admission::new(
            http::Limits {
                connections_per_address: limits.connections_per_address,
                upgrades_per_s: limits.upgrades_per_s,
                trust_forwarded: config.origins.trust_forwarded,
            },
            shared.now(),
        ),
        origins: Origins::new(config.origins.allowed.iter().map(|o| &**o)),
        world,
    })
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

/// Where events come from, and under which name they are stored.
struct World {
    name: Box<str>,
    calendar: Calendar,
    source: Option<Arc<Source>>,
}

impl World {
    fn choose(config: &Config, replay: Option<&Replay>) -> World {
        let new = |name: String, calendar, source: Option<&str>| World {
            name: name.into(),
            calendar,
            source: source.map(|name| Source::new(name, wall_now())),
        };
        if let Some(replay) = replay {
            let file = replay.file.file_name().unwrap_or_default().to_string_lossy();
            new(format!("replay-{file}"), Calendar::NewYork, Some("replay"))
        } else if config.demo_is_on() {
            new(format!("demo-{}", config.demo.seed), Calendar::AlwaysOpen, Some("demo"))
        } else if config.massive.key.is_some() {
            new("live".into(), Calendar::NewYork, Some("massive"))
        } else {
            new("live".into(), Calendar::NewYork, None)
        }
    }

    /// Lets the events come.
    fn begin(
        &self,
        config: &Config,
        replay: Option<&Replay>,
        events: mpsc::Sender<Batch<Event>>,
        stopped: watch::Receiver<bool>,
    ) {
        let Some(source) = self.source.clone() else {
            tracing::warn!("no provider is configured and the demo market is off: there is nothing to show");
            return;
        };
        if let Some(Replay { file, speed }) = replay.cloned() {
            tokio::spawn(async move {
                if let Err(error) = replay::run(&file, speed, source.clone(), events, stopped).await {
                    tracing::error!(%error, "the tape cannot be played");
                    source.set(shared::wire::SourceState::Down, &error.to_string(), wall_now());
                }
            });
        } else if config.demo_is_on() {
            tracing::info!("showing the demo market: its prices are made up");
            let settings = demo::Settings {
                seed: config.demo.seed,
                tickers: config.demo.tickers,
                trades_per_s: config.demo.rate,
                ..demo::Settings::default()
            };
            tokio::spawn(demo::run(settings, source, events, stopped));
        } else if let Some(settings) = massive_settings(config) {
            tokio::spawn(massive::run(settings, source, events, None, stopped));
        }
    }
}
