//! A store that fails in the middle: readers get one snapshot and go on live; when it works again,
//! everything is stored.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::{Position, Seq, Topic};
use shared::units::{Moment, Timestamp};
use shared::wire::Mode;
use tests::market::print;
use tests::wait::until;
use tokio::sync::{mpsc, watch};
use undercurrent::domain::darkpool::feed::Decoder;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine, Event};
use undercurrent::feed::Batch;
use undercurrent::hub::task::{Settings, Task};
use undercurrent::hub::{Hub, Next, Pressure, Reader, TopicState};
use undercurrent::observe::Metrics;
use undercurrent::store::{self, Commit, Scope, Store, StoreError, StoreFuture, Stored, TopicCommit};

/// A store on a disk that is full while the test says so.
struct Flaky {
    store: Arc<dyn Store>,
    full: AtomicBool,
    refused: AtomicU64,
}

impl Store for Flaky {
    fn load<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Stored> {
        self.store.load(scope)
    }

    fn commit<'a>(&'a self, scope: &'a Scope, commit: &'a Commit) -> StoreFuture<'a, ()> {
        if self.full.load(Ordering::Relaxed) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Box::pin(async { Err(StoreError::Full("as the test wants".into())) });
        }
        self.store.commit(scope, commit)
    }

    fn forget<'a>(&'a self, scope: &'a Scope, topics: &'a [Topic]) -> StoreFuture<'a, ()> {
        self.store.forget(scope, topics)
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        self.store.close()
    }
}

fn settings() -> Settings {
    Settings {
        scope: Scope { world: "live".into(), domain: "darkpool".into() },
        standing: vec![DarkPoolTopic::Sentiment.topic(), DarkPoolTopic::Tape.topic()],
        pressure: Arc::new(Pressure::new(Duration::from_millis(5), 1)),
        log_bytes: 1 << 20,
        most_topics: 10,
        linger: Duration::from_secs(300),
    }
}

/// A hub with a dark-pool engine behind it.
struct Stage {
    hub: Arc<Hub>,
    store: Arc<Flaky>,
    metrics: Arc<Metrics>,
    scope: Scope,
    events: mpsc::Sender<Batch<Event>>,
    decoder: Decoder,
    _stop: watch::Sender<bool>,
}

impl Stage {
    async fn start() -> anyhow::Result<Stage> {
        Stage::with(&Commit::default()).await
    }

    /// With something in its store.
    async fn with(stored: &Commit) -> anyhow::Result<Stage> {
        let inner = store::open("sqlite::memory:").await?;
        let store = Arc::new(Flaky { store: inner, full: AtomicBool::new(false), refused: AtomicU64::new(0) });
        let scope = settings().scope;
        store.commit(&scope, stored).await?;
        let (hub, metrics) = (Arc::new(Hub::default()), Arc::new(Metrics::new()));
        let engine = DarkPoolEngine::new(Calendar::NewYork);
        let task = Task::start(engine, settings(), hub.clone(), store.clone(), metrics.clone()).await?;
        let (events, batches) = mpsc::channel(16);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(task.run(batches, stopped));
        Ok(Stage { hub, store, metrics, scope, events, decoder: Decoder::default(), _stop: stop })
    }

    async fn print(&mut self, number: u64) -> anyhow::Result<()> {
        let mut events = Vec::new();
        self.decoder.decode(&print("IBM", number), &mut events);
        self.events.send(Batch { received: Timestamp::from_ms(0), events }).await.context("the task runs")
    }

    fn head(&self, topic: &Topic) -> Option<Position> {
        self.hub.with(topic, TopicState::head)
    }

    /// Waits for so many prints on the tape.
    async fn until_prints(&self, prints: usize) -> anyhow::Result<()> {
        let tape = DarkPoolTopic::Tape.topic();
        until(&format!("{prints} prints"), async || {
            Ok(self.hub.with(&tape, |state| state.rows().len()).filter(|rows| *rows == prints).map(drop))
        })
        .await
    }

    /// Everything that the reader has to be told.
    fn told(&self, topic: &Topic, reader: &mut Reader) -> Vec<Mode> {
        let mut modes = Vec::new();
        self.hub.with(topic, |state| {
            while let Next::Tell(told) = reader.next(state, Moment::default()) {
                modes.push(told.mode);
            }
        });
        modes
    }
}

/// A store that does one thing at a time, each slowly.
#[derive(Default)]
struct Slow(tokio::sync::Mutex<()>);

impl Slow {
    fn take_time(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            let _alone = self.0.lock().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(())
        })
    }
}

impl Store for Slow {
    fn load<'a>(&'a self, _scope: &'a Scope) -> StoreFuture<'a, Stored> {
        Box::pin(async { Ok(Stored::default()) })
    }

    fn commit<'a>(&'a self, _scope: &'a Scope, _commit: &'a Commit) -> StoreFuture<'a, ()> {
        self.take_time()
    }

    fn forget<'a>(&'a self, _scope: &'a Scope, _topics: &'a [Topic]) -> StoreFuture<'a, ()> {
        self.take_time()
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_nobody_follows_is_forgotten_and_the_others_go_on() -> anyhow::Result<()> {
    let settings = Settings { linger: Duration::ZERO, ..settings() };
    let hub = Arc::new(Hub::default());
    let (engine, metrics) = (DarkPoolEngine::new(Calendar::NewYork), Arc::new(Metrics::new()));
    let task = Task::start(engine, settings, hub.clone(), Arc::new(Slow::default()), metrics).await?;
    let (events, batches) = mpsc::channel(16);
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(task.run(batches, stopped));
    let ticker: Topic = "darkpool/ticker/IBM".parse()?;
    let mut decoder = Decoder::default();
    // A commit is under way nearly all the time.
    let market = async {
        for number in 1..4_000 {
            let mut prints = Vec::new();
            decoder.decode(&print("IBM", number), &mut prints);
            events.send(Batch { received: Timestamp::from_ms(0), events: prints }).await.context("the task runs")?;
            if number == 100 {
                hub.open(&ticker).await?;
                ensure!(hub.topics().contains(&ticker), "it is there when it was asked for");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(600), market).await.context("the market stands still")??;
    ensure!(!hub.topics().contains(&ticker), "it is forgotten");
    Ok(())
}

#[tokio::test]
async fn a_full_disk_costs_one_snapshot_and_no_print() -> anyhow::Result<()> {
    let mut stage = Stage::start().await?;
    let tape = DarkPoolTopic::Tape.topic();
    let mut reader = Reader::new(None, Duration::ZERO);
    stage.print(1).await?;
    stage.until_prints(1).await?;
    ensure!(stage.told(&tape, &mut reader) == [Mode::Snapshot], "a new reader gets a snapshot");
    let numbered = stage.head(&tape).context("a head")?;

    stage.store.full.store(true, Ordering::Relaxed);
    stage.print(2).await?;
    stage.until_prints(2).await?;
    let renumbered = stage.head(&tape).context("a head")?;
    ensure!(renumbered.epoch != numbered.epoch, "what is not stored is not numbered on");
    ensure!(stage.told(&tape, &mut reader) == [Mode::Snapshot], "a reader gets one snapshot");
    ensure!(!stage.metrics.store_works(), "it is said that nothing is stored");
    for number in 3..=20 {
        stage.print(number).await?;
        stage.until_prints(usize::try_from(number)?).await?;
        ensure!(stage.told(&tape, &mut reader) == [Mode::Live], "and then goes on live");
    }
    ensure!(stage.head(&tape).context("a head")?.epoch == renumbered.epoch, "the numbering changes once");
    ensure!(stage.store.load(&stage.scope).await?.topics[&tape].marks.len() == 1, "nothing was stored");

    stage.store.full.store(false, Ordering::Relaxed);
    until("a store that works", async || Ok(stage.metrics.store_works().then_some(()))).await?;
    let stored = stage.store.load(&stage.scope).await?;
    let names: BTreeSet<_> = stored.topics.keys().cloned().collect();
    ensure!(names == BTreeSet::from([DarkPoolTopic::Sentiment.topic(), tape.clone()]), "{names:?}");
    for (topic, stored) in &stored.topics {
        let rows = stored.marks.iter().filter_map(|mark| Some((mark.key.clone(), mark.row.clone()?))).collect();
        ensure!(stage.hub.with(topic, |state| *state.rows() == rows) == Some(true), "{topic} is stored whole");
        let head = Position { epoch: stored.epoch.clone(), seq: stored.head };
        ensure!(stage.head(topic) == Some(head), "{topic} is stored under its new numbering");
    }
    ensure!(stage.told(&tape, &mut reader).is_empty(), "recovery tells readers nothing");
    stage.print(21).await?;
    stage.until_prints(21).await?;
    ensure!(stage.told(&tape, &mut reader) == [Mode::Live], "and all goes on");
    Ok(())
}

/// What is stored of a topic may be older than the engine's state: rows that the engine does not
/// know any more go with its first, whole change.
#[tokio::test]
async fn rows_that_a_restored_engine_does_not_know_are_removed() -> anyhow::Result<()> {
    let topic = DarkPoolTopic::Sentiment.topic();
    let stale = TopicCommit {
        topic: topic.clone(),
        epoch: "e1".parse()?,
        seq: Seq(5),
        floor: Seq(0),
        set: vec![("GONE".into(), r#"{"ticker":"GONE"}"#.into())],
        del: Vec::new(),
        evicted_below: None,
        replace: false,
    };
    let mut stage = Stage::with(&Commit { topics: vec![stale], state: Vec::new() }).await?;
    stage.print(1).await?;
    stage.until_prints(1).await?;
    let keys = || stage.hub.with(&topic, |state| state.rows().keys().map(ToString::to_string).collect::<Vec<_>>());
    until("the engine's row alone", async || Ok((keys() == Some(vec!["IBM".to_owned()])).then_some(()))).await?;
    let head = stage.head(&topic).context("a head")?;
    ensure!(head.epoch.as_str() == "e1" && head.seq > Seq(5), "the numbering goes on: {head}");
    Ok(())
}
