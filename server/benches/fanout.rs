//! A server whose rows are made up at an exact rate, with the real hub, sessions, HTTP and fan-out, so that
//! what a delivery costs can be measured and compared: `cargo xtask bench fanout` does both.
//!
//! `fanout serve PERIOD_MS BURST [settings of undercurrent serve]` changes so many rows each period;
//! `fanout load ...` is `undercurrent load`, so that one program has to be linked, not two.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::{Change, Topic};
use shared::units::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use undercurrent::access::Access;
use undercurrent::command::{self, serve};
use undercurrent::config::{Cli, Config, Surroundings};
use undercurrent::domain::{Engine, RowJson, StateOp, TopicChange};
use undercurrent::fanout::{self, Drain, Shards};
use undercurrent::feed::{Batch, Sources};
use undercurrent::http;
use undercurrent::hub::{Hub, Pressure, task};
use undercurrent::observe::Metrics;
use undercurrent::store::{Commit, Scope, Store, StoreFuture, Stored};

const USAGE: &str = "\
What a delivery costs, against Bun: run `cargo xtask bench fanout`, which starts this with arguments:
  fanout serve PERIOD_MS BURST [settings of `undercurrent serve`]
  fanout load [arguments of `undercurrent load`]";

/// Rows of the topic. More than a burst has, so that no change is lost in another.
const KEYS: u64 = 64;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((what, rest)) if what == "serve" => serve(rest),
        Some((what, rest)) if what == "load" => load(rest),
        // `cargo bench` says `--bench`.
        _ => {
            println!("{USAGE}");
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fanout: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn load(args: &[String]) -> Outcome {
    let cli = cli("load", args)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command::run(&cli))
}

fn serve(args: &[String]) -> Outcome {
    let [period, burst, settings @ ..] = args else { return Err(USAGE.into()) };
    let (period, burst) = (Duration::from_millis(period.parse()?), burst.parse()?);
    let config = cli("serve", settings)?.config;
    rlimit::increase_nofile_limit(u64::MAX)?;
    let workers = config.listen.workers.get();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    runtime.block_on(run(&config, period, burst))
}

fn cli(command: &str, args: &[String]) -> Result<Cli, Box<dyn Error + Send + Sync>> {
    let args = ["undercurrent", command].map(str::to_owned).into_iter().chain(args.iter().cloned());
    Ok(Cli::parse(args, &Surroundings::of_this_process())?)
}

/// The server, as `undercurrent serve` puts it together, with another engine and no store.
async fn run(config: &Config, period: Duration, burst: u64) -> Outcome {
    let listener = tokio::net::TcpListener::bind(config.listen.address).await?;
    let (_stop, stopped) = watch::channel(false);
    let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
    let pressure = Arc::new(Pressure::new(config.fanout.flush, config.listen.shards.get()));
    let settings = task::Settings {
        scope: Scope { world: "bench".into(), domain: "darkpool".into() },
        standing: vec![DarkPoolTopic::Tape.topic()],
        pressure: pressure.clone(),
        log_bytes: config.fanout.log_bytes,
        most_topics: 1,
        linger: Duration::from_secs(300),
    };
    let task = task::Task::start(Counter::default(), settings, hub.clone(), Arc::new(NoStore), metrics.clone()).await?;
    let (events, batches) = mpsc::channel(64);
    tokio::spawn(task.run(batches, stopped.clone()));
    let drain = Drain { stop: stopped.clone(), retry: Duration::ZERO, spread: Duration::ZERO };
    let sources = Sources::new(Vec::new());
    let access = Arc::new(Access::new(None, metrics.clone()));
    let shared = fanout::Shared::new(hub, sources, access, metrics, pressure, config.limits.progress_timeout, drain);
    let shards = Arc::new(Shards::start(&serve::shard_settings(config), &shared)?);
    let router = http::router(serve::app(config, &shared, &shards, "bench".into()));
    tokio::spawn(fanout::listen(listener, router, config.limits.handshake_timeout, stopped));
    println!("listening on {}", config.listen.address);
    make_rows(events, period, burst).await;
    Ok(())
}

/// By the clock: what was missed is made up for.
async fn make_rows(events: mpsc::Sender<Batch<u64>>, period: Duration, burst: u64) {
    let (mut at, mut next) = (Instant::now(), 0);
    loop {
        at += period;
        tokio::time::sleep_until(at).await;
        let batch = Batch { received: now(), events: (next..next + burst).collect() };
        next += burst;
        if events.send(batch).await.is_err() {
            return;
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// An engine that changes one row for each event.
#[derive(Default)]
struct Counter {
    change: Change<RowJson>,
}

impl Engine for Counter {
    type Event = u64;

    fn restore(&mut self, _state: BTreeMap<Box<str>, Box<str>>) {}

    /// A frame with one such row has 170 bytes, as an update of the dark pools has.
    fn handle(&mut self, n: &u64) {
        let (cents, size) = (n % 900, 100 + n % 900);
        let row = format!(r#"{{"p":"100.{cents:03}","q":{size},"n":{n}}}"#);
        self.change.set(format!("{:04}", n % KEYS).into(), row.into());
    }

    fn tick(&mut self, _now: Timestamp) {}

    fn open(&mut self, _topic: &Topic) -> bool {
        false
    }

    fn close(&mut self, _topic: &Topic) {}

    fn take(&mut self, _due: &dyn Fn(Duration) -> bool) -> Vec<TopicChange> {
        let change = std::mem::take(&mut self.change);
        if change.is_empty() {
            return Vec::new();
        }
        vec![TopicChange { topic: DarkPoolTopic::Tape.topic(), change, src_ts: None, whole: false }]
    }

    fn take_state(&mut self) -> Vec<StateOp> {
        Vec::new()
    }
}

/// Keeps nothing.
struct NoStore;

impl Store for NoStore {
    fn load<'a>(&'a self, _scope: &'a Scope) -> StoreFuture<'a, Stored> {
        Box::pin(async { Ok(Stored::default()) })
    }

    fn commit<'a>(&'a self, _scope: &'a Scope, _commit: &'a Commit) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn forget<'a>(&'a self, _scope: &'a Scope, _topics: &'a [Topic]) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
