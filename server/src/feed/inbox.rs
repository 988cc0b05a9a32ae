//! Events that others send or write: the same reading for a request's body and for a row of the inbox.

use std::sync::Arc;
use std::time::Duration;

use shared::units::{OddsFormat, Timestamp};
use shared::wire::SourceState;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::{Batch, Counter, Source, wall_now};
use crate::domain::odds::Event;
use crate::domain::odds::feed::decode::{self, Context};
use crate::store::Store;

/// How often the inbox is looked into.
const EVERY: Duration = Duration::from_millis(500);
/// Rows that are taken at once.
const MOST: u32 = 256;

/// What was made of a text that somebody sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Events that were taken: prices, scores and pools.
    pub accepted: usize,
    /// Parts that could not be read.
    pub dropped: u64,
    /// Parts that are not used, as other markets.
    pub ignored: u64,
}

/// Takes what others send. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inbox {
    events: mpsc::Sender<Batch<Event>>,
    /// How it is doing, where there is no other source.
    source: Option<Arc<Source>>,
}

impl Inbox {
    /// What is taken goes to `events`.
    #[must_use]
    pub fn new(events: mpsc::Sender<Batch<Event>>, source: Option<Arc<Source>>) -> Inbox {
        Inbox { events, source }
    }

    /// Takes one event or a list of them.
    ///
    /// # Errors
    /// Why nothing of it can be used, as a sentence.
    pub async fn take(&self, text: &str) -> Result<Received, &'static str> {
        let at = wall_now();
        let mut events = Vec::new();
        let received = read(text, at, &mut events)?;
        if let Some(source) = &self.source {
            source.add(Counter::Frames, 1);
            source.add(Counter::Bytes, text.len() as u64);
            source.add(Counter::Events, events.len() as u64);
            source.add(Counter::Ignored, received.ignored);
            source.add(Counter::Garbage, received.dropped);
            source.set(SourceState::Live, "", at);
        }
        self.publish(events, at).await?;
        Ok(received)
    }

    /// Has prices published, or not.
    ///
    /// # Errors
    /// The server stops.
    pub async fn set_publishing(&self, publish: bool) -> Result<(), &'static str> {
        self.publish(vec![Event::Publish(publish)], wall_now()).await
    }

    async fn publish(&self, events: Vec<Event>, received: Timestamp) -> Result<(), &'static str> {
        self.events.send(Batch { received, events }).await.map_err(|_| "the server is stopping; send it again")
    }

    /// Looks into the store's inbox until `shutdown` is true.
    pub async fn watch(self, store: Arc<dyn Store>, mut shutdown: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => self.look(&*store).await,
                () = super::asked_to_stop(&mut shutdown) => return,
            }
        }
    }

    /// Takes what is there. A row is removed when it was handed on, so that none is lost.
    async fn look(&self, store: &dyn Store) {
        let letters = match store.inbox(MOST).await {
            Ok(letters) if letters.is_empty() => return,
            Ok(letters) => letters,
            Err(error) => {
                tracing::debug!(%error, "the inbox cannot be read");
                return;
            }
        };
        let mut taken = Vec::with_capacity(letters.len());
        for letter in letters {
            let reason = self.take(&letter.event).await.err();
            if self.events.is_closed() {
                // It is read again after the restart.
                break;
            }
            if let Some(reason) = reason {
                tracing::warn!(
                    id = letter.id,
                    reason,
                    "a row of odds_inbox cannot be used; it is in odds_inbox_rejected"
                );
            }
            taken.push((letter.id, reason.map(Box::from)));
        }
        if let Err(error) = store.inbox_done(&taken).await {
            tracing::warn!(%error, "rows of the inbox stay, and are read once more");
        }
    }
}

fn read(text: &str, at: Timestamp, events: &mut Vec<Event>) -> Result<Received, &'static str> {
    let context = Context { format: OddsFormat::Decimal, at, response_ms: None, all_books: false };
    let tally = decode::pushed(text, &context, events).ok_or("send an event or a list of events as JSON")?;
    if events.is_empty() && tally.garbage > 0 {
        return Err("nothing in it can be read: an event has id, sport_key, commence_time, home_team, away_team and \
            bookmakers or scores");
    }
    Ok(Received { accepted: events.len(), dropped: tally.garbage, ignored: tally.ignored })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, Row as _, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn rows_are_taken_in_order_and_once_and_bad_ones_are_kept_with_a_reason() {
        const EVENT: &str =
            r#"{"id":"e1","sport_key":"s","commence_time":5,"home_team":"A","away_team":"B","bookmakers":[]}"#;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let store = crate::store::open(&format!("sqlite://{}", path.display())).await.unwrap();
        let (sender, mut batches) = mpsc::channel(16);
        let inbox = Inbox::new(sender, None);
        // Another process.
        let mut other = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        for event in [EVENT, "nonsense", &EVENT.replace("e1", "e2"), "[7]"] {
            sqlx::query("INSERT INTO odds_inbox (event) VALUES (?1)").bind(event).execute(&mut other).await.unwrap();
        }
        inbox.look(&*store).await;
        let mut taken = Vec::new();
        while let Ok(batch) = batches.try_recv() {
            taken.extend(batch.events.into_iter().filter_map(|event| match event {
                Event::Odds(odds) => Some(odds.event.to_string()),
                _ => None,
            }));
        }
        assert_eq!(taken, ["e1", "e2"]);
        inbox.look(&*store).await;
        assert!(batches.try_recv().is_err(), "nothing is taken twice");
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM odds_inbox").fetch_one(&mut other).await.unwrap();
        assert_eq!(left, 0);
        let rejected = sqlx::query("SELECT event, reason, inserted_ms FROM odds_inbox_rejected ORDER BY id");
        let rejected = rejected.fetch_all(&mut other).await.unwrap();
        let shown: Vec<(String, String)> = rejected.iter().map(|row| (row.get("event"), row.get("reason"))).collect();
        assert_eq!(shown[0], ("nonsense".into(), "send an event or a list of events as JSON".into()));
        assert!(shown.len() == 2 && shown[1].1.starts_with("nothing in it can be read"), "{shown:?}");
        assert!(rejected[0].get::<i64, _>("inserted_ms") > 1_700_000_000_000);
    }

    #[tokio::test]
    async fn rows_that_nobody_takes_stay() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let store = crate::store::open(&url).await.unwrap();
        let (sender, batches) = mpsc::channel(1);
        drop(batches);
        let mut other = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query("INSERT INTO odds_inbox (event) VALUES ('{\"pool\":[{\"market\":\"m\",\"stakes\":{}}]}')")
            .execute(&mut other)
            .await
            .unwrap();
        Inbox::new(sender, None).look(&*store).await;
        assert_eq!(store.inbox(9).await.unwrap().len(), 1);
    }
}
