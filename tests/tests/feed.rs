//! The driver of the stocks feed against a provider on a real socket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use shared::units::Timestamp;
use shared::wire::SourceState;
use tests::provider::{KEY, Rules, StandInProvider};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use undercurrent::domain::darkpool::Event;
use undercurrent::feed::massive::{self, Ended, Settings};
use undercurrent::feed::record::{self, RecordError};
use undercurrent::feed::replay::{self, Speed};
use undercurrent::feed::tape::TapeReader;
use undercurrent::feed::{Batch, Counter, Source};

const PATIENCE: Duration = Duration::from_secs(20);

/// A feed that runs against a stand-in.
struct Running {
    source: Arc<Source>,
    events: mpsc::Receiver<Batch<Event>>,
    stop: watch::Sender<bool>,
    ended: JoinHandle<Ended>,
}

fn settings(provider: &StandInProvider, key: &str) -> anyhow::Result<Settings> {
    Ok(Settings { url: provider.url().parse()?, key: key.parse()?, watch: "IBM,AAPL".parse()? })
}

fn run(provider: &StandInProvider, key: &str) -> anyhow::Result<Running> {
    let source = Source::new("massive", Timestamp::from_ms(0));
    let (sender, events) = mpsc::channel(16);
    let (stop, shutdown) = watch::channel(false);
    let ended = tokio::spawn(massive::run(settings(provider, key)?, source.clone(), sender, None, shutdown));
    Ok(Running { source, events, stop, ended })
}

impl Running {
    /// The times of the next `n` events.
    async fn take(&mut self, n: usize) -> anyhow::Result<Vec<i64>> {
        let mut times = Vec::new();
        while times.len() < n {
            let batch = tokio::time::timeout(PATIENCE, self.events.recv()).await.context("no events")?;
            times.extend(batch.context("the feed has ended")?.events.iter().map(time));
        }
        ensure!(times.len() == n, "more than {n} events: {times:?}");
        Ok(times)
    }

    async fn until(&self, state: SourceState, part: &str) -> anyhow::Result<()> {
        until(&self.source, |source| source.state() == state && source.detail().0.contains(part)).await
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let ended = tokio::time::timeout(PATIENCE, self.ended).await??;
        ensure!(ended == Ended::Shutdown, "{ended:?}");
        Ok(())
    }
}

fn time(event: &Event) -> i64 {
    match event {
        Event::Trade(trade) => trade.ts.ms(),
        Event::Quote(quote) => quote.ts.ms(),
    }
}

/// Waits until the source is as wanted.
async fn until(source: &Source, wanted: impl Fn(&Source) -> bool) -> anyhow::Result<()> {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !wanted(source) {
        if tokio::time::Instant::now() > deadline {
            bail!("the source is {:?}: {}", source.state(), source.detail().0);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

fn quote(t: i64) -> String {
    format!(r#"[{{"ev":"Q","sym":"IBM","bp":182.44,"ap":182.5,"t":{t}}}]"#)
}

#[tokio::test]
async fn it_shows_its_key_subscribes_and_delivers() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let mut feed = run(&provider, KEY)?;
    let seen = provider.until(|seen| seen.subscriptions.len() == 4).await?;
    assert_eq!(seen.keys, [KEY]);
    let subscriptions: Vec<_> = seen.subscriptions.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(subscriptions, ["T.IBM", "Q.IBM", "T.AAPL", "Q.AAPL"]);
    feed.until(SourceState::Live, "").await?;
    provider.send(r#"[{"ev":"T","sym":"IBM","i":"3","x":4,"p":182.5,"s":100,"t":1,"trfi":202},{"ev":"A"},{"ev":"T"}]"#);
    provider.send(quote(2));
    assert_eq!(feed.take(2).await?, [1, 2]);
    assert_eq!(feed.source.count(Counter::Ignored), 1);
    assert_eq!(feed.source.count(Counter::Garbage), 1);
    assert_eq!(feed.source.count(Counter::Connects), 1);
    feed.stop().await
}

#[tokio::test]
async fn a_connection_that_breaks_off_in_a_frame_is_made_again_and_subscribes_again() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let mut feed = run(&provider, KEY)?;
    provider.until(|seen| seen.subscriptions.len() == 4).await?;
    provider.send(quote(1));
    assert_eq!(feed.take(1).await?, [1]);
    provider.cut();
    let seen = provider.until(|seen| seen.subscriptions.len() == 8).await?;
    assert_eq!(seen.connections, 2);
    let names =
        |subscriptions: &[(u64, String)]| subscriptions.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&seen.subscriptions[..4]), names(&seen.subscriptions[4..]));
    provider.send(quote(2));
    assert_eq!(feed.take(1).await?, [2]);
    // The same when it says goodbye.
    provider.close();
    provider.until(|seen| seen.subscriptions.len() == 12).await?;
    provider.send(quote(3));
    assert_eq!(feed.take(1).await?, [3]);
    feed.until(SourceState::Live, "").await?;
    feed.stop().await
}

#[tokio::test]
async fn garbage_is_counted_and_never_stops_it() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let mut feed = run(&provider, KEY)?;
    provider.until(|seen| seen.listening == 1).await?;
    let garbage =
        ["", "not json", "[", "[{\"ev\":\"T\"", "null", "[[[[", "{}", "\u{0}\u{1}", "[{\"ev\":\"T\",\"p\":1e999}]"];
    for garbage in garbage {
        provider.send(garbage);
    }
    provider.send_binary([0xff, 0xfe]);
    provider.send("[".repeat(200_000));
    provider.send(quote(1));
    assert_eq!(feed.take(1).await?, [1]);
    assert_eq!(feed.source.count(Counter::Garbage), garbage.len() as u64 + 2);
    assert_eq!(provider.seen().connections, 1);
    feed.stop().await
}

#[tokio::test]
async fn a_refused_key_stops_it_and_is_never_told() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let feed = run(&provider, "hunter2")?;
    let ended = tokio::time::timeout(PATIENCE, feed.ended).await??;
    assert_eq!(ended, Ended::Refused);
    assert_eq!(feed.source.state(), SourceState::Down);
    let message = feed.source.detail().0;
    assert!(message.contains("refused the key (unknown key (hidden))"), "{message}");
    let settings = format!("{:?}", settings(&provider, "hunter2")?);
    assert!(!settings.contains("hunter2"), "{settings}");
    assert_eq!(provider.seen().keys, ["hunter2"]);
    Ok(())
}

#[tokio::test]
async fn another_process_with_the_key_is_not_fought() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let first = run(&provider, KEY)?;
    provider.until(|seen| seen.listening == 1).await?;
    let mut second = run(&provider, KEY)?;
    first.until(SourceState::Down, "Trying again in ").await?;
    assert!(first.source.detail().0.contains("another process uses this key"), "{}", first.source.detail().0);
    provider.until(|seen| seen.open == 1 && seen.listening == 1).await?;
    provider.send(quote(1));
    assert_eq!(second.take(1).await?, [1]);
    assert_eq!(first.source.count(Counter::Connects), 1);
    first.stop().await?;
    second.stop().await
}

#[tokio::test]
async fn a_channel_that_the_plan_lacks_is_said_and_the_other_delivers() -> anyhow::Result<()> {
    let refused_channels = ["Q".to_owned()].into();
    let provider = StandInProvider::with(Rules { refused_channels, ..Rules::default() }).await?;
    let mut feed = run(&provider, KEY)?;
    feed.until(SourceState::Live, "plan does not include it").await?;
    provider.send(r#"[{"ev":"T","sym":"IBM","x":4,"p":182.5,"s":100,"t":1,"trfi":202}]"#);
    assert_eq!(feed.take(1).await?, [1]);
    feed.stop().await
}

#[tokio::test]
async fn a_taker_of_events_that_is_stuck_does_not_stop_the_reading_of_frames() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let mut feed = run(&provider, KEY)?;
    provider.until(|seen| seen.listening == 1).await?;
    let frames: u32 = 20_000;
    for t in 1..=frames {
        provider.send(quote(t.into()));
    }
    // Nobody has taken an event yet, and all frames are read.
    until(&feed.source, |source| source.count(Counter::Frames) >= frames.into()).await?;
    assert_eq!(feed.take(frames as usize).await?, (1..=frames.into()).collect::<Vec<_>>());
    assert_eq!(feed.source.count(Counter::Dropped), 0);
    feed.stop().await
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_tried_again() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let settings = settings(&provider, KEY)?;
    drop(provider);
    let source = Source::new("massive", Timestamp::from_ms(0));
    let (sender, _events) = mpsc::channel(16);
    let (stop, shutdown) = watch::channel(false);
    let ended = tokio::spawn(massive::run(settings, source.clone(), sender, None, shutdown));
    until(&source, |source| source.detail().0.contains("trying again in 2 s")).await?;
    assert!(source.detail().0.starts_with("cannot connect: "), "{}", source.detail().0);
    stop.send_replace(true);
    assert_eq!(ended.await?, Ended::Shutdown);
    Ok(())
}

#[tokio::test]
async fn what_was_recorded_is_what_was_sent() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("tape.ndjson.zst");
    let source = Source::new("massive", Timestamp::from_ms(0));
    let (stop, shutdown) = watch::channel(false);
    let (of, to, settings) = (source.clone(), path.clone(), settings(&provider, KEY)?);
    let recording = tokio::spawn(async move { record::run(settings, &to, of, shutdown).await });
    provider.until(|seen| seen.subscriptions.len() == 4).await?;
    let sent = [quote(1), "garbage".to_owned(), quote(2)];
    for frame in &sent {
        provider.send(frame);
    }
    until(&source, |source| source.count(Counter::Events) == 2).await?;
    stop.send_replace(true);
    let summary = recording.await??;
    let texts: Vec<_> =
        TapeReader::open(&path)?.map(|frame| frame.map(|frame| frame.text)).collect::<Result<_, _>>()?;
    assert_eq!(summary.frames, texts.len() as u64);
    // After the greeting, the answer to the key and four confirmations.
    assert_eq!(texts[6..], sent);
    Ok(())
}

#[tokio::test]
async fn a_packed_tape_of_a_real_stock_is_replayed_whole() -> anyhow::Result<()> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/darkpool");
    let path = data.join("ibm-20131007-1000-1020.ndjson.gz");
    if !path.exists() {
        println!("skipped: there is no {}", path.display());
        return Ok(());
    }
    let source = Source::new("replay", Timestamp::from_ms(0));
    let (sender, mut events) = mpsc::channel(1);
    let (_stop, shutdown) = watch::channel(false);
    let of = source.clone();
    let replaying = tokio::spawn(async move { replay::run(&path, Speed::Unbounded, of, sender, shutdown).await });
    let mut times = Vec::new();
    while let Some(batch) = events.recv().await {
        times.extend(batch.events.iter().map(time));
    }
    assert_eq!(replaying.await??, replay::Ended::Finished);
    assert_eq!((times.len(), source.count(Counter::Frames), source.count(Counter::Garbage)), (4_383, 3_231, 0));
    assert!(times.is_sorted());
    Ok(())
}

#[tokio::test]
async fn a_recording_with_a_refused_key_says_so() -> anyhow::Result<()> {
    let provider = StandInProvider::start().await?;
    let dir = tempfile::tempdir()?;
    let source = Source::new("massive", Timestamp::from_ms(0));
    let (_stop, shutdown) = watch::channel(false);
    let path = dir.path().join("tape.ndjson");
    let recorded = record::run(settings(&provider, "wrong")?, &path, source, shutdown).await;
    let Err(RecordError::Refused(why)) = recorded else { bail!("it was not refused: {recorded:?}") };
    assert!(why.contains("refused the key"), "{why}");
    Ok(())
}
