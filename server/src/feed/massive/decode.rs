//! The task between the queue of frames and whoever takes the events.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::SharedDelay;
use crate::domain::darkpool::Event;
use crate::feed::decoding::{Decoding, time_of};
use crate::feed::queue::Outlet;
use crate::feed::{Batch, Source};

/// Frames decoded in one go: few enough to hand on at once, many enough to be worth a message.
const FRAMES: usize = 32;

/// Runs until the intake is gone, or nobody takes the events.
pub(super) async fn run(
    mut frames: Outlet<Utf8Bytes>,
    source: Arc<Source>,
    delay: SharedDelay,
    sender: mpsc::Sender<Batch<Event>>,
) {
    let mut decoding = Decoding::new(source);
    let mut expected = 0;
    loop {
        let taken = frames.take(FRAMES).await;
        let Some(first) = taken.first() else { return };
        let received = first.received;
        let mut events = Vec::with_capacity(expected);
        for frame in &taken {
            decoding.decode(&frame.text, &mut events);
        }
        expected = events.len();
        let Some(newest) = events.iter().map(time_of).max() else { continue };
        delay.with(|meter| meter.handle_events(received, newest));
        if sender.send(Batch { received, events }).await.is_err() {
            return;
        }
    }
}
