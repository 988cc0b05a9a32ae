//! Plays the demo market of odds: the last hour in steps, then as time goes.

use std::sync::Arc;
use std::time::Duration;

use shared::units::{OddsFormat, Timestamp};
use shared::wire::SourceState;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::Settings;
use super::world::{Answer, SLOT_MS, World};
use crate::domain::odds::Event;
use crate::domain::odds::feed::decode::{self, Context};
use crate::feed::{Batch, Complaints, Counter, Source, wall_now};

/// Between two looks at the past.
const STEP_MS: i64 = 180_000;
/// Events that are gathered into one batch.
const BATCH: usize = 256;

/// Plays until `shutdown` is true or nobody takes the events any more.
pub async fn run(
    settings: Settings,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    mut shutdown: watch::Receiver<bool>,
) {
    source.add(Counter::Connects, 1);
    source.set(SourceState::Live, &format!("made-up odds, seed {}", settings.seed), wall_now());
    let complaints = Complaints::new(source.clone());
    let mut player = Player { source: source.clone(), events, complaints, batch: Vec::new() };
    tokio::select! {
        _ = player.play(&settings) => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
    source.set(SourceState::Down, "the server is stopping", wall_now());
}

struct Player {
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    complaints: Complaints,
    batch: Vec<Event>,
}

/// Nobody takes the events any more.
struct Closed;

impl Player {
    async fn play(&mut self, settings: &Settings) -> Result<(), Closed> {
        let world = World::new(settings);
        let history_ms = i64::try_from(settings.history.as_millis()).unwrap_or(i64::MAX);
        let mut at_ms = wall_now().ms().saturating_sub(history_ms);
        while at_ms < wall_now().ms() {
            self.answers(world.everything(at_ms), at_ms).await?;
            at_ms += STEP_MS;
        }
        let mut slot = wall_now().ms().div_euclid(SLOT_MS);
        self.answers(world.everything(slot * SLOT_MS), slot * SLOT_MS).await?;
        loop {
            // After a long sleep of the machine nothing is caught up with: an old price is worth nothing.
            slot = (slot + 1).max(wall_now().ms().div_euclid(SLOT_MS));
            let ahead_ms = slot * SLOT_MS - wall_now().ms();
            sleep(Duration::from_millis(ahead_ms.max(0).unsigned_abs())).await;
            self.answers(world.answers(slot), slot * SLOT_MS).await?;
        }
    }

    async fn answers(&mut self, answers: Vec<Answer>, at_ms: i64) -> Result<(), Closed> {
        for answer in answers {
            self.decode(&answer, Timestamp::from_ms(at_ms));
            if self.batch.len() >= BATCH {
                self.send().await?;
            }
        }
        self.send().await
    }

    fn decode(&mut self, answer: &Answer, at: Timestamp) {
        let before = self.batch.len();
        let (text, tally) = match answer {
            Answer::Odds { text, response_ms } => {
                let response_ms = Some(*response_ms);
                let context = Context { format: OddsFormat::Decimal, at, response_ms, all_books: true };
                (text, decode::pushed(text, &context, &mut self.batch).unwrap_or_default())
            }
            Answer::Scores(text) => (text, decode::scores(text, at, &mut self.batch)),
        };
        self.source.add(Counter::Frames, 1);
        self.source.add(Counter::Bytes, text.len() as u64);
        self.source.add(Counter::Events, (self.batch.len() - before) as u64);
        self.complaints.tally(tally, text);
    }

    async fn send(&mut self) -> Result<(), Closed> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = Batch { received: wall_now(), events: std::mem::take(&mut self.batch) };
        self.events.send(batch).await.map_err(|_| Closed)
    }
}
