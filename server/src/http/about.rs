//! What the server says of itself: is it alive, is it ready, what did it count, how is it spoken to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;
use shared::wire::SourceState;

use super::headers::host;
use super::{App, documents};
use crate::observe::CONTENT_TYPE;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: whether what is served is worth having, with each source's state. 503 when no
/// source delivers or the server stops; a store that fails is said, but data goes on.
pub async fn ready(State(app): State<Arc<App>>) -> impl IntoResponse {
    let stopping = *app.shared.drain.stop.borrow();
    let source = |s: &Arc<crate::feed::Source>| {
        let (message, since) = s.detail();
        (s.name().to_owned(), json!({ "state": s.state(), "since_ms": since, "message": message }))
    };
    let sources: serde_json::Map<String, serde_json::Value> = app.shared.sources.iter().map(source).collect();
    let delivering = app.shared.sources.iter().any(|s| s.state() != SourceState::Down);
    let ready = delivering && !stopping;
    let store = if app.shared.metrics.store_works() { "ok" } else { "failing" };
    let body = json!({
        "ready": ready, "world": app.world, "stopping": stopping, "store": store,
        "clients": app.shared.clients(), "sources": sources,
    });
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(body))
}

/// `GET /api/v1/openapi.json`: the HTTP entrances.
pub async fn openapi() -> Json<serde_json::Value> {
    Json(documents::openapi())
}

/// `GET /api/v1/asyncapi.json`: the WebSockets.
pub async fn asyncapi(headers: HeaderMap) -> Json<serde_json::Value> {
    Json(documents::asyncapi(host(&headers).unwrap_or("localhost:3000")))
}

/// `GET /metrics`: for Prometheus.
pub async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let text = app.shared.metrics.exposition(&app.shared.sources);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text)
}
