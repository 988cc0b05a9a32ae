//! How many trades a second one core takes: `cargo bench -p undercurrent --bench throughput`.
//!
//! Frames of the demo market, and the recorded IBM frames where they are there, through the decoder
//! and the engine; and the engine alone, over events that were decoded before. The engine is taken
//! from every 20 ms of the market's time, with its state, as the hub does. Times are of the processor.

use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use undercurrent::demo::stocks::World;
use undercurrent::domain::Engine;
use undercurrent::domain::darkpool::feed::Decoder;
use undercurrent::domain::darkpool::{Calendar, DarkPoolEngine, Event};

/// 2026-06-16, 14:00 UTC, in slots of 100 ms.
const SLOT: i64 = 17_816_184_000;

fn main() {
    memory();
    history();
    println!("{:<34} {:>9} {:>9} {:>13} {:>9} {:>12}", "input", "trades", "quotes", "stage", "ns/trade", "trades/s");
    for (name, tickers, rate, slots) in
        [("demo, 400 tickers", 400, 5_000, 600), ("demo, 10,000 tickers", 10_000, 50_000, 80)]
    {
        let (market, mut frames) = (World::new(1, tickers, rate), Vec::new());
        let took = timed(|| {
            frames.extend((SLOT..SLOT + slots).flat_map(|slot| market.frames(slot)).map(|frame| frame.text));
        });
        measure(name, &frames, 1, Some(took));
    }
    if let Some(frames) = ibm() {
        measure("IBM, 20 minutes", &frames, 300, None);
    }
}

/// Each round is decoded, and then handled by a new engine.
fn measure(name: &str, frames: &[String], rounds: usize, made: Option<Duration>) {
    let mut events = Vec::new();
    let decode = timed(|| {
        for _ in 0..rounds {
            events.clear();
            decode(frames, &mut events);
        }
    });
    let handle = timed(|| {
        for _ in 0..rounds {
            let mut engine = DarkPoolEngine::new(Calendar::AlwaysOpen);
            events.iter().for_each(|event| engine.handle(event));
            black_box(engine.counts());
        }
    });
    let with_rows = timed(|| (0..rounds).for_each(|_| rows(&events)));
    let trades = rounds * events.iter().filter(|event| matches!(event, Event::Trade(_))).count();
    let quotes = rounds * events.len() - trades;
    let stages = [
        ("decode", Some(decode)),
        ("engine", Some(handle)),
        ("both", Some(decode + handle)),
        ("engine, rows", Some(with_rows)),
        ("make frames", made),
    ];
    for (stage, took) in stages {
        let Some(took) = took else { continue };
        let per_trade = took.as_secs_f64() / trades as f64;
        println!("{name:<34} {trades:>9} {quotes:>9} {stage:>13} {:>9.0} {:>12.0}", per_trade * 1e9, per_trade.recip());
    }
}

fn decode(frames: &[String], events: &mut Vec<Event>) {
    let mut decoder = Decoder::default();
    for frame in frames {
        black_box(decoder.decode(frame, events));
    }
}

/// The engine with all rows and all state taken at the pace of the market's time.
fn rows(events: &[Event]) {
    let mut engine = DarkPoolEngine::new(Calendar::AlwaysOpen);
    let (mut step, mut bytes) = (0, 0);
    for event in events {
        let (Event::Trade(undercurrent::domain::darkpool::Trade { ts, .. })
        | Event::Quote(undercurrent::domain::darkpool::Quote { ts, .. })) = event;
        let now = ts.ms() / 20;
        if now > step {
            step = now;
            let due = |due: Duration| u128::from((step * 20).unsigned_abs()) % due.as_millis().max(1) < 20;
            for change in engine.take(&due) {
                bytes += change.change.sets().values().map(|row| row.len()).sum::<usize>();
            }
            bytes += engine.take_state().len();
        }
        engine.handle(event);
    }
    black_box(bytes);
}

/// How long the demo's hour of history takes at the start, until its rows are made.
fn history() {
    let took = timed(|| {
        let market = World::new(1, 400, 150);
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        let mut engine = DarkPoolEngine::new(Calendar::AlwaysOpen);
        for frame in (SLOT..SLOT + 36_000).flat_map(|slot| market.frames(slot)) {
            events.clear();
            decoder.decode(&frame.text, &mut events);
            events.iter().for_each(|event| engine.handle(event));
        }
        black_box((engine.take(&|_| true), engine.take_state()));
    });
    println!("the demo's last hour, made and taken in: {} ms", took.as_millis());
}

/// How much memory 10,000 tickers take after so many trades.
fn memory() {
    let market = World::new(1, 10_000, 50_000);
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    for frame in (SLOT..SLOT + 1).flat_map(|slot| market.frames(slot)) {
        decoder.decode(&frame.text, &mut events);
    }
    let before = resident();
    let mut engine = DarkPoolEngine::new(Calendar::AlwaysOpen);
    println!("{:>12} {:>9} {:>12}", "trades", "MiB", "bytes/ticker");
    // A slot of every twenty seconds: the prices move through a day.
    for hour in 0..6 {
        for slot in (0..180).map(|n| SLOT + hour * 36_000 + n * 200) {
            events.clear();
            for frame in market.frames(slot) {
                decoder.decode(&frame.text, &mut events);
            }
            events.iter().for_each(|event| engine.handle(event));
            engine.take(&|_| true);
            engine.take_state();
        }
        let bytes = resident().saturating_sub(before);
        println!("{:>12} {:>9} {:>12}", engine.counts().trades, bytes >> 20, bytes / 10_000);
    }
}

/// The process's resident memory in bytes; 0 where that cannot be read.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// The processor time that some work takes; other processes do not count.
fn timed(work: impl FnOnce()) -> Duration {
    let (start, busy) = (Instant::now(), processor_time());
    work();
    processor_time().zip(busy).map_or(start.elapsed(), |(after, before)| after.saturating_sub(before))
}

/// How long this thread has been running; `None` where the kernel does not say.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Recorded frames beside the repository, if they are there.
fn ibm() -> Option<Vec<String>> {
    let path = "../../shared/data/darkpool/ibm-20131007-1000-1020.ndjson.gz";
    let file = std::fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).ok()?;
    Some(text.lines().map(str::to_owned).collect())
}
