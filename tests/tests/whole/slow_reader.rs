//! A reader that takes 1 KB/s of 200 updates/s: it is late, never lost, and costs no more the longer
//! it reads.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::ensure;
use shared::stream::Topic;
use tests::app::{World, metric, rows};
use tests::process::{self, Process};
use tests::provider::StandInProvider;
use tests::slow::SlowReader;
use tests::wait::until;
use tokio::time::{Instant, MissedTickBehavior, interval};

const TAPE: &str = "darkpool/tape";
const FRAMES_PER_S: u32 = 200;
const PRINTS_IN_A_FRAME: u64 = 5;
/// So many at once, so that what one costs shows beside what a process uses anyway.
const READERS: u32 = 20;
/// A reader may cost the frame that it is reading and the one that was made for it, each at most
/// the 1,000 rows of the tape. A queue of what it missed would be 2 MB for each second.
const MOST_BYTES_EACH: f64 = 1_500_000.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_stays_ends_at_the_newest_state_and_costs_a_frame_or_two() -> anyhow::Result<()> {
    read_slowly(Duration::from_secs(8)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes over a minute; the same for 8 s always runs"]
async fn a_slow_reader_of_a_minute_costs_no_more() -> anyhow::Result<()> {
    read_slowly(Duration::from_secs(60)).await
}

async fn read_slowly(how_long: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let provider = StandInProvider::start().await?;
    let settings = [("flush-ms", "1"), ("connections-per-address", "0")];
    let database = folder.path().join("test.db");
    let server = Process::start(process::address()?, &database, World::Provider(&provider), &settings).await?;
    let address = server.address;
    provider.until(|seen| seen.listening == 1).await?;
    let topic: Topic = TAPE.parse()?;
    let memory = async || metric(address, "process_resident_memory_bytes").await;
    let head = async || metric(address, r#"undercurrent_updates_total{family="darkpool/tape"}"#).await;

    let mut sender = Sender::new(&provider);
    // Until the tape is full and the process as large as it gets by itself.
    sender.send_for(Duration::from_secs(2)).await;
    let (before, updates_before) = (memory().await?, head().await?);
    let readers: Vec<_> = (0..READERS).map(|_| SlowReader::start(address, &topic)).collect();
    sender.send_for(how_long / 2).await;
    let half_way = memory().await?;
    sender.send_for(how_long / 2).await;
    let (after, updates) = (memory().await?, head().await? - updates_before);
    let bytes: u64 = readers.iter().map(SlowReader::bytes).sum();

    until("the last print", async || {
        Ok(rows(address, TAPE).await?.into_values().next_back().filter(|r| r["ts"] == sender.last_ms).map(drop))
    })
    .await?;
    readers.iter().for_each(SlowReader::hurry);
    let newest: Vec<_> = rows(address, TAPE).await?.into_iter().collect();
    for (number, reader) in readers.iter().enumerate() {
        until(&format!("reader {number} at the newest state"), async || {
            let ended = reader.ended();
            ensure!(ended.is_none(), "reader {number} was cut off: {ended:?}");
            let got = reader.got().rows.into_iter().map(|(key, row)| Ok((key, serde_json::from_str(&row)?)));
            Ok((got.collect::<anyhow::Result<Vec<_>>>()? == newest).then_some(()))
        })
        .await?;
        let got = reader.got();
        ensure!(got.misplaced == 0, "{got:?}");
        ensure!(got.snapshots == 1, "{got:?}");
    }
    let each = (after - before) / f64::from(READERS);
    let merged = readers.iter().map(|reader| reader.got().most_merged).max().unwrap_or_default();
    println!(
        "{} s, {:.0} updates/s, {READERS} readers at 1 KB/s ({bytes} bytes heard): {before} bytes before, {half_way} half way, \
         {after} after, {each:.0} for each reader; up to {merged} change sets in one update",
        how_long.as_secs(),
        updates / how_long.as_secs_f64(),
    );
    ensure!(each < MOST_BYTES_EACH, "{each} bytes for each reader");
    Ok(())
}

/// Sends prints through the provider.
struct Sender<'a> {
    provider: &'a StandInProvider,
    number: u64,
    last_ms: u64,
}

impl Sender<'_> {
    fn new(provider: &StandInProvider) -> Sender<'_> {
        Sender { provider, number: 0, last_ms: 0 }
    }

    async fn send_for(&mut self, how_long: Duration) {
        let until = Instant::now() + how_long;
        let mut tick = interval(Duration::from_secs(1) / FRAMES_PER_S);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        while Instant::now() < until {
            tick.tick().await;
            self.send();
        }
    }

    fn send(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        // Later than the one before, so that the last can be told by its time.
        self.last_ms = u64::try_from(now).unwrap_or_default().max(self.last_ms + 1);
        let mut frame = String::from("[");
        for _ in 0..PRINTS_IN_A_FRAME {
            self.number += 1;
            let (number, ms) = (self.number, self.last_ms);
            let comma = if frame.len() > 1 { "," } else { "" };
            let _ = write!(
                frame,
                r#"{comma}{{"ev":"T","sym":"S{}","i":"{number}","q":{number},"x":4,"trfi":202,"p":10.5,"s":100,"t":{ms}}}"#,
                number % 50
            );
        }
        self.provider.send(frame + "]");
    }
}
