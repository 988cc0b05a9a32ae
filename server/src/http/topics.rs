//! `GET /api/v1/topics`: what there is to follow; `GET /api/v1/topics/{topic}`: its rows, once.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::domain::{on_demand, owner_of};
use shared::stream::{Class, Topic};
use shared::wire::Code;

use super::refusal::Refusal;
use super::{App, Caller};
use crate::hub::TopicState;
use crate::observe::Transport;

/// The topics that are there now, with where they stand, and the names of those that are made when
/// someone asks for them.
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Response {
    let hub = &app.shared.hub;
    let describe = |state: &TopicState| {
        let (head, kind) = (state.head(), state.kind());
        json!({
            "topic": state.topic(), "epoch": head.epoch, "seq": head.seq, "rows": state.rows().len(),
            "class": match kind.class { Class::State => "state", Class::Recent { .. } => "recent" },
            "pace_ms": u64::try_from(kind.due.as_millis()).unwrap_or(u64::MAX),
        })
    };
    let topics = hub.topics();
    let readable = topics.iter().filter(|topic| caller.may_read(topic).is_ok());
    let topics: Vec<Value> = readable.filter_map(|topic| hub.with(topic, describe)).collect();
    let list = Json(json!({ "topics": topics, "on_demand": on_demand().collect::<Vec<_>>() }));
    for_this_reader(list.into_response())
}

/// The snapshot frame, or 304 to whoever has it.
pub async fn snapshot(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let topic: Topic = topic.parse().map_err(|error| Refusal::new(Code::NotFound, format!("{topic:?}: {error}")))?;
    caller.may_read(&topic)?;
    app.shared.hub.open(&topic).await?;
    let read = app.shared.hub.with(&topic, |state| (state.head(), state.snapshot()));
    let (head, frame) = read.ok_or_else(|| Refusal::new(Code::NotFound, "there is no such topic"))?;
    let etag = format!("\"{head}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|h| h.to_str().ok());
    // A compressed answer's tag comes back marked as weak.
    let unchanged = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let told = Some((shared::wire::Mode::Snapshot, 0));
        app.shared.metrics.delivered(Transport::Poll, std::slice::from_ref(&frame), told, 1);
        ([(header::CONTENT_TYPE, "application/json")], frame.bytes()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    Ok(if owner_of(&topic).is_some() { for_this_reader(response) } else { response })
}

/// No cache in between may give it to anybody else, and a browser asks whether it is still right.
fn for_this_reader(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
    response
}
