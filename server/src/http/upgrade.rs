//! `/ws`: from an HTTP request to a conversation on a shard.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use shared::wire::{CloseCode, Code, MESSAGE_BYTES, SUBPROTOCOL};
use socket2::SockRef;
use tokio::net::TcpStream;

use super::App;
use super::cookie::Stale;
use super::credentials::{Recognised, Shown};
use super::refusal::Refusal;
use crate::doors::DarkPoolDoor;
use crate::fanout::frame::{Agreed, handshake, negotiate};
use crate::fanout::{Arrival, Guest, Peer};
use crate::observe::Transport;
use crate::session::{Conversation, Denied, Session, TurnedAway};

/// Doors are told that the server is there this often.
const DOOR_HEARTBEAT: Duration = Duration::from_secs(30);
/// The only version of the protocol there is (RFC 6455).
const VERSION: &str = "13";

/// Where what comes is sent back.
#[cfg(feature = "echo")]
pub const ECHO: &str = "/echo";
/// The largest message of the conformance run is an eighth of it.
#[cfg(feature = "echo")]
const ECHO_BYTES: usize = 1 << 20;

/// `GET /ws`: v1 with its subprotocol, the dark-pool door without any.
pub async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
) -> Result<Response, Refusal> {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let headers = request.headers();
    let (Some(upgrade), Some(accept)) = (upgrade, accept(headers)) else {
        let sentence = "this is a WebSocket: connect with a WebSocket client, or read /api/v1/topics/{topic}";
        return Err(Refusal::new(Code::Malformed, sentence));
    };
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
        app.shared.metrics.refused("version");
        let refusal = Refusal::new(Code::Version, "speak version 13 of the WebSocket protocol");
        return Ok(([(header::SEC_WEBSOCKET_VERSION, VERSION)], refusal).into_response());
    }
    let v1 = offers_v1(headers);
    if !v1 && headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        app.shared.metrics.refused("version");
        return Err(Refusal::new(Code::Version, "no common subprotocol: offer undercurrent.v1"));
    }
    if !app.admission.may_upgrade(app.shared.now()) {
        app.shared.metrics.refused("rate");
        let sentence = "too many connections are being opened; try again in a second";
        return Err(Refusal::new(Code::Unavailable, sentence).retry_after_s(1));
    }
    let (deflate, extension) = app.compression.and_then(|policy| negotiate(texts(headers), policy)).unzip();
    let address = app.admission.address_of(&peer, headers);
    let shown = Shown::in_request(headers, request.uri().query().unwrap_or_default());
    let (identity, wrong) = match (app.recognise(&shown, headers, address).await, &shown) {
        (Ok(Recognised::As(identity)), _) => (identity, None),
        (Ok(Recognised::StaleCookie), _) => {
            request.extensions().get::<Stale>().inspect(|stale| stale.set());
            (None, None)
        }
        // A page that has to put its token there sees only how an open socket is closed.
        (Err(Denied { code: Code::SignIn, .. }), Shown::Query(_)) => (None, Some(CloseCode::Token)),
        (Err(denied), _) => return Err(denied.into()),
    };
    let visitor = Visitor {
        v1,
        #[cfg(feature = "echo")]
        echo: request.uri().path() == ECHO,
        deflate,
        guest: Guest { address, identity, guard: Box::new(()) },
    };
    let visitor = match app.admission.enter(&peer, headers) {
        Some(admitted) => Visitor { guest: Guest { guard: Box::new(admitted), ..visitor.guest }, ..visitor },
        None => {
            app.shared.metrics.refused("address");
            tokio::spawn(take_over(upgrade, app, visitor, Some(CloseCode::TooManyConnections)));
            return Ok(switch(&accept, v1, extension));
        }
    };
    tokio::spawn(take_over(upgrade, app, visitor, wrong));
    Ok(switch(&accept, v1, extension))
}

/// Someone who is about to come in.
struct Visitor {
    v1: bool,
    #[cfg(feature = "echo")]
    echo: bool,
    deflate: Option<Agreed>,
    guest: Guest,
}

/// The proof that the request for a WebSocket was understood, if it is one (RFC 6455, 4.2.1).
fn accept(headers: &HeaderMap) -> Option<String> {
    let says = |name: HeaderName, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|said| said.trim().eq_ignore_ascii_case(word))
    };
    let asks = says(header::CONNECTION, "upgrade") && says(header::UPGRADE, "websocket");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| asks)?;
    handshake::accept(key.to_str().ok()?)
}

fn offers_v1(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|h| h.to_str().ok());
    offers.flat_map(|h| h.split(',')).any(|offer| offer.trim() == SUBPROTOCOL)
}

fn texts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter().filter_map(|value| value.to_str().ok())
}

/// The answer after which the socket speaks WebSocket.
fn switch(accept: &str, v1: bool, extension: Option<String>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    let mut say = |name, text: &str| {
        headers.insert(name, HeaderValue::from_str(text).expect("it is letters, digits and signs of ASCII"));
    };
    say(header::SEC_WEBSOCKET_ACCEPT, accept);
    if v1 {
        say(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    }
    if let Some(extension) = extension {
        say(header::SEC_WEBSOCKET_EXTENSIONS, &extension);
    }
    response
}

/// Takes the socket out of HTTP and hands it to a shard. Whoever is turned away is told so there: a
/// browser sees the code only of a socket that was open.
async fn take_over(upgrade: OnUpgrade, app: Arc<App>, visitor: Visitor, turned_away: Option<CloseCode>) {
    let Ok(upgraded) = upgrade.await else { return };
    let Some((socket, read)) = release(upgraded) else { return };
    let shared = &app.shared;
    let present = shared.enter();
    let (now, wall) = (shared.now(), shared.wall());
    let conversation: Box<dyn Conversation> = match turned_away {
        Some(code) => Box::new(TurnedAway::new(code)),
        None if visitor.v1 => {
            Box::new(Session::new(app.session, &present.name(), visitor.guest.identity.clone(), now, wall))
        }
        None => Box::new(DarkPoolDoor::new(app.session, DOOR_HEARTBEAT, now)),
    };
    let arrival = Arrival {
        socket,
        read,
        conversation,
        deflate: visitor.deflate,
        transport: if visitor.v1 { Transport::WebSocket } else { Transport::Door },
        present,
        guest: Box::new(visitor.guest),
        // A little more than is allowed is read, so that the refusal can be a sentence.
        message_bytes: 4 * MESSAGE_BYTES,
    };
    #[cfg(feature = "echo")]
    let arrival = if visitor.echo {
        Arrival { conversation: Box::new(crate::session::Echo::default()), message_bytes: ECHO_BYTES, ..arrival }
    } else {
        arrival
    };
    app.shards.take(arrival);
}

/// The socket, with what was read beyond the request; nothing if it is gone.
fn release(upgraded: Upgraded) -> Option<(mio::net::TcpStream, bytes::Bytes)> {
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    let socket = parts.io.into_inner().into_std().ok()?;
    // The shard asks by itself who is still there, and the timer costs every write 5 % of its time.
    SockRef::from(&socket).set_keepalive(false).ok()?;
    Some((mio::net::TcpStream::from_std(socket), parts.read_buf))
}
