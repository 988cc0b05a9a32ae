//! One WebSocket: reads what comes, sends the next frame when the last one was taken.
//!
//! Nothing is queued: the conversation is asked for a frame only when the socket can take one, so
//! a slow reader costs one frame, however slow it is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use shared::stream::Topic;
use shared::wire::{CloseCode, MESSAGE_BYTES};
use std::collections::BTreeMap;
use tokio::sync::Notify;

use super::wire::Peer;
use super::{Present, Shared};
use crate::hub::Follow;
use crate::observe::Transport;
use crate::session::{Around, Ask, Conversation, Outgoing};

/// How often a socket that takes nothing is looked at.
const PROGRESS_CHECK: Duration = Duration::from_secs(1);
/// How long a client may take to answer a close.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Sets an upgrade's buffers and limits.
pub trait WebSocketLimits {
    /// Small buffers: a frame is written when it is made, and messages of clients are short.
    #[must_use]
    fn limited(self) -> Self;
}

impl WebSocketLimits for WebSocketUpgrade {
    fn limited(self) -> WebSocketUpgrade {
        // A little more than is allowed is read, so that the refusal can be a sentence.
        self.read_buffer_size(4 * 1024)
            .write_buffer_size(0)
            .max_message_size(4 * MESSAGE_BYTES)
            .max_frame_size(4 * MESSAGE_BYTES)
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client left.
    Left,
    /// The server closes.
    Closed(CloseCode),
}

/// Serves one client until it leaves or has to.
pub async fn serve<C: Conversation>(
    socket: WebSocket,
    mut conversation: C,
    present: Present,
    peer: Peer,
    transport: Transport,
    shared: Arc<Shared>,
) {
    shared.metrics.opened(transport);
    let (sink, stream) = socket.split();
    let wake = Arc::new(Notify::new());
    let mut client = Client { sink, stream, wake, follows: BTreeMap::new(), peer, transport, shared: shared.clone() };
    tracing::debug!(client = present.name, clients = shared.clients(), "connected");
    let end = client.run(&mut conversation, &present).await;
    let reason = match end {
        End::Left => "left",
        End::Closed(code) => {
            client.close(code).await;
            code.label()
        }
    };
    shared.metrics.closed(transport, reason);
    tracing::debug!(client = present.name, reason, "disconnected");
}

struct Client {
    sink: SplitSink<WebSocket, Message>,
    stream: SplitStream<WebSocket>,
    wake: Arc<Notify>,
    follows: BTreeMap<Topic, Follow>,
    peer: Peer,
    transport: Transport,
    shared: Arc<Shared>,
}

impl Client {
    async fn run<C: Conversation>(&mut self, conversation: &mut C, present: &Present) -> End {
        let mut stop = self.shared.drain.stop.clone();
        let mut draining = false;
        loop {
            if let Some(end) = self.send_all(conversation).await {
                return end;
            }
            if let Some(code) = conversation.poll_close() {
                return End::Closed(code);
            }
            let timeout = conversation.poll_timeout().map(|at| at - self.shared.now());
            tokio::select! {
                message = self.stream.next() => {
                    if let Some(end) = self.take(message, conversation) {
                        return end;
                    }
                    self.answer_asks(conversation).await;
                }
                () = self.wake.notified() => {}
                () = sleep(timeout) => conversation.handle_timeout(self.shared.now()),
                changed = stop.changed(), if !draining => {
                    draining = true;
                    if changed.is_ok() {
                        conversation.handle_drain(self.shared.retry_ms(present.number));
                    }
                }
            }
        }
    }

    /// Sends until there is nothing to send, reading meanwhile.
    async fn send_all<C: Conversation>(&mut self, conversation: &mut C) -> Option<End> {
        loop {
            self.answer_asks(conversation).await;
            let shared = self.shared.clone();
            let sources = || shared.sources.states();
            let around =
                Around { topics: &*shared.hub, wall: shared.wall(), clients: shared.clients(), sources: &sources };
            let Outgoing { frame, told } = conversation.poll_frame(shared.now(), &around)?;
            let bytes = frame.len();
            let text = Utf8Bytes::try_from(frame.bytes()).ok()?;
            if let Some(end) = self.send(Message::Text(text), conversation).await {
                return Some(end);
            }
            shared.metrics.delivered(self.transport, bytes, told);
        }
    }

    /// Sends one message, however long the client takes, as long as it takes something.
    async fn send<C: Conversation>(&mut self, message: Message, conversation: &mut C) -> Option<End> {
        let Client { sink, stream, peer, shared, .. } = self;
        let sending = sink.send(message);
        tokio::pin!(sending);
        let mut written = peer.traffic.written();
        let mut progress = shared.now();
        loop {
            tokio::select! {
                biased;
                sent = &mut sending => return sent.err().map(|_| End::Left),
                message = stream.next() => {
                    if let Some(end) = take(message, conversation, shared) {
                        return Some(end);
                    }
                    if let Some(code) = conversation.poll_close().filter(|c| *c == CloseCode::Rate) {
                        return Some(End::Closed(code));
                    }
                }
                () = tokio::time::sleep(PROGRESS_CHECK) => {
                    let now = shared.now();
                    if peer.traffic.written() != written {
                        (written, progress) = (peer.traffic.written(), now);
                    } else if now - progress >= shared.progress_timeout {
                        return Some(End::Closed(CloseCode::NoProgress));
                    }
                }
            }
        }
    }

    fn take<C: Conversation>(
        &self,
        message: Option<Result<Message, axum::Error>>,
        conversation: &mut C,
    ) -> Option<End> {
        take(message, conversation, &self.shared)
    }

    /// Makes topics available that the client asked for.
    async fn answer_asks<C: Conversation>(&mut self, conversation: &mut C) {
        while let Some(ask) = conversation.poll_ask() {
            match ask {
                Ask::Drop(topics) => topics.iter().for_each(|topic| {
                    self.follows.remove(topic);
                }),
                Ask::Open(wanted) => {
                    let mut outcomes = Vec::with_capacity(wanted.topics.len());
                    for asked in &wanted.topics {
                        outcomes.push(self.shared.hub.open(&asked.topic).await);
                        if !self.follows.contains_key(&asked.topic)
                            && let Some(follow) = self.shared.hub.follow(&asked.topic, &self.wake)
                        {
                            self.follows.insert(asked.topic.clone(), follow);
                        }
                    }
                    conversation.handle_opened(self.shared.now(), &*self.shared.hub, wanted, &outcomes);
                }
            }
        }
    }

    async fn close(&mut self, code: CloseCode) {
        let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::from_static(code.reason()) };
        let goodbye = async {
            self.sink.send(Message::Close(Some(frame))).await.ok()?;
            while let Some(Ok(_)) = self.stream.next().await {}
            Some(())
        };
        // Whether it heard is up to the client now.
        let _ = tokio::time::timeout(CLOSE_WITHIN, goodbye).await;
    }
}

fn take<C: Conversation>(
    message: Option<Result<Message, axum::Error>>,
    conversation: &mut C,
    shared: &Shared,
) -> Option<End> {
    match message {
        Some(Ok(Message::Text(text))) => {
            conversation.handle_text(shared.now(), shared.wall(), &text);
            None
        }
        Some(Ok(Message::Binary(_))) => Some(End::Closed(CloseCode::Protocol)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
        Some(Ok(Message::Close(_)) | Err(_)) | None => Some(End::Left),
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
