//! A reader that takes a kilobyte a second, over a socket with a small buffer, until it is told to
//! hurry. No link: nothing of it ever gives up.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::value::RawValue;
use shared::domain::kind_of;
use shared::stream::{Change, Position, Replica, Topic, Verdict};
use shared::wire::{ClientMsg, SUBPROTOCOL, ServerMsg, Subscribe, SubscribeTopic};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Bytes that are read at a time.
const SIP: usize = 128;
/// How often: 1,024 bytes a second.
const EVERY: Duration = Duration::from_millis(125);
/// What the system may take from the network for it, as little as it allows.
const RECEIVE_BUFFER: u32 = 4 * 1024;

/// What a slow reader has got so far.
#[derive(Clone, Debug, Default)]
pub struct Got {
    /// Snapshots.
    pub snapshots: u32,
    /// Updates.
    pub updates: u32,
    /// Change sets that one of them held, at most.
    pub most_merged: u64,
    /// Updates that did not continue from what was known, or said it again.
    pub misplaced: u32,
    /// How far the topic has come.
    pub position: Option<Position>,
    /// Keys and rows, as text.
    pub rows: Vec<(String, String)>,
    /// Why the connection ended, and after how many seconds.
    pub ended: Option<String>,
}

/// A slow reader of one topic. It leaves when it is dropped.
pub struct SlowReader {
    hurry: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    got: watch::Receiver<Got>,
    reading: JoinHandle<()>,
}

impl SlowReader {
    /// Begins to read.
    #[must_use]
    pub fn start(server: SocketAddr, topic: &Topic) -> SlowReader {
        let (hurry, bytes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (sender, got) = watch::channel(Got::default());
        let (topic, told, taken, began) = (topic.clone(), hurry.clone(), bytes.clone(), Instant::now());
        let reading = tokio::spawn(async move {
            if let Err(error) = read(server, topic, told, taken, &sender).await {
                let after_s = began.elapsed().as_secs();
                sender.send_modify(|got| got.ended = Some(format!("{error:#} after {after_s} s")));
            }
        });
        SlowReader { hurry, bytes, got, reading }
    }

    /// From now on reads as fast as it can.
    pub fn hurry(&self) {
        self.hurry.store(true, Ordering::Relaxed);
    }

    /// How many bytes it has read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// What it has got so far.
    #[must_use]
    pub fn got(&self) -> Got {
        self.got.borrow().clone()
    }

    /// Why it is not connected any more, if it is not.
    #[must_use]
    pub fn ended(&self) -> Option<String> {
        self.got.borrow().ended.clone()
    }
}

impl Drop for SlowReader {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn read(
    server: SocketAddr,
    topic: Topic,
    hurry: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
    sender: &watch::Sender<Got>,
) -> anyhow::Result<()> {
    let class = kind_of(&topic).context("there is such a topic")?.class;
    let mut replica: Replica<Box<RawValue>> = Replica::new(class);
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let stream = Sipping { stream: socket.connect(server).await?, next: Box::pin(sleep(EVERY)), hurry, bytes };
    let mut request = format!("ws://{server}/ws").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    let (mut socket, _) = client_async(request, stream).await?;
    let subscribe = Subscribe { id: 1, topics: vec![SubscribeTopic { topic, since: None, pace_ms: None }] };
    socket.send(Message::text(ClientMsg::Subscribe(subscribe).to_json())).await?;
    while let Some(message) = socket.next().await {
        let text = match message? {
            Message::Text(text) => text,
            Message::Close(close) => bail!("closed: {close:?}"),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
        match ServerMsg::parse(&text)? {
            Some(ServerMsg::Snapshot(snapshot)) => {
                replica.reset(Position { epoch: snapshot.epoch, seq: snapshot.seq }, snapshot.rows);
                sender.send_modify(|got| got.snapshots += 1);
            }
            Some(ServerMsg::Update(update)) => {
                let mut change = Change::new();
                update.del.into_iter().for_each(|key| change.del(key));
                update.set.into_iter().for_each(|(key, row)| change.set(key, row));
                let verdict = replica.update(&update.epoch, update.prev, update.seq, change);
                sender.send_modify(|got| {
                    got.updates += 1;
                    got.most_merged = got.most_merged.max(update.merged);
                    got.misplaced += u32::from(verdict != Verdict::Apply);
                });
            }
            Some(_) | None => {}
        }
        sender.send_modify(|got| {
            got.position = replica.position().cloned();
            got.rows = replica.rows().iter().map(|(key, row)| (key.to_string(), row.get().to_owned())).collect();
        });
    }
    bail!("the socket ended")
}

/// A stream that gives a few bytes at a time.
struct Sipping {
    stream: TcpStream,
    next: Pin<Box<Sleep>>,
    hurry: Arc<AtomicBool>,
    bytes: Arc<AtomicU64>,
}

impl AsyncRead for Sipping {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if self.hurry.load(Ordering::Relaxed) {
            std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        } else {
            std::task::ready!(self.next.as_mut().poll(cx));
            let mut sip = buf.take(SIP);
            std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, &mut sip))?;
            let read = sip.filled().to_vec();
            buf.put_slice(&read);
            let again = self.next.deadline() + EVERY;
            self.next.as_mut().reset(again.max(Instant::now()));
        }
        self.bytes.fetch_add((buf.filled().len() - before) as u64, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Sipping {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
