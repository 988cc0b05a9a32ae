//! Writes a provider's frames to a tape as they arrive.
//!
//! A thread of its own does the writing: the feed never waits for the disk, and goes on when the
//! disk is full or gone; whoever asked for the recording is told. What is written is flushed every
//! second, so that a kill loses no more than that.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use shared::units::Timestamp;
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use super::clock::wall_now;
use super::massive::{self, Ended, Settings};
use super::tape::{Packing, TapeWriter};
use super::{Counter, Source};

const FLUSH_EVERY: Duration = Duration::from_secs(1);
/// What may wait for the disk, in bytes; beyond it frames are left out of the tape and counted.
const WAITING_BYTES: usize = 64 << 20;

/// Why there is no recording, or no more of it.
#[derive(Clone, Debug, Error)]
pub enum RecordError {
    /// The file cannot be made. One that exists is not overwritten.
    #[error("cannot record to {}: {source}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// The disk is full, or gone. What was written before can be played.
    #[error("the recording has ended early: {0}")]
    Write(Arc<io::Error>),
    /// The provider refused the key.
    #[error("{0}")]
    Refused(Box<str>),
}

/// What a recording holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Frames on the tape.
    pub frames: u64,
    /// Frames that were left out since the disk was too slow.
    pub left_out: u64,
}

/// Takes frames for a recording. Cheap to clone; the recording ends when the last one is gone.
#[derive(Clone, Debug)]
pub struct Recorder {
    frames: Sender<(Timestamp, Box<str>)>,
    waiting: Arc<AtomicUsize>,
    left_out: Arc<AtomicU64>,
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recording {
    thread: JoinHandle<Result<u64, RecordError>>,
    left_out: Arc<AtomicU64>,
    failed: watch::Receiver<bool>,
}

/// Begins a tape at `path`; how it is packed is told by its name: `.gz`, `.zst` or plain.
///
/// # Errors
/// When the file exists, or cannot be made.
pub fn create(path: &Path, provider: &str) -> Result<(Recorder, Recording), RecordError> {
    let failed = |source: io::Error| RecordError::Create { path: path.to_owned(), source: Arc::new(source) };
    let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    begin(Box::new(file), Packing::of(path), provider).map_err(failed)
}

fn begin(out: Box<dyn Write + Send>, packing: Packing, provider: &str) -> io::Result<(Recorder, Recording)> {
    let tape = TapeWriter::new(out, packing, provider, wall_now())?;
    let (sender, frames) = channel();
    let (failing, failed) = watch::channel(false);
    let (waiting, left_out) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
    let counter = waiting.clone();
    let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
        write(tape, &frames, &counter).map_err(|error| {
            tracing::error!(%error, "the recording has ended early; the feed goes on");
            failing.send_replace(true);
            RecordError::Write(Arc::new(error))
        })
    })?;
    let recorder = Recorder { frames: sender, waiting, left_out: left_out.clone() };
    Ok((recorder, Recording { thread, left_out, failed }))
}

/// The thread: until the recorders are gone or the disk refuses.
fn write(mut tape: TapeWriter, frames: &Receiver<(Timestamp, Box<str>)>, waiting: &AtomicUsize) -> io::Result<u64> {
    let mut written = 0;
    let mut flushed = Instant::now();
    let mut fresh = false;
    loop {
        match frames.recv_timeout(FLUSH_EVERY.saturating_sub(flushed.elapsed())) {
            Ok((received, frame)) => {
                waiting.fetch_sub(frame.len(), Ordering::Relaxed);
                tape.write(received, &frame)?;
                (written, fresh) = (written + 1, true);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if flushed.elapsed() >= FLUSH_EVERY {
            if std::mem::take(&mut fresh) {
                tape.flush()?;
            }
            flushed = Instant::now();
        }
    }
    tape.finish()?;
    Ok(written)
}

impl Recorder {
    /// Adds a frame. Never waits; a recording that has failed takes nothing more.
    pub fn record(&self, received: Timestamp, frame: &str) {
        if self.waiting.fetch_add(frame.len(), Ordering::Relaxed) > WAITING_BYTES {
            self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if self.frames.send((received, frame.into())).is_err() {
            self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        }
    }
}

impl Recording {
    /// Waits until the disk refuses; for ever if it does not.
    pub async fn failed(&self) {
        let mut failed = self.failed.clone();
        let sender_is_gone = failed.wait_for(|failed| *failed).await.is_err();
        if sender_is_gone {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until everything is written and the tape is ended; blocks, so drop every [`Recorder`]
    /// before.
    ///
    /// # Errors
    /// When the disk refused.
    pub fn finish(self) -> Result<Summary, RecordError> {
        let frames = match self.thread.join() {
            Ok(written) => written?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        Ok(Summary { frames, left_out: self.left_out.load(Ordering::Relaxed) })
    }
}

/// Records the stocks feed to `path` until `shutdown` is true: `undercurrent record`.
///
/// # Errors
/// When the file cannot be made, the disk refuses, or the provider refuses the key.
pub async fn run(
    settings: Settings,
    path: &Path,
    source: Arc<Source>,
    shutdown: watch::Receiver<bool>,
) -> Result<Summary, RecordError> {
    let (recorder, recording) = create(path, "massive")?;
    let (sender, mut events) = mpsc::channel(16);
    // Decoded only to be counted.
    let drain = tokio::spawn(async move { while events.recv().await.is_some() {} });
    let ended = tokio::select! {
        ended = massive::run(settings, source.clone(), sender, Some(recorder), shutdown) => Some(ended),
        () = recording.failed() => None,
    };
    drain.abort();
    let summary = tokio::task::spawn_blocking(|| recording.finish());
    let summary = summary.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    tracing::info!(
        frames = summary.frames,
        left_out = summary.left_out,
        events = source.count(Counter::Events),
        "recorded"
    );
    match ended {
        Some(Ended::Refused) => Err(RecordError::Refused(source.detail().0)),
        Some(Ended::Shutdown) | None => Ok(summary),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tape::TapeReader;

    #[test]
    fn frames_come_to_the_tape_and_an_existing_tape_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.ndjson", "a.ndjson.gz", "a.ndjson.zst"] {
            let path = dir.path().join(name);
            let (recorder, recording) = create(&path, "massive").unwrap();
            recorder.record(wall_now(), "[1]");
            recorder.clone().record(wall_now(), "noise");
            drop(recorder);
            assert_eq!(recording.finish().unwrap(), Summary { frames: 2, left_out: 0 });
            let texts: Vec<_> = TapeReader::open(&path).unwrap().map(|frame| frame.unwrap().text).collect();
            assert_eq!(texts, ["[1]", "noise"]);
            let error = create(&path, "massive").unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("exists"), "{error}");
        }
    }

    /// A disk with room for the header only.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_full_disk_ends_the_recording_and_says_so() {
        let (recorder, recording) = begin(Box::new(Full(100)), Packing::Plain, "massive").unwrap();
        let large = "x".repeat(100_000);
        recorder.record(wall_now(), &large);
        recording.failed().await;
        recorder.record(wall_now(), &large);
        drop(recorder);
        let error = recording.finish().unwrap_err().to_string();
        assert!(error.starts_with("the recording has ended early: "), "{error}");
    }

    #[test]
    fn a_disk_that_is_too_slow_leaves_frames_out() {
        let (sender, _frames) = channel();
        let recorder = Recorder { frames: sender, waiting: Arc::default(), left_out: Arc::default() };
        let large = "x".repeat(WAITING_BYTES / 2);
        for _ in 0..5 {
            recorder.record(wall_now(), &large);
        }
        assert_eq!(recorder.left_out.load(Ordering::Relaxed), 2);
    }
}
