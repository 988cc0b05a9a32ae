//! `POST /api/v1/commands`: one message in, its reply out, for clients without a socket.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::wire::{Code, ServerMsg};

use super::refusal::Refusal;
use super::{App, Caller};
use crate::session::{Ask, Conversation, Session};

/// Carries one `ClientMsg` out.
pub async fn command(State(app): State<Arc<App>>, Caller(identity): Caller, body: Bytes) -> Result<Response, Refusal> {
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::new(Code::Malformed, "send a message as UTF-8 text"))?;
    let shared = &app.shared;
    let (now, wall) = (shared.now(), shared.wall());
    let mut session = Session::new(app.session, "http", identity, now, wall);
    let poll = |session: &mut Session| shared.around(|around| session.poll_frame(now, around));
    // A session's first frame greets whoever stays.
    let _welcome = poll(&mut session);
    session.handle_text(now, wall, text);
    match session.poll_ask() {
        Some(Ask::Command(number, request)) => session.handle_answered(number, shared.hub.command(*request).await),
        Some(Ask::Open(_) | Ask::Drop(_)) => {
            let sentence = "nobody can follow a topic here: use /api/v1/poll, /api/v1/sse or the WebSocket";
            return Err(Refusal::new(Code::Malformed, sentence));
        }
        Some(Ask::Verify(..)) => {
            let sentence = "nobody stays signed in here: send Authorization: Bearer, or sign in at /api/v1/session";
            return Err(Refusal::new(Code::Malformed, sentence));
        }
        None => {}
    }
    let reply = poll(&mut session).and_then(|reply| reply.frames.first().cloned());
    let Some(reply) = reply else {
        return Err(Refusal::new(Code::Malformed, "that message has no answer"));
    };
    let status = match ServerMsg::parse(reply.as_str()) {
        Ok(Some(ServerMsg::Error(error))) => {
            StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST)
        }
        Ok(_) | Err(_) => StatusCode::OK,
    };
    Ok((status, [(header::CONTENT_TYPE, "application/json")], reply.bytes()).into_response())
}
