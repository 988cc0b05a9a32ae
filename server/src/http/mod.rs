//! The HTTP entrance: the upgrade to WebSocket, the same frames without one, health, documents and
//! the embedded dashboard.

mod about;
mod admission;
pub mod assets;
mod caller;
mod commands;
mod cookie;
mod credentials;
mod cursors;
pub mod documents;
pub mod headers;
mod origin;
mod poll;
mod refusal;
mod session;
mod sse;
mod topics;
mod upgrade;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

pub use admission::{Admission, Limits};
pub use caller::Caller;
pub use origin::Origins;

use crate::fanout::frame::Policy;
use crate::fanout::{Shards, Shared};
use crate::session::Settings;

/// What the handlers need.
pub struct App {
    /// What every connection shares.
    pub shared: Arc<Shared>,
    /// Where WebSockets are served.
    pub shards: Arc<Shards>,
    /// How they may be compressed, if at all.
    pub compression: Option<Policy>,
    /// The rules of a v1 connection.
    pub session: Settings,
    /// Who may come in.
    pub admission: Arc<Admission>,
    /// Whose pages may talk to us.
    pub origins: Origins,
    /// Whether the demo market or a tape is shown, for `/readyz`.
    pub world: Box<str>,
}

/// Everything under one roof.
pub fn router(app: Arc<App>) -> Router {
    // Event streams must leave as they are made, not when a compressor has enough.
    let worthwhile = SizeAbove::new(1024).and(NotForContentType::new("text/event-stream"));
    let api = Router::new()
        .route("/topics", get(topics::list))
        .route("/topics/{*topic}", get(topics::snapshot))
        .route("/poll", get(poll::poll))
        .layer(CompressionLayer::new().compress_when(worthwhile))
        .route("/sse", get(sse::stream))
        .route("/commands", post(commands::command))
        .route("/session", get(session::who).post(session::sign_in).delete(session::sign_out))
        .route("/openapi.json", get(about::openapi))
        .route("/asyncapi.json", get(about::asyncapi));
    let sockets = Router::new().route("/ws", get(upgrade::upgrade));
    #[cfg(feature = "echo")]
    let sockets = sockets.route(upgrade::ECHO, get(upgrade::upgrade));
    sockets
        .route("/healthz", get(about::alive))
        .route("/readyz", get(about::ready))
        .route("/metrics", get(about::metrics))
        .nest("/api/v1", api)
        .layer(axum::middleware::from_fn(cookie::clear_stale))
        .layer(axum::middleware::from_fn_with_state(app.clone(), origin::share))
        .layer(axum::middleware::map_response(headers::protect))
        .with_state(app)
        .fallback_service(assets::router())
}
