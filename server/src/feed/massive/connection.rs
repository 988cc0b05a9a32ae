//! The socket: performs what the state machine asks and tells it what happened. No decisions.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use shared::wire::SourceState;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::{Ended, Settings, SharedDelay};
use crate::domain::darkpool::feed::{Action, Health, MassiveFeed, auth_text};
use crate::feed::clock::{Stopwatch, wall_now};
use crate::feed::queue::{Frame, Intake, Pushed};
use crate::feed::record::Recorder;
use crate::feed::{Counter, Source};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A provider that takes nothing for this long is lost.
const SENT_WITHIN: Duration = Duration::from_secs(10);
/// A close is a courtesy.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);

pub(super) struct Connection {
    settings: Settings,
    source: Arc<Source>,
    intake: Intake<Utf8Bytes>,
    delay: SharedDelay,
    recorder: Option<Recorder>,
    clock: Stopwatch,
    feed: MassiveFeed,
    socket: Option<Socket>,
}

impl Connection {
    pub fn new(
        settings: Settings,
        source: Arc<Source>,
        intake: Intake<Utf8Bytes>,
        delay: SharedDelay,
        recorder: Option<Recorder>,
    ) -> Connection {
        let clock = Stopwatch::start();
        let feed = MassiveFeed::new(&settings.watch, clock.now());
        Connection { settings, source, intake, delay, recorder, clock, feed, socket: None }
    }

    /// Keeps the connection until it stops for good.
    pub async fn drive(&mut self) -> Ended {
        let mut wake = pin!(sleep_until(Instant::now()));
        loop {
            while let Some(action) = self.feed.poll_action(self.clock.now()) {
                self.perform(action).await;
            }
            self.feed.handle_delay(self.delay.with(|meter| {
                meter.handle_queue(self.intake.waiting());
                meter.delay(self.clock.now())
            }));
            self.publish();
            if self.feed.is_stopped() {
                return Ended::Refused;
            }
            let wake_at = self.feed.wake_at().map(|moment| self.clock.instant(moment));
            // Setting a timer costs more than reading a frame, and it rarely changes.
            if let Some(at) = wake_at.filter(|at| *at != wake.deadline()) {
                wake.as_mut().reset(at);
            }
            tokio::select! {
                read = next(&mut self.socket) => match self.handle_read(read).await {
                    Pushed::Closed => return Ended::Shutdown,
                    Pushed::Queued | Pushed::Full => {}
                },
                () = &mut wake, if wake_at.is_some() => {
                    self.feed.handle_timeout(self.clock.now());
                    // A timer that has fired stays fired.
                    wake.as_mut().reset(Instant::now() + Duration::from_millis(1));
                }
            }
        }
    }

    /// Ends the connection, if there is one.
    pub async fn close(&mut self, why: &str) {
        if let Some(mut socket) = self.socket.take() {
            let _ = timeout(CLOSED_WITHIN, socket.close(None)).await;
        }
        self.source.set(SourceState::Down, why, wall_now());
    }

    async fn perform(&mut self, action: Action) {
        match action {
            Action::Connect => self.connect().await,
            Action::Authenticate => self.send(Message::text(auth_text(self.settings.key.reveal()))).await,
            Action::Send(text) => self.send(Message::text(String::from(text))).await,
            Action::Ping => self.send(Message::Ping(Vec::new().into())).await,
            Action::Close => {
                if let Some(mut socket) = self.socket.take() {
                    let _ = timeout(CLOSED_WITHIN, socket.close(None)).await;
                }
                self.closed("closed");
            }
        }
    }

    async fn connect(&mut self) {
        self.publish();
        tracing::debug!(url = %self.settings.url, "connecting");
        let config = WebSocketConfig::default();
        let opening = connect_async_with_config(self.settings.url.uri(), Some(config), true);
        let patience = self.feed.wake_at().map_or_else(Instant::now, |moment| self.clock.instant(moment));
        match timeout_at(patience, opening).await {
            Ok(Ok((socket, _))) => {
                self.source.add(Counter::Connects, 1);
                self.socket = Some(socket);
                self.feed.handle_open(self.clock.now());
            }
            Ok(Err(error)) => self.closed(&format!("cannot connect: {error}")),
            Err(_) => self.feed.handle_timeout(self.clock.now()),
        }
    }

    async fn send(&mut self, message: Message) {
        let Some(socket) = &mut self.socket else { return };
        match timeout(SENT_WITHIN, socket.send(message)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.closed(&format!("cannot send: {error}")),
            Err(_) => self.closed("the provider takes nothing"),
        }
    }

    async fn handle_read(&mut self, read: Option<Result<Message, Error>>) -> Pushed {
        match read {
            Some(Ok(Message::Text(text))) => return self.handle_text(text),
            Some(Ok(Message::Binary(bytes))) => {
                self.source.add(Counter::Frames, 1);
                self.source.add(Counter::Bytes, bytes.len() as u64);
                self.source.add(Counter::Garbage, 1);
                self.feed.handle_sign_of_life(self.clock.now());
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                self.feed.handle_sign_of_life(self.clock.now());
            }
            Some(Ok(Message::Close(frame))) => {
                if let Some(socket) = &mut self.socket {
                    let _ = timeout(CLOSED_WITHIN, socket.flush()).await;
                }
                let reason = frame.map(|frame| format!(": {} {}", frame.code, frame.reason)).unwrap_or_default();
                self.closed(&format!("the provider closed the connection{}", reason.trim_end()));
            }
            Some(Err(error)) => self.closed(&format!("connection lost: {error}")),
            None => self.closed("connection lost"),
        }
        Pushed::Queued
    }

    fn handle_text(&mut self, text: Utf8Bytes) -> Pushed {
        let received = wall_now();
        self.source.add(Counter::Frames, 1);
        self.source.add(Counter::Bytes, text.len() as u64);
        if let Some(recorder) = &self.recorder {
            recorder.record(received, &text);
        }
        let now = self.clock.now();
        self.feed.handle_frame(now, &text);
        let pushed = self.intake.push(Frame { received, text });
        if pushed == Pushed::Full {
            self.source.add(Counter::Dropped, 1);
            self.delay.with(|meter| meter.handle_drop(now));
        }
        pushed
    }

    fn closed(&mut self, why: &str) {
        self.socket = None;
        let why = self.settings.key.redact(why);
        tracing::debug!(why, "the connection has ended");
        self.feed.handle_closed(self.clock.now(), &why, random());
    }

    /// Tells the source how it is doing, and the log what a person would notice.
    fn publish(&mut self) {
        let Some(Health { state, message }) = self.feed.poll_health() else { return };
        let message = self.settings.key.redact(&message);
        let before = self.source.state();
        self.source.set(state, &message, wall_now());
        let word = state.as_str();
        match state {
            SourceState::Down if self.feed.is_stopped() => tracing::error!(state = word, "{message}"),
            SourceState::Down if self.feed.is_waiting() => tracing::warn!(state = word, "{message}"),
            SourceState::Down => tracing::debug!(state = word, "{message}"),
            SourceState::Lagging | SourceState::Stale => tracing::warn!(state = word, "{message}"),
            SourceState::Live if !message.is_empty() => tracing::warn!(state = word, "{message}"),
            SourceState::Live => tracing::info!(state = word, before = before.as_str(), "following the market"),
        }
    }
}

/// What the socket says next; waits for ever when there is none.
async fn next(socket: &mut Option<Socket>) -> Option<Result<Message, Error>> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

/// Any number: the standard library seeds its hash maps from the system's source of chance.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
