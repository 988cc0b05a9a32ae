//! `POST /api/v1/odds`: events that an operator's own source sends; `/api/sports/ws-publisher`: whether
//! prices are published.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use shared::wire::Code;

use super::refusal::Refusal;
use super::{App, Caller};

/// The most bytes of events in one request.
pub const MOST_BYTES: usize = 8 << 20;

/// Takes one event or a list of them, as the odds provider writes them.
pub async fn push(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    caller.operator("send odds")?;
    let too_large = |_| Refusal::new(Code::TooLarge, format!("send at most {MOST_BYTES} bytes at once"));
    let body = body.map_err(too_large)?;
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::new(Code::Malformed, "send events as UTF-8 text"))?;
    let received = app.inbox.take(text).await.map_err(|why| Refusal::new(Code::Malformed, why))?;
    Ok(Json(json!({ "accepted": received.accepted, "dropped": received.dropped, "ignored": received.ignored })))
}

/// Whether prices are published, and how their sources are doing.
pub async fn status(State(app): State<Arc<App>>) -> impl IntoResponse {
    Json(describe(&app))
}

/// Prices are published from now on.
pub async fn start(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, Refusal> {
    publish(&app, caller, true).await
}

/// Prices are published no more.
pub async fn stop(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Value>, Refusal> {
    publish(&app, caller, false).await
}

async fn publish(app: &App, caller: Caller, publish: bool) -> Result<Json<Value>, Refusal> {
    let identity = caller.operator(if publish { "start the publisher" } else { "stop the publisher" })?;
    let stopping = |why| Refusal::new(Code::Unavailable, why).retry_after_s(2);
    app.inbox.set_publishing(publish).await.map_err(stopping)?;
    app.publishing.store(publish, std::sync::atomic::Ordering::Relaxed);
    tracing::info!(publish, user = %identity.user, "the publisher was switched");
    Ok(Json(describe(app)))
}

/// The first three fields are those of the document that this endpoint comes from.
fn describe(app: &App) -> Value {
    let publishing = app.publishing.load(std::sync::atomic::Ordering::Relaxed);
    let source = |source: &Arc<crate::feed::Source>| {
        let (quota, (message, _)) = (source.quota(), source.detail());
        let mut told = json!({ "state": source.state(), "message": message });
        if let Some(remaining) = quota.remaining {
            told["quota"] = json!({ "remaining": remaining, "used": quota.used, "last": quota.last });
        }
        (source.name().to_owned(), told)
    };
    let sources: Map<String, Value> = app.shared.sources.iter().map(source).collect();
    json!({
        "status": if publishing { "running" } else { "stopped" },
        "interval": "500ms",
        "isPublishing": publishing,
        "sources": sources,
    })
}
