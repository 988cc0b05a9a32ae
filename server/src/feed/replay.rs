//! Plays a tape as if it were the provider.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use shared::wire::SourceState;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::clock::wall_now;
use super::decoding::{Decoding, time_of};
use super::tape::{TapeError, TapeFrame, TapeReader};
use super::{Batch, Counter, Source, asked_to_stop};
use crate::domain::darkpool::Event;

/// How fast a tape is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as the events are taken. Nothing is dropped.
    Unbounded,
    /// So many times as fast as it was recorded.
    Times(f64),
}

/// The text is no speed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a speed is a number above 0: 1 is real time; 0 is as fast as it goes")]
pub struct SpeedError;

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Speed, SpeedError> {
        match text.parse::<f64>() {
            Ok(0.0) => Ok(Speed::Unbounded),
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
            Ok(_) | Err(_) => Err(SpeedError),
        }
    }
}

/// How a replay came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The tape is played.
    Finished,
    /// It was asked to stop, or nobody takes the events any more.
    Shutdown,
}

/// Events that are gathered into one batch when nothing is awaited.
const BATCH: usize = 512;
/// Frames that are read ahead.
const AHEAD: usize = 256;

/// Plays the tape at `path` through the provider's decoder until it ends or `shutdown` is true.
///
/// Frames keep their distances in time, divided by `speed`. The receiver's back-pressure holds: a
/// slow receiver slows the tape. Bad lines are counted as garbage, logged and passed over.
///
/// # Errors
/// When the tape cannot be opened, is of another version, or of another provider.
pub async fn run(
    path: &Path,
    speed: Speed,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    mut shutdown: watch::Receiver<bool>,
) -> Result<Ended, TapeError> {
    let opened = path.to_owned();
    let tape = tokio::task::spawn_blocking(move || TapeReader::open(&opened));
    let tape = tape.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
    if let Some(header) = tape.header().filter(|header| &*header.provider != "massive") {
        return Err(TapeError::Provider(header.provider.clone()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let pace = match speed {
        Speed::Unbounded => "as fast as it goes".to_owned(),
        Speed::Times(times) => format!("{times} times as fast as it was"),
    };
    source.set(SourceState::Live, &format!("replay of {name}, {pace}"), wall_now());
    let mut player = Player::new(speed, source.clone(), events);
    let ended = tokio::select! {
        ended = player.play(read_ahead(tape)) => ended,
        () = asked_to_stop(&mut shutdown) => Ended::Shutdown,
    };
    match ended {
        Ended::Finished => source.set(SourceState::Live, &player.report(&name), wall_now()),
        Ended::Shutdown => source.set(SourceState::Down, "the server is stopping", wall_now()),
    }
    tracing::info!(source = source.name(), "{}", source.detail().0);
    Ok(ended)
}

/// Reads the tape in a thread: files and decompressors block.
fn read_ahead(tape: TapeReader) -> mpsc::Receiver<Result<TapeFrame, TapeError>> {
    let (sender, frames) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        for frame in tape {
            if sender.blocking_send(frame).is_err() {
                return;
            }
        }
    });
    frames
}

struct Player {
    decoding: Decoding,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    timeline: Timeline,
    batch: Vec<Event>,
    bad_lines: u64,
    cut_off: Option<TapeError>,
}

impl Player {
    /// Bad lines that are logged one by one.
    const LOGGED: u64 = 10;

    fn new(speed: Speed, source: Arc<Source>, events: mpsc::Sender<Batch<Event>>) -> Player {
        let timeline = Timeline { speed, start: Instant::now(), first_ms: None };
        let decoding = Decoding::new(source.clone());
        Player { decoding, source, events, timeline, batch: Vec::new(), bad_lines: 0, cut_off: None }
    }

    async fn play(&mut self, mut frames: mpsc::Receiver<Result<TapeFrame, TapeError>>) -> Ended {
        while let Some(frame) = frames.recv().await {
            match frame {
                Ok(frame) => {
                    if self.handle_frame(&frame).await == Ended::Shutdown {
                        return Ended::Shutdown;
                    }
                }
                Err(error) => self.handle_error(error),
            }
            // Nothing waits for more to come.
            if (self.batch.len() >= BATCH || frames.is_empty()) && self.send().await == Ended::Shutdown {
                return Ended::Shutdown;
            }
        }
        self.send().await
    }

    async fn handle_frame(&mut self, frame: &TapeFrame) -> Ended {
        self.source.add(Counter::Frames, 1);
        self.source.add(Counter::Bytes, frame.text.len() as u64);
        let mut fresh = Vec::new();
        self.decoding.decode(&frame.text, &mut fresh);
        let own_ms = || fresh.first().and_then(|event| u64::try_from(time_of(event).ms()).ok());
        if let Some(due) = frame.at_ms.or_else(own_ms).and_then(|at_ms| self.timeline.due(at_ms))
            && due > Instant::now()
        {
            if self.send().await == Ended::Shutdown {
                return Ended::Shutdown;
            }
            sleep_until(due).await;
        }
        self.batch.append(&mut fresh);
        Ended::Finished
    }

    fn handle_error(&mut self, error: TapeError) {
        if let TapeError::Line { .. } = error {
            self.source.add(Counter::Garbage, 1);
            self.bad_lines += 1;
            if self.bad_lines <= Player::LOGGED {
                tracing::warn!(%error, "a line of the tape is left out");
            }
        } else {
            self.cut_off = Some(error);
        }
    }

    /// Hands on what is gathered.
    async fn send(&mut self) -> Ended {
        if self.batch.is_empty() {
            return Ended::Finished;
        }
        let batch = Batch { received: wall_now(), events: std::mem::take(&mut self.batch) };
        if self.events.send(batch).await.is_ok() { Ended::Finished } else { Ended::Shutdown }
    }

    fn report(&self, name: &str) -> String {
        let (frames, events) = (self.source.count(Counter::Frames), self.source.count(Counter::Events));
        let mut report = format!("replay of {name} finished: {frames} frames, {events} events");
        if self.bad_lines > 0 {
            report += &format!(", {} bad lines left out", self.bad_lines);
        }
        if let Some(error) = &self.cut_off {
            report += &format!("; the tape ends early at {error}");
        }
        report
    }
}

/// Where in time the tape is.
struct Timeline {
    speed: Speed,
    start: Instant,
    first_ms: Option<u64>,
}

impl Timeline {
    /// When to play what was recorded at `at_ms`; `None`: at once.
    fn due(&mut self, at_ms: u64) -> Option<Instant> {
        let Speed::Times(times) = self.speed else { return None };
        let since_first = at_ms.saturating_sub(*self.first_ms.get_or_insert(at_ms));
        let wait = Duration::try_from_secs_f64(Duration::from_millis(since_first).as_secs_f64() / times).ok()?;
        self.start.checked_add(wait)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use shared::units::Timestamp;

    use super::*;

    fn frame(t: u64) -> String {
        format!(r#"[{{"ev":"Q","sym":"IBM","bp":1,"ap":2,"t":{t}}}]"#)
    }

    struct Played {
        ended: Ended,
        batches: Vec<(Duration, Vec<i64>)>,
        source: Arc<Source>,
    }

    /// Plays with the clock of the test, which goes on when everybody waits.
    async fn play(tape: &str, speed: Speed) -> Result<Played, TapeError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(tape.as_bytes()).unwrap();
        let source = Source::new("replay", Timestamp::from_ms(0));
        let (sender, mut events) = mpsc::channel::<Batch<Event>>(1);
        let (_stop, shutdown) = watch::channel(false);
        let start = Instant::now();
        let taking = tokio::spawn(async move {
            let mut batches = Vec::new();
            while let Some(batch) = events.recv().await {
                batches.push((start.elapsed(), batch.events.iter().map(|event| time_of(event).ms()).collect()));
            }
            batches
        });
        let ended = run(file.path(), speed, source.clone(), sender, shutdown).await?;
        Ok(Played { ended, batches: taking.await.unwrap(), source })
    }

    #[tokio::test(start_paused = true)]
    async fn frames_keep_their_distances_divided_by_the_speed() {
        let own = [frame(50_000), frame(50_000), frame(52_000), frame(60_000)].join("\n");
        let entries: Vec<_> = [5, 5, 2_005, 10_005].map(|at| format!(r#"{{"at_ms":{at},"in":{}}}"#, frame(at))).into();
        let headed = format!("{{\"tape\":1,\"provider\":\"massive\"}}\n{}", entries.join("\n"));
        for tape in [own, headed] {
            let played = play(&tape, Speed::Times(2.0)).await.unwrap();
            let mut times: Vec<_> = played.batches.iter().map(|(at, _)| at.as_millis()).collect();
            times.dedup();
            assert_eq!(times, [0, 1_000, 5_000]);
            assert_eq!(played.source.count(Counter::Events), 4);
        }
    }

    #[tokio::test]
    async fn as_fast_as_it_goes_drops_nothing_and_keeps_the_order() {
        let times: Vec<i64> = (1..5_000).map(|n| n * 60_000).collect();
        let tape: Vec<_> = times.iter().map(|t| frame(t.unsigned_abs())).collect();
        let played = play(&tape.join("\n"), Speed::Unbounded).await.unwrap();
        assert_eq!(played.ended, Ended::Finished);
        let batches: Vec<_> = played.batches.into_iter().flat_map(|(_, times)| times).collect();
        assert_eq!(batches, times);
        assert_eq!(played.source.state(), SourceState::Live);
        assert!(played.source.detail().0.ends_with("finished: 4999 frames, 4999 events"));
    }

    #[tokio::test]
    async fn bad_lines_are_counted_and_another_provider_is_refused() {
        let tape = format!("{}\nnonsense\n{}\n[{{\"ev\":\"T\"}}]\n", frame(5), frame(6));
        let played = play(&tape, Speed::Unbounded).await.unwrap();
        assert_eq!((played.source.count(Counter::Garbage), played.source.count(Counter::Events)), (2, 2));
        assert!(played.source.detail().0.contains("1 bad lines left out"));
        let Err(error) = play("{\"tape\":1,\"provider\":\"odds\"}\n", Speed::Unbounded).await else { panic!() };
        assert_eq!(error.to_string(), "a tape of the provider \"odds\", which cannot be played here");
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_when_asked_or_when_nobody_listens() {
        let tape = [frame(1), frame(86_400_000)].join("\n");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(tape.as_bytes()).unwrap();
        let source = Source::new("replay", Timestamp::from_ms(0));
        let (sender, mut events) = mpsc::channel(1);
        let (stop, shutdown) = watch::channel(false);
        let (path, of) = (file.path().to_owned(), source.clone());
        let playing = tokio::spawn(async move { run(&path, Speed::Times(1.0), of, sender, shutdown).await });
        events.recv().await.unwrap();
        stop.send(true).unwrap();
        assert_eq!(playing.await.unwrap().unwrap(), Ended::Shutdown);

        let (sender, events) = mpsc::channel(1);
        let (_stop, shutdown) = watch::channel(false);
        drop(events);
        assert_eq!(run(file.path(), Speed::Unbounded, source, sender, shutdown).await.unwrap(), Ended::Shutdown);
    }

    #[test]
    fn a_speed_is_a_number() {
        assert_eq!("0".parse(), Ok(Speed::Unbounded));
        assert_eq!("2.5".parse(), Ok(Speed::Times(2.5)));
        for bad in ["", "-1", "NaN", "inf", "fast"] {
            assert_eq!(bad.parse::<Speed>(), Err(SpeedError), "{bad}");
        }
    }
}
