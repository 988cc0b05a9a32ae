//! `/ws`: from an HTTP request to a conversation.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use shared::wire::{CloseCode, Code, SUBPROTOCOL};

use super::App;
use super::refusal::Refusal;
use crate::doors::DarkPoolDoor;
use crate::fanout::{Peer, WebSocketLimits, serve};
use crate::observe::Transport;
use crate::session::Session;

/// Doors are told that the server is there this often.
const DOOR_HEARTBEAT: Duration = Duration::from_secs(30);

/// `GET /ws`: v1 with its subprotocol, the dark-pool door without any.
pub async fn upgrade(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let sentence = "this is a WebSocket: connect with a WebSocket client, or read /api/v1/topics/{topic}";
        return Refusal::new(Code::Malformed, sentence).into_response();
    };
    let v1 = offers_v1(&headers);
    if !v1 && headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        app.shared.metrics.refused("version");
        return Refusal::new(Code::Version, "no common subprotocol: offer undercurrent.v1").into_response();
    }
    if !app.admission.may_upgrade(app.shared.now()) {
        app.shared.metrics.refused("rate");
        return Refusal::new(Code::Unavailable, "too many connections are being opened; try again in a second")
            .retry_after_s(1)
            .into_response();
    }
    let upgrade = upgrade.limited().protocols([SUBPROTOCOL]);
    let Some(admitted) = app.admission.enter(&peer, &headers) else {
        app.shared.metrics.refused("address");
        return upgrade.on_upgrade(turn_away);
    };
    upgrade.on_upgrade(move |socket| async move {
        let _admitted = admitted;
        let shared = app.shared.clone();
        let present = shared.enter();
        let (now, wall) = (shared.now(), shared.wall());
        if v1 {
            let session = Session::new(app.session, &present.name, now, wall);
            serve(socket, session, present, peer, Transport::WebSocket, shared).await;
        } else {
            let door = DarkPoolDoor::new(app.session, DOOR_HEARTBEAT, now);
            serve(socket, door, present, peer, Transport::Door, shared).await;
        }
    })
}

fn offers_v1(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|h| h.to_str().ok());
    offers.flat_map(|h| h.split(',')).any(|offer| offer.trim() == SUBPROTOCOL)
}

/// A browser sees the code only of a socket that was open.
async fn turn_away(mut socket: axum::extract::ws::WebSocket) {
    let code = CloseCode::TooManyConnections;
    let frame = CloseFrame { code: code.number(), reason: Utf8Bytes::from_static(code.reason()) };
    // Whoever is turned away may be gone already.
    let _ = socket.send(Message::Close(Some(frame))).await;
}
