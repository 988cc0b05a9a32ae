//! A stand-in for the stocks provider: speaks its protocol on loopback and does what a test says.
//!
//! It greets, checks the key, confirms each subscription, allows one connection (a newer one closes
//! the older with `max_connections`) and sends what it is told to everyone who is subscribed. It can
//! also misbehave: break off in the middle of a frame, fall silent, refuse. Nothing in it waits for
//! time to pass; a test waits for what it wants to see with [`StandInProvider::until`].

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long [`StandInProvider::until`] is patient.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key that is accepted unless [`Rules`] say otherwise.
pub const KEY: &str = "the-right-key";

/// What the provider allows.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The key that is accepted; any other is answered with `auth_failed`.
    pub key: String,
    /// Channels (`T`, `Q`) that the key's plan does not include: `not authorized`.
    pub refused_channels: BTreeSet<String>,
    /// A newer connection closes the older one with `max_connections`.
    pub one_connection: bool,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules { key: KEY.into(), refused_channels: BTreeSet::new(), one_connection: true }
    }
}

/// What a test can see of the provider.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Connections that were ever made.
    pub connections: u64,
    /// Connections there are now.
    pub open: u64,
    /// Keys that were shown, right or wrong.
    pub keys: Vec<String>,
    /// Every subscription that was confirmed, in order, with the number of its connection from 1.
    pub subscriptions: Vec<(u64, String)>,
    /// Pings that were answered.
    pub pings: u64,
    /// Connections that are subscribed to something and hear what is sent.
    pub listening: u64,
}

/// What the test orders.
#[derive(Clone, Debug)]
enum Order {
    Frame(String),
    Binary(Vec<u8>),
    Cut,
    Close,
    Silence,
    /// The connection with a higher number takes the place.
    Newcomer(u64),
}

/// The provider. It ends when it is dropped.
pub struct StandInProvider {
    address: SocketAddr,
    orders: broadcast::Sender<Order>,
    seen: watch::Sender<Seen>,
    accepting: JoinHandle<()>,
}

impl StandInProvider {
    /// Starts one with the usual rules.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn start() -> anyhow::Result<StandInProvider> {
        StandInProvider::with(Rules::default()).await
    }

    /// Starts one with these rules.
    ///
    /// # Errors
    /// When loopback cannot be listened on.
    pub async fn with(rules: Rules) -> anyhow::Result<StandInProvider> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("listening on loopback")?;
        let address = listener.local_addr()?;
        let (orders, _) = broadcast::channel(65_536);
        let seen = watch::Sender::new(Seen::default());
        let accepting = tokio::spawn(accept(listener, rules, orders.clone(), seen.clone()));
        Ok(StandInProvider { address, orders, seen, accepting })
    }

    /// Where to connect to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/stocks", self.address)
    }

    /// Sends a frame, well-formed or not, to every connection that is subscribed to something.
    pub fn send(&self, frame: impl Into<String>) {
        self.order(Order::Frame(frame.into()));
    }

    /// Sends a binary frame, which the protocol knows nothing of.
    pub fn send_binary(&self, bytes: impl Into<Vec<u8>>) {
        self.order(Order::Binary(bytes.into()));
    }

    /// Drops every connection in the middle of a frame, without a close frame.
    pub fn cut(&self) {
        self.order(Order::Cut);
    }

    /// Closes every connection politely.
    pub fn close(&self) {
        self.order(Order::Close);
    }

    /// Neither sends nor reads nor answers pings any more, but keeps the connections.
    pub fn fall_silent(&self) {
        self.order(Order::Silence);
    }

    fn order(&self, order: Order) {
        // No connection is nobody to hear it.
        let _ = self.orders.send(order);
    }

    /// What was seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until what was seen satisfies `wanted`.
    ///
    /// # Errors
    /// After twenty seconds, with what was seen instead.
    pub async fn until(&self, wanted: impl FnMut(&Seen) -> bool) -> anyhow::Result<Seen> {
        let mut seen = self.seen.subscribe();
        match tokio::time::timeout(PATIENCE, seen.wait_for(wanted)).await {
            Ok(seen) => Ok(seen?.clone()),
            Err(_) => bail!("the provider has not seen it; it has seen {:?}", self.seen()),
        }
    }
}

impl Drop for StandInProvider {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, rules: Rules, orders: broadcast::Sender<Order>, seen: watch::Sender<Seen>) {
    // Connections end with the provider.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let mut number = 0;
        seen.send_modify(|seen| {
            seen.connections += 1;
            seen.open += 1;
            number = seen.connections;
        });
        let _ = orders.send(Order::Newcomer(number));
        let (rules, orders, seen) = (rules.clone(), orders.subscribe(), seen.clone());
        connections.spawn(async move {
            let mut client = Client { number, rules, seen, authenticated: false, listening: false };
            // How a connection ends is the test's business; that it has ended is seen.
            let _ = client.serve(stream, orders).await;
            client.seen.send_modify(|seen| {
                seen.open -= 1;
                seen.listening -= u64::from(client.listening);
            });
        });
    }
}

struct Client {
    number: u64,
    rules: Rules,
    seen: watch::Sender<Seen>,
    authenticated: bool,
    listening: bool,
}

type Socket = WebSocketStream<TcpStream>;

impl Client {
    async fn serve(&mut self, stream: TcpStream, mut orders: broadcast::Receiver<Order>) -> anyhow::Result<()> {
        let mut socket = tokio_tungstenite::accept_async(stream).await?;
        say(&mut socket, "connected", "Connected Successfully").await?;
        loop {
            tokio::select! {
                read = socket.next() => match read.context("gone")?? {
                    Message::Text(text) => {
                        let request: Value = serde_json::from_str(&text)?;
                        self.answer(&mut socket, &request).await?;
                    }
                    Message::Ping(_) => {
                        socket.flush().await?;
                        self.seen.send_modify(|seen| seen.pings += 1);
                    }
                    Message::Close(_) => return Ok(socket.flush().await?),
                    Message::Binary(_) | Message::Pong(_) | Message::Frame(_) => {}
                },
                order = orders.recv() => match order? {
                    Order::Newcomer(number) if self.rules.one_connection && number > self.number => {
                        say(&mut socket, "max_connections", "Maximum number of connections exceeded.").await?;
                        return Ok(socket.close(None).await?);
                    }
                    Order::Frame(text) if self.listening => socket.send(Message::text(text)).await?,
                    Order::Binary(bytes) if self.listening => socket.send(Message::binary(bytes)).await?,
                    Order::Newcomer(_) | Order::Frame(_) | Order::Binary(_) => {}
                    Order::Cut => return cut(socket).await,
                    Order::Close => return Ok(socket.close(None).await?),
                    Order::Silence => std::future::pending().await,
                },
            }
        }
    }

    async fn answer(&mut self, socket: &mut Socket, request: &Value) -> anyhow::Result<()> {
        let params = request["params"].as_str().context("params are a text")?;
        match request["action"].as_str() {
            Some("auth") => {
                self.seen.send_modify(|seen| seen.keys.push(params.to_owned()));
                if params != self.rules.key {
                    // The worst that a provider could answer.
                    say(socket, "auth_failed", &format!("unknown key {params}")).await?;
                    socket.close(None).await?;
                    bail!("a wrong key");
                }
                self.authenticated = true;
                say(socket, "auth_success", "authenticated").await
            }
            Some("subscribe") if self.authenticated => self.subscribe(socket, params).await,
            _ => bail!("not understood: {request}"),
        }
    }

    /// One answer to each subscription; a refusal names nothing.
    async fn subscribe(&mut self, socket: &mut Socket, params: &str) -> anyhow::Result<()> {
        for subscription in params.split(',') {
            let (channel, _) = subscription.split_once('.').context("a subscription is channel.ticker")?;
            if self.rules.refused_channels.contains(channel) {
                say(socket, "error", "not authorized").await?;
                continue;
            }
            say(socket, "success", &format!("subscribed to: {subscription}")).await?;
            self.seen.send_modify(|seen| {
                seen.subscriptions.push((self.number, subscription.to_owned()));
                seen.listening += u64::from(!std::mem::replace(&mut self.listening, true));
            });
        }
        Ok(())
    }
}

async fn say(socket: &mut Socket, status: &str, message: &str) -> anyhow::Result<()> {
    let frame = json!([{ "ev": "status", "status": status, "message": message }]);
    Ok(socket.send(Message::text(frame.to_string())).await?)
}

/// Announces a frame of 200 bytes, sends a part of it and hangs up.
async fn cut(mut socket: Socket) -> anyhow::Result<()> {
    let stream = socket.get_mut();
    stream.write_all(&[0x81, 126, 0, 200]).await?;
    stream.write_all(br#"[{"ev":"T","sym":"IBM","p":182."#).await?;
    Ok(stream.shutdown().await?)
}
