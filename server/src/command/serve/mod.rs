//! `undercurrent serve`: sources, engines, hub, store and sockets, put together.
//!
//! [`domains`] starts an engine's task on a thread of its own, [`stocks`] and [`sports`] say what each
//! domain is fed with.

mod domains;
mod sports;
mod stocks;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use self::domains::Domains;
use self::world::World;
use super::{Outcome, stop_on_signals};
use crate::access::{self, Access, Jwt, JwtError};
use crate::config::{Config, Replay};
use crate::fanout::frame::Policy;
use crate::fanout::{self, Drain, ShardSettings, Shards};
use crate::feed::{Inbox, Sources, asked_to_stop};
use crate::http::{self, Admission, App, Origins};
use crate::hub::{Hub, Pressure};
use crate::observe::Metrics;
use crate::session;
use crate::store::{StoreError, TokenStore};

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
    /// JSON Web Tokens cannot be verified as the settings say.
    #[error(transparent)]
    Jwt(#[from] JwtError),
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
    engines_done: Vec<oneshot::Receiver<()>>,
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
    let tokens = TokenStore::open(config.store.url.reveal()).await?;
    let (stop, stopped) = watch::channel(false);
    let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
    let pressure = Arc::new(Pressure::new(config.fanout.flush, config.listen.shards.get()));
    let world = World::choose(config, replay);
    let domains = Domains {
        world: world.name(),
        hub: hub.clone(),
        store,
        metrics: metrics.clone(),
        pressure: pressure.clone(),
        log_bytes: config.fanout.log_bytes,
        stopped: stopped.clone(),
    };
    let (stocks, stocks_done) = stocks::start(&domains, &world).await?;
    let (sports, sports_done) = sports::start(config, &domains).await?;
    let engines_done = vec![stocks_done, sports_done];
    let own = sports::own_source(config, &world);
    let inbox = Inbox::new(sports.clone(), own.clone());
    // Whoever stopped it was told that a restart begins anew.
    let _ = inbox.set_publishing(true).await;
    tokio::spawn(inbox.clone().watch(domains.store.clone(), stopped.clone()));
    let sources = [stocks::feed(config, &world, stocks, &stopped), sports::feed(config, &world, sports, &stopped), own];
    let sources = Sources::new(sources.into_iter().flatten().collect());
    if sources.iter().all(|source| source.name() == "pushed") {
        tracing::warn!("no provider is configured and the demo market is off: there is nothing to show");
    }

    let access = Arc::new(Access::new(Jwt::new(config.jwt.clone()).await?, metrics.clone()));
    access::follow(access.clone(), tokens, stopped.clone()).await?;
    let drain = Drain { stop: stopped.clone(), retry: RETRY, spread: config.listen.drain };
    let shared = fanout::Shared::new(hub, sources, access, metrics, pressure, config.limits.progress_timeout, drain);
    let shards = Arc::new(Shards::start(&shard_settings(config), &shared)?);
    tokio::spawn(end_sign_ins(shared.clone(), shards.clone(), stopped.clone()));
    let router = http::router(app(config, &shared, &shards, inbox, domains.world));
    let listening = fanout::listen(listener, router, config.limits.handshake_timeout, stopped);
    let listening = tokio::spawn(listening);
    Ok(Running { address, stop, shared, shards, listening, engines_done })
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
        // All end by themselves once `stop` is true.
        let _ = self.listening.await;
        for done in self.engines_done {
            let _ = done.await;
        }
    }
}

/// Has the shards send those away whose token was revoked or ran out.
async fn end_sign_ins(shared: Arc<fanout::Shared>, shards: Arc<Shards>, mut stopped: watch::Receiver<bool>) {
    let mut changes = shared.access.changes();
    loop {
        tokio::select! {
            Ok(()) = changes.changed() => shards.look_at_sign_ins(),
            () = asked_to_stop(&mut stopped) => return,
        }
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
        io_uring: config.fanout.io_uring,
    }
}

/// What the HTTP entrance needs.
#[must_use]
pub fn app(
    config: &Config,
    shared: &Arc<fanout::Shared>,
    shards: &Arc<Shards>,
    inbox: Inbox,
    world: Box<str>,
) -> Arc<App> {
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
        inbox,
        publishing: AtomicBool::new(true),
        world,
    })
}
