//! Accepts connections and speaks HTTP on them until one of them becomes a WebSocket.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use super::wire::{Peer, Wire};

/// What the system may hold of what a socket has not taken. It is what a slow reader costs, and how
/// old what it reads can be.
const SEND_BUFFER: usize = 64 * 1024;
/// After an error of `accept` (no file descriptors left, say) the next try waits.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on every connection until `stop`.
///
/// `handshake` bounds how long a client may take to send its request's head.
pub async fn listen(
    listener: TcpListener,
    router: Router,
    handshake: Duration,
    unacknowledged: Duration,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((stream, address)) => {
                if let Err(error) = tune(&stream, unacknowledged) {
                    tracing::debug!(%error, "a socket could not be tuned");
                }
                let (wire, traffic) = Wire::new(stream);
                let peer = Peer { address: address.ip().to_canonical(), traffic };
                tokio::spawn(converse(wire, peer, router.clone(), handshake));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted; trying again");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(wire: Wire, peer: Peer, router: Router, handshake: Duration) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|e| match e {})) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(handshake).max_buf_size(64 * 1024);
    // A client that leaves in the middle of something is no news.
    if let Err(error) = http.serve_connection(TokioIo::new(wire), service).with_upgrades().await {
        tracing::trace!(%error, "a connection ended");
    }
}

fn tune(stream: &TcpStream, unacknowledged: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_send_buffer_size(SEND_BUFFER)?;
    // A peer that vanished without a word is noticed by what it does not acknowledge.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(unacknowledged))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (socket, unacknowledged);
    Ok(())
}
