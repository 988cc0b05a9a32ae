//! The driver of the stocks feed: one connection, whatever the number of tickers and readers.
//!
//! Two tasks. One holds the socket, does what [`MassiveFeed`](crate::domain::darkpool::feed::MassiveFeed)
//! says and puts frames into a queue; the other decodes them and hands batches on, with the
//! receiver's back-pressure. So reading never waits for processing, and the provider has no slow
//! consumer to cut off.

mod connection;
mod decode;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tracing::Instrument;

use super::queue::queue;
use super::record::Recorder;
use super::{Batch, Endpoint, Secret, Source, asked_to_stop};
use crate::domain::darkpool::Event;
use crate::domain::darkpool::feed::{DelayMeter, Watch};
use connection::Connection;

/// How much may wait to be decoded, in bytes: seconds of a whole market at its busiest.
const QUEUE_BYTES: usize = 64 << 20;

/// How long the decoder may take to finish when the connection has ended.
const FINISHED_WITHIN: Duration = Duration::from_secs(2);

/// What the feed needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the provider listens.
    pub url: Endpoint,
    /// The operator's key.
    pub key: Secret,
    /// Which tickers.
    pub watch: Watch,
}

/// Why [`run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to stop, or nobody takes the events any more.
    Shutdown,
    /// The provider refused the key; the source says so. Trying again is useless.
    Refused,
}

/// Follows the market until `shutdown` is true (or its sender is gone).
///
/// How it is doing is told to `source`; events go to `events` in the provider's order, frames as
/// they were read to `recorder`. It survives everything a provider does; it comes back early only
/// when the key is refused, and then drops `events`: its receiver must not take that for the end of
/// the server.
pub async fn run(
    settings: Settings,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    recorder: Option<Recorder>,
    mut shutdown: watch::Receiver<bool>,
) -> Ended {
    let span = tracing::info_span!("feed", name = source.name());
    async {
        let (intake, outlet) = queue(QUEUE_BYTES);
        let delay = SharedDelay::default();
        let mut decoding = tokio::spawn(decode::run(outlet, source.clone(), delay.clone(), events).in_current_span());
        let mut connection = Connection::new(settings, source, intake, delay, recorder);
        let ended = tokio::select! {
            ended = connection.drive() => ended,
            () = asked_to_stop(&mut shutdown) => {
                connection.close("the server is stopping").await;
                Ended::Shutdown
            }
        };
        // What was read is still decoded, unless whoever takes the events is stuck.
        drop(connection);
        if tokio::time::timeout(FINISHED_WITHIN, &mut decoding).await.is_err() {
            decoding.abort();
        }
        ended
    }
    .instrument(span)
    .await
}

/// The delay meter, which both tasks feed.
#[derive(Clone, Debug, Default)]
struct SharedDelay(Arc<Mutex<DelayMeter>>);

impl SharedDelay {
    fn with<R>(&self, f: impl FnOnce(&mut DelayMeter) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
