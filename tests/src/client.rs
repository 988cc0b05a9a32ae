//! A client of the v1 protocol over real sockets: [`shared::link`] and a driver without decisions,
//! as the dashboard has one.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::value::RawValue;
use shared::link::{Config, Effect, Link, PollOutcome};
use shared::units::{Moment, Timestamp};
use shared::wire::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::http::{Request, Response};
use crate::replicas::Replicas;
use crate::wait::PATIENCE;

/// A WebSocket over a plain socket.
pub type Socket = WebSocketStream<TcpStream>;

/// The close code of a connection that ended without one.
const BROKEN: u16 = 1006;

/// Opens a WebSocket at `/ws`, with a subprotocol and other headers.
///
/// # Errors
/// The server refused; the error holds its answer.
pub async fn connect(
    server: SocketAddr,
    protocol: Option<&'static str>,
    headers: &[(&'static str, &str)],
) -> anyhow::Result<Socket> {
    connect_at(server, "/ws", protocol, headers).await
}

/// The same at another path, which may have a query.
///
/// # Errors
/// The server refused; the error holds its answer.
pub async fn connect_at(
    server: SocketAddr,
    path: &str,
    protocol: Option<&'static str>,
    headers: &[(&'static str, &str)],
) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{server}{path}").into_client_request()?;
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
    }
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse()?);
    }
    let stream = TcpStream::connect(server).await?;
    Ok(client_async(request, stream).await?.0)
}

/// A client that follows topics. It leaves when it is dropped.
pub struct Client {
    seen: watch::Receiver<Replicas>,
    orders: mpsc::UnboundedSender<Order>,
    driving: JoinHandle<()>,
}

type Order = Box<dyn FnOnce(&mut Link, Moment) + Send>;

impl Client {
    /// Follows topics with the protocol's own waits, without jitter.
    #[must_use]
    pub fn follow(server: SocketAddr, topics: &[&str]) -> Client {
        Client::with(server, topics, Config { jitter_percent: 0, ..Config::default() })
    }

    /// Follows topics with other waits.
    #[must_use]
    pub fn with(server: SocketAddr, topics: &[&str], config: Config) -> Client {
        let mut link = Link::new(config, Moment::default());
        for topic in topics {
            link.follow(topic.parse().expect("a test knows its topics"), None, Moment::default());
        }
        let (orders, ordered) = mpsc::unbounded_channel();
        let (sender, seen) = watch::channel(Replicas::default());
        let driver = Driver {
            server,
            link,
            seen: sender,
            started: Instant::now(),
            socket: None,
            opening: None,
            fetching: None,
            outgoing: Vec::new(),
        };
        Client { seen, orders, driving: tokio::spawn(driver.drive(ordered)) }
    }

    /// What it has seen so far.
    #[must_use]
    pub fn seen(&self) -> Replicas {
        self.seen.borrow().clone()
    }

    /// Tells its link something.
    pub fn tell(&self, order: impl FnOnce(&mut Link, Moment) + Send + 'static) {
        // It lives as long as this.
        let _ = self.orders.send(Box::new(order));
    }

    /// Waits until what it has seen satisfies `wanted`.
    ///
    /// # Errors
    /// After [`PATIENCE`], with what it has seen instead.
    pub async fn until(&self, what: &str, wanted: impl FnMut(&Replicas) -> bool) -> anyhow::Result<Replicas> {
        let mut seen = self.seen.clone();
        match timeout(PATIENCE, seen.wait_for(wanted)).await {
            Ok(seen) => Ok(seen?.clone()),
            Err(_) => bail!("waited in vain for {what}; seen: {}", summary(&self.seen())),
        }
    }
}

fn summary(seen: &Replicas) -> String {
    let Replicas { phase, modes, snapshots, updates, duplicates, gaps, connections, refused, closes, .. } = seen;
    format!(
        "{phase:?} after {connections} connections, closed {closes:?}, {snapshots} snapshots, {updates} updates, \
         {duplicates} duplicates, {gaps} gaps, {modes:?}, refused {refused:?}"
    )
}

impl Drop for Client {
    fn drop(&mut self) {
        self.driving.abort();
    }
}

type Pending<T> = Option<Pin<Box<dyn Future<Output = T> + Send>>>;

/// The I/O around a link.
struct Driver {
    server: SocketAddr,
    link: Link,
    seen: watch::Sender<Replicas>,
    started: Instant,
    socket: Option<Socket>,
    opening: Pending<anyhow::Result<Socket>>,
    fetching: Pending<anyhow::Result<Response>>,
    outgoing: Vec<String>,
}

impl Driver {
    fn now(&self) -> Moment {
        Moment::from_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    async fn drive(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            self.pump().await;
            let wait = self.link.poll_timeout().map_or(Duration::MAX, |due| due - self.now());
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => {
                        let now = self.now();
                        order(&mut self.link, now);
                    }
                    None => return,
                },
                opened = pending(&mut self.opening) => self.opened(opened),
                fetched = pending(&mut self.fetching) => self.fetched(&fetched),
                message = next(&mut self.socket) => self.heard(message),
                () = sleep(wait) => self.link.handle_timeout(self.now()),
            }
        }
    }

    /// Carries out what the link wants, and tells what it tells.
    async fn pump(&mut self) {
        while let Some(effect) = self.link.poll_effect() {
            match effect {
                Effect::Connect => {
                    self.socket = None;
                    self.opening = Some(Box::pin(connect(self.server, Some(SUBPROTOCOL), &[])));
                }
                Effect::Close => {
                    self.socket = None;
                    self.opening = None;
                }
                Effect::Send(text) => self.outgoing.push(text),
                Effect::Fetch { query } => {
                    let request = Request::get(format!("/api/v1/poll?{query}"));
                    let server = self.server;
                    self.fetching = Some(Box::pin(async move { request.send(server).await }));
                }
                Effect::AbortFetch => self.fetching = None,
                Effect::Post { text, .. } => unreachable!("a command that nobody gave: {text}"),
            }
        }
        for text in self.outgoing.split_off(0) {
            if let Some(socket) = &mut self.socket {
                // What cannot be sent is followed by a close.
                let _ = socket.send(Message::text(text)).await;
            }
        }
        let mut events = std::iter::from_fn(|| self.link.poll_event()).peekable();
        if events.peek().is_some() {
            self.seen.send_modify(|seen| events.for_each(|event| seen.event(event)));
        }
    }

    fn opened(&mut self, opened: anyhow::Result<Socket>) {
        match opened {
            Ok(socket) => {
                self.socket = Some(socket);
                self.seen.send_modify(|seen| seen.connections += 1);
                self.link.handle_opened(self.now());
            }
            Err(_) => self.link.handle_closed(self.now(), BROKEN, ""),
        }
    }

    fn heard(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Text(text)) => {
                self.seen.send_modify(|seen| seen.frame(&text));
                self.link.handle_text(self.now(), Timestamp::default(), &text);
            }
            Some(Message::Close(close)) => self.closed(close),
            Some(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            None => self.closed(None),
        }
    }

    fn closed(&mut self, close: Option<CloseFrame>) {
        self.socket = None;
        let (code, reason) = close.map_or((BROKEN, String::new()), |c| (c.code.into(), c.reason.to_string()));
        self.seen.send_modify(|seen| seen.closes.push(code));
        self.link.handle_closed(self.now(), code, &reason);
    }

    fn fetched(&mut self, fetched: &anyhow::Result<Response>) {
        let text = fetched.as_ref().ok().and_then(|answer| answer.text().ok()).unwrap_or_default();
        let outcome = match fetched.as_ref().map(|answer| answer.status) {
            Ok(200) => PollOutcome::Frames(text),
            Ok(304) => PollOutcome::NotModified,
            Ok(_) | Err(_) => PollOutcome::Failed,
        };
        if let PollOutcome::Frames(text) = outcome {
            let frames: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            self.seen.send_modify(|seen| {
                seen.polls += 1;
                frames.iter().for_each(|frame| seen.frame(frame.get()));
            });
        }
        self.link.handle_poll(self.now(), Timestamp::default(), outcome);
    }
}

async fn pending<T>(pending: &mut Pending<T>) -> T {
    match pending {
        Some(future) => {
            let outcome = future.await;
            *pending = None;
            outcome
        }
        None => std::future::pending().await,
    }
}

/// The next message; `None` when the socket is gone.
async fn next(socket: &mut Option<Socket>) -> Option<Message> {
    match socket {
        Some(socket) => socket.next().await.and_then(Result::ok),
        None => std::future::pending().await,
    }
}

/// The next text on a socket that a test holds itself.
///
/// # Errors
/// Something else came, or nothing in time.
pub async fn next_text(socket: &mut Socket) -> anyhow::Result<String> {
    loop {
        match timeout(PATIENCE, socket.next()).await.context("nothing came")?.context("the socket ended")?? {
            Message::Text(text) => return Ok(text.to_string()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            other @ (Message::Binary(_) | Message::Close(_)) => bail!("{other:?} came instead of a text"),
        }
    }
}

/// Reads until the server closes, and says with which code and reason.
///
/// # Errors
/// The socket broke off, or did not close in time.
pub async fn closed(socket: &mut Socket) -> anyhow::Result<(u16, String)> {
    let closing = async {
        loop {
            if let Message::Close(close) = socket.next().await.context("the socket ended without a close")?? {
                let close = close.context("a close says why")?;
                return Ok((close.code.into(), close.reason.to_string()));
            }
        }
    };
    timeout(PATIENCE, closing).await.context("it was not closed")?
}
