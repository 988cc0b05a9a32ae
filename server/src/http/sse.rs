//! `GET /api/v1/sse`: the frames of a WebSocket as server-sent events.
//!
//! The browser asks for the next event only when it could take the last one, so a slow reader is
//! served as everywhere else: late, merged and without a queue.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::stream::Topic;
use shared::wire::{Code, SubscribeTopic};
use std::collections::BTreeMap;
use tokio::sync::Notify;

use super::admission::Admitted;
use super::cursors::{Cursor, cursors};
use super::refusal::Refusal;
use super::{App, Caller};
use crate::fanout::{Peer, Present, Shared};
use crate::hub::Follow;
use crate::observe::Transport;
use crate::session::{Conversation, Identity, Outgoing, Session, Wanted};

/// `?t=topic&t=...`: events without end.
pub async fn stream(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let mut cursors = cursors(&query.unwrap_or_default(), "t")?;
    resume(&mut cursors, &headers);
    let Some(admitted) = app.admission.enter(&peer, &headers) else {
        app.shared.metrics.refused("address");
        let sentence = "too many connections from your address; close some and come back";
        return Err(Refusal::new(Code::TooMany, sentence).retry_after_s(5));
    };
    let events = Events::open(&app, caller, cursors, admitted).await?;
    let body = stream::unfold(events, |mut events| async move {
        let event = events.next().await?;
        Some((Ok::<_, Infallible>(event), events))
    });
    let mut response = Sse::new(body).into_response();
    // Proxies that collect an answer before they pass it on would collect this one forever.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `Last-Event-ID` says where the reader stood when it was cut off.
fn resume(cursors: &mut [Cursor], headers: &HeaderMap) {
    let id = headers.get("last-event-id").and_then(|h| h.to_str().ok()).unwrap_or_default();
    for last in id.split(',').filter_map(|text| Cursor::parse(text).ok()) {
        if let Some(cursor) = cursors.iter_mut().find(|c| c.topic == last.topic) {
            cursor.since = last.since;
        }
    }
}

struct Events {
    session: Session,
    /// Who reads; the stream ends with what that was verified by.
    identity: Option<Arc<Identity>>,
    shared: Arc<Shared>,
    wake: Arc<Notify>,
    present: Present,
    done: bool,
    _follows: BTreeMap<Topic, Follow>,
    _admitted: Admitted,
}

impl Events {
    /// A v1 session whose client has subscribed already.
    async fn open(app: &App, caller: Caller, cursors: Vec<Cursor>, admitted: Admitted) -> Result<Events, Refusal> {
        let shared = app.shared.clone();
        let wake = Arc::new(Notify::new());
        let mut follows = BTreeMap::new();
        let mut topics = Vec::new();
        for Cursor { topic, since } in cursors {
            caller.may_read(&topic)?;
            shared.hub.open(&topic).await?;
            if let Some(follow) = shared.hub.follow(&topic, &wake) {
                follows.insert(topic.clone(), follow);
            }
            topics.push(SubscribeTopic { topic, since, pace_ms: None });
        }
        let present = shared.enter();
        let mut session = Session::new(app.session, &present.name(), caller.0.clone(), shared.now(), shared.wall());
        let outcomes = vec![Ok(()); topics.len()];
        session.handle_opened(shared.now(), &*shared.hub, Wanted { id: 0, topics }, &outcomes);
        shared.metrics.opened(Transport::Sse);
        shared.metrics.signed_in(i64::from(caller.0.is_some()));
        let identity = caller.0;
        Ok(Events { session, identity, shared, wake, present, done: false, _follows: follows, _admitted: admitted })
    }

    async fn next(&mut self) -> Option<Event> {
        let mut stop = self.shared.drain.stop.clone();
        while !self.done {
            let shared = self.shared.clone();
            let over = self.identity.as_ref().is_some_and(|identity| !shared.access.holds(identity));
            if over {
                self.done = true;
                return self.session.handle_signed_out().map(|goodbye| self.event(&goodbye.into()));
            }
            let next = shared.around(|around| self.session.poll_frame(shared.now(), around));
            if let Some(outgoing) = next {
                shared.metrics.delivered(Transport::Sse, &outgoing.frames, outgoing.told, 1);
                return Some(self.event(&outgoing));
            }
            let timeout = self.session.poll_timeout().map_or(Duration::MAX, |at| at - shared.now());
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(timeout) => {}
                () = shared.access.ended(self.identity.as_ref()) => {}
                _ = stop.changed() => {
                    self.done = true;
                    self.session.handle_drain(shared.retry_ms(self.present.number));
                    let goodbye = shared.around(|around| self.session.poll_frame(shared.now(), around))?;
                    return Some(self.event(&goodbye));
                }
            }
        }
        None
    }

    /// Frames of topics carry the cursor; after others the last one still holds.
    fn event(&self, outgoing: &Outgoing) -> Event {
        // One frame says one thing in v1.
        let event = outgoing.frames.iter().fold(Event::default(), |event, frame| event.data(frame.as_str()));
        let (Some(_), Some(follower)) = (outgoing.told, self.session.follower()) else { return event };
        let position = |(topic, reader): &(Topic, crate::hub::Reader)| Some(Cursor::format(topic, reader.position()?));
        let cursor: Vec<_> = follower.readers().iter().filter_map(position).collect();
        event.id(cursor.join(","))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.metrics.signed_in(-i64::from(self.identity.is_some()));
        self.shared.metrics.closed(Transport::Sse, if self.done { "restart" } else { "left" });
    }
}
