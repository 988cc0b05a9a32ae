//! Accepts connections and speaks HTTP on them until one of them becomes a WebSocket.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use super::Peer;

/// What the system may hold that it has not sent yet: it is what a slow reader costs, and how old what
/// it reads can be. What is on its way is not limited, so that a fast reader far away stays fast.
/// Small, because progress is seen only when half of it has left.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 16 * 1024;
/// An idle connection is asked after so long whether anyone is there...
const ASK_AFTER: Duration = Duration::from_secs(30);
/// ...so often again...
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// ...and so many times.
const ASKS: u32 = 3;
/// After an error of `accept` (no file descriptors left, say) the next try waits.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on every connection until `stop`.
///
/// `handshake` bounds how long a client may take to send its request's head.
pub async fn listen(listener: TcpListener, router: Router, handshake: Duration, mut stop: watch::Receiver<bool>) {
    let mut spare = Spare::open();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((stream, address)) => {
                if let Err(error) = tune(&stream) {
                    tracing::debug!(%error, "a socket could not be tuned");
                }
                let peer = Peer { address: address.ip().to_canonical() };
                tokio::spawn(converse(stream, peer, router.clone(), handshake));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                spare.turn_away(&listener).await;
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A file descriptor kept for when there are no others. Without it nobody could even be told so: the
/// connection would stay in the system's queue, and `accept` would fail on it for ever.
struct Spare(Option<File>);

/// What is said to whoever finds no descriptor left.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

impl Spare {
    fn open() -> Spare {
        Spare(File::open("/dev/null").ok())
    }

    /// Gives the descriptor up for one connection, to say no to it.
    async fn turn_away(&mut self, listener: &TcpListener) {
        if self.0.take().is_some()
            && let Ok(Ok((stream, _))) = tokio::time::timeout(ACCEPT_PAUSE, listener.accept()).await
            && let Ok(mut stream) = stream.into_std()
        {
            // It fits into an empty socket. Whoever does not read it learns it from the end.
            let _ = stream.write(FULL);
        }
        *self = Spare::open();
    }
}

async fn converse(stream: TcpStream, peer: Peer, router: Router, handshake: Duration) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|e| match e {})) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(handshake).max_buf_size(64 * 1024);
    // A client that leaves in the middle of something is no news.
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).with_upgrades().await {
        tracing::trace!(%error, "a connection ended");
    }
}

fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    #[cfg(target_os = "linux")]
    socket.set_tcp_notsent_lowat(UNSENT)?;
    // A peer that vanished without a word is noticed when it is asked. Not by TCP_USER_TIMEOUT:
    // Linux counts it from the first time the window was closed, however much was taken since, and
    // so resets whoever reads slowly. A WebSocket is asked by its shard instead.
    let keepalive = TcpKeepalive::new().with_time(ASK_AFTER).with_interval(ASK_AGAIN).with_retries(ASKS);
    socket.set_tcp_keepalive(&keepalive)
}
