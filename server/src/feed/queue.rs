//! Frames on their way from the socket to the decoder: a queue that is bounded in bytes.
//!
//! The socket never waits for the decoder. When too much waits, whole frames are refused and the
//! caller counts them: a delayed market is worse than a gap that is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::units::Timestamp;
use tokio::sync::mpsc;

/// A text frame as it was read.
#[derive(Debug)]
pub(super) struct Frame<T> {
    pub received: Timestamp,
    pub text: T,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits.
    Queued,
    /// Too much waits already.
    Full,
    /// Nobody takes frames any more.
    Closed,
}

#[derive(Debug)]
pub(super) struct Intake<T> {
    frames: mpsc::UnboundedSender<Frame<T>>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
}

#[derive(Debug)]
pub(super) struct Outlet<T> {
    frames: mpsc::UnboundedReceiver<Frame<T>>,
    waiting: Arc<AtomicUsize>,
}

/// A queue for up to `limit` bytes.
pub(super) fn queue<T: AsRef<[u8]>>(limit: usize) -> (Intake<T>, Outlet<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    (Intake { frames: sender, waiting: waiting.clone(), limit }, Outlet { frames: receiver, waiting })
}

/// What a frame takes up: its text and its place in the queue.
fn weight<T: AsRef<[u8]>>(frame: &Frame<T>) -> usize {
    frame.text.as_ref().len() + size_of::<Frame<T>>()
}

impl<T: AsRef<[u8]>> Intake<T> {
    pub fn push(&self, frame: Frame<T>) -> Pushed {
        let weight = weight(&frame);
        // There is one intake, so nobody else adds between the look and the addition.
        if self.waiting() + weight > self.limit {
            return if self.frames.is_closed() { Pushed::Closed } else { Pushed::Full };
        }
        self.waiting.fetch_add(weight, Ordering::Relaxed);
        if self.frames.send(frame).is_ok() { Pushed::Queued } else { Pushed::Closed }
    }

    /// Bytes that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl<T: AsRef<[u8]>> Outlet<T> {
    /// Waits for a frame and takes up to `most` that are there; none when the intake is gone.
    pub async fn take(&mut self, most: usize) -> Vec<Frame<T>> {
        let mut taken = Vec::new();
        self.frames.recv_many(&mut taken, most).await;
        self.waiting.fetch_sub(taken.iter().map(weight).sum(), Ordering::Relaxed);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Frame<String> {
        Frame { received: Timestamp::from_ms(0), text: text.to_owned() }
    }

    #[tokio::test]
    async fn frames_beyond_the_bound_are_refused_until_some_are_taken() {
        let (intake, mut outlet) = queue(2 * weight(&frame("123")));
        assert_eq!([intake.push(frame("123")), intake.push(frame("1234"))], [Pushed::Queued, Pushed::Full]);
        assert_eq!([intake.push(frame("123")), intake.push(frame(""))], [Pushed::Queued, Pushed::Full]);
        assert_eq!(outlet.take(1).await.len(), 1);
        assert_eq!(intake.push(frame("")), Pushed::Queued);
        assert_eq!(outlet.take(9).await.len(), 2);
        assert_eq!(intake.waiting(), 0);
        drop(outlet);
        assert_eq!(intake.push(frame("")), Pushed::Closed);
    }
}
