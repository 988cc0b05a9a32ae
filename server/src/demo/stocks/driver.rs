//! Plays the demo market: the last hour at once, then as time goes.

use std::sync::Arc;
use std::time::Duration;

use shared::units::Timestamp;
use shared::wire::SourceState;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::Settings;
use super::frame::Frame;
use super::world::{SLOT_MS, World};
use crate::domain::darkpool::Event;
use crate::feed::{Batch, Counter, Decoding, Source, wall_now};

/// Events that are gathered into one batch while there is something to catch up with.
const BATCH: usize = 2_048;

/// A frame that is so much older than now is from the past that is being caught up with.
const BEHIND_MS: i64 = 50;

/// Plays until `shutdown` is true or nobody takes the events any more.
///
/// First [`Settings::history`] as fast as the events are taken, so that charts, levels and scores
/// are there at once; what the receiver knows already it has to recognise. Then each frame when
/// its time has come.
pub async fn run(
    settings: Settings,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    shutdown: watch::Receiver<bool>,
) {
    play(settings, source, events, shutdown, wall_now).await;
}

async fn play(
    settings: Settings,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    mut shutdown: watch::Receiver<bool>,
    clock: impl Fn() -> Timestamp,
) {
    let Settings { seed, tickers, trades_per_s, history } = settings;
    source.add(Counter::Connects, 1);
    source.set(SourceState::Live, &format!("a made-up market, seed {seed}"), clock());
    let world = World::new(seed, tickers, trades_per_s);
    let history_ms = i64::try_from(history.as_millis()).unwrap_or(i64::MAX);
    let decoding = Decoding::new(source.clone());
    let mut player = Player { source: &source, events, clock: &clock, decoding, batch: Vec::new() };
    tokio::select! {
        () = player.play(&world, history_ms) => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
    source.set(SourceState::Down, "the server is stopping", clock());
}

struct Player<'a, C> {
    source: &'a Source,
    events: mpsc::Sender<Batch<Event>>,
    clock: &'a C,
    decoding: Decoding,
    batch: Vec<Event>,
}

/// Nobody takes the events any more.
struct Closed;

impl<C: Fn() -> Timestamp> Player<'_, C> {
    async fn play(&mut self, world: &World, history_ms: i64) {
        let oldest = |now: Timestamp| now.ms().saturating_sub(history_ms).div_euclid(SLOT_MS);
        let mut slot = oldest((self.clock)());
        loop {
            for frame in world.frames(slot) {
                if self.frame(&frame).await.is_err() {
                    return;
                }
            }
            // After a long sleep of the machine no more is caught up with than at the start.
            slot = (slot + 1).max(oldest((self.clock)()));
        }
    }

    async fn frame(&mut self, frame: &Frame) -> Result<(), Closed> {
        let ahead_ms = frame.at_ms - (self.clock)().ms();
        if ahead_ms > 0 {
            sleep(Duration::from_millis(ahead_ms.unsigned_abs())).await;
        }
        self.source.add(Counter::Frames, 1);
        self.source.add(Counter::Bytes, frame.text.len() as u64);
        self.decoding.decode(&frame.text, &mut self.batch);
        // What is new leaves at once; what is old may wait for company.
        if ahead_ms > -BEHIND_MS || self.batch.len() >= BATCH { self.send().await } else { Ok(()) }
    }

    /// Hands on what is gathered.
    async fn send(&mut self) -> Result<(), Closed> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = Batch { received: (self.clock)(), events: std::mem::take(&mut self.batch) };
        self.events.send(batch).await.map_err(|_| Closed)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// 2026-06-16, 14:00 UTC.
    const START_MS: i64 = 1_781_618_400_000;

    struct Demo {
        source: Arc<Source>,
        batches: mpsc::Receiver<Batch<Event>>,
        stop: watch::Sender<bool>,
        playing: tokio::task::JoinHandle<()>,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    }

    /// A demo on the clock of the test, which goes on when everybody waits.
    fn demo(history: Duration) -> Demo {
        let start = Instant::now();
        let clock: Arc<dyn Fn() -> Timestamp + Send + Sync> =
            Arc::new(move || Timestamp::from_ms(START_MS + i64::try_from(start.elapsed().as_millis()).unwrap()));
        let source = Source::new("demo", clock());
        let (sender, batches) = mpsc::channel(4);
        let (stop, shutdown) = watch::channel(false);
        let settings = Settings { history, ..Settings::default() };
        let playing = tokio::spawn({
            let (source, clock) = (source.clone(), clock.clone());
            async move { play(settings, source, sender, shutdown, move || clock()).await }
        });
        Demo { source, batches, stop, playing, clock }
    }

    fn newest(batch: &Batch<Event>) -> i64 {
        let time = |event: &Event| match event {
            Event::Trade(trade) => trade.ts.ms(),
            Event::Quote(quote) => quote.ts.ms(),
        };
        batch.events.iter().map(time).max().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_past_comes_at_once_and_then_each_trade_in_its_time() {
        let mut demo = demo(Duration::from_secs(60));
        let mut before = START_MS - 60_000;
        while before < START_MS + 5_000 {
            let batch = demo.batches.recv().await.unwrap();
            let (now, newest) = ((demo.clock)().ms(), newest(&batch));
            assert!(newest >= before && newest <= now, "{before} {newest} {now}");
            // The timer may be a millisecond late.
            assert!(newest < START_MS || now - newest <= 2, "{newest} {now}");
            before = newest;
        }
        assert_eq!(demo.source.state(), SourceState::Live);
        assert_eq!(demo.source.count(Counter::Garbage) + demo.source.count(Counter::Ignored), 0);
        assert!(demo.source.count(Counter::Events) > 10_000);
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_when_asked_or_when_nobody_listens() {
        let mut asked = demo(Duration::from_secs(1));
        asked.batches.recv().await.unwrap();
        asked.stop.send(true).unwrap();
        asked.playing.await.unwrap();
        assert_eq!(asked.source.state(), SourceState::Down);

        let Demo { batches, playing, stop: _stop, .. } = demo(Duration::from_secs(1));
        drop(batches);
        playing.await.unwrap();
    }
}
