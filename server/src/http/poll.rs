//! `GET /api/v1/poll`: the frames since some positions, now or when there are some. No state is
//! kept between two polls, so any server can answer the next one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::stream::Topic;
use shared::units::Moment;
use shared::wire::Code;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::cursors::{Cursor, cursors, values};
use super::refusal::Refusal;
use super::{App, Caller};
use crate::fanout::{Peer, Shared};
use crate::hub::{Next, Reader};
use crate::observe::Transport;
use crate::session::heartbeat;

/// The longest that an answer may be held back.
const LONGEST_WAIT_S: u64 = 30;

/// `?c=topic@epoch.seq&c=...&wait=25`: an array of frames, or 304.
pub async fn poll(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let cursors = cursors(&query, "c")?;
    let wait = wait(&query)?;
    let wants_heartbeat = values(&query, "heartbeat").any(|v| v == "1");
    let admitted = app.admission.enter(&peer, &headers);
    if admitted.is_none() {
        app.shared.metrics.refused("address");
        let sentence = "too many requests from your address are under way; close some and try again";
        return Err(Refusal::new(Code::TooMany, sentence).retry_after_s(1));
    }
    let mut poll = Poll::open(&app.shared, &caller, cursors).await?;
    let frames = tokio::select! {
        frames = poll.wait(&app.shared, wait) => frames,
        () = app.shared.access.ended(caller.0.as_ref()) => {
            return Err(Refusal::new(Code::SignIn, "your token was revoked or has expired: sign in again"));
        }
    };
    if frames.is_empty() {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let heartbeat = wants_heartbeat.then(|| poll.heartbeat(&app.shared));
    Ok(answer(&frames, heartbeat.as_deref()))
}

/// Topics that are polled, and where the client stands in each.
struct Poll {
    readers: BTreeMap<Topic, Reader>,
    /// Refusals of single topics; the others are served all the same.
    errors: Vec<String>,
    wake: Arc<Notify>,
    follows: Vec<crate::hub::Follow>,
}

impl Poll {
    async fn open(shared: &Arc<Shared>, caller: &Caller, cursors: Vec<Cursor>) -> Result<Poll, Refusal> {
        let mut poll = Poll { readers: BTreeMap::new(), errors: Vec::new(), wake: Arc::default(), follows: Vec::new() };
        let mut last = None;
        for Cursor { topic, since } in cursors {
            let opened = match caller.may_read(&topic) {
                Ok(()) => shared.hub.open(&topic).await.map_err(|error| Refusal::of_topic(&topic, error)),
                Err(barred) => Err(barred),
            };
            match opened {
                Ok(()) => {
                    poll.follows.extend(shared.hub.follow(&topic, &poll.wake));
                    poll.readers.insert(topic, Reader::new(since, Duration::ZERO));
                }
                Err(refusal) => {
                    poll.errors.push(refusal.to_json());
                    last = Some(refusal);
                }
            }
        }
        match last {
            Some(refusal) if poll.readers.is_empty() => Err(refusal),
            Some(_) | None => Ok(poll),
        }
    }

    /// Frames as soon as there are some; none when the time is over or the server stops.
    async fn wait(&mut self, shared: &Arc<Shared>, wait: Duration) -> Vec<String> {
        let deadline = Instant::now() + wait;
        let mut stop = shared.drain.stop.clone();
        loop {
            let frames = self.take(shared);
            if !frames.is_empty() {
                return frames;
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep_until(deadline) => return frames,
                _ = stop.changed() => return frames,
            }
        }
    }

    fn take(&mut self, shared: &Shared) -> Vec<String> {
        let mut frames = std::mem::take(&mut self.errors);
        for (topic, reader) in &mut self.readers {
            // Frames of the log come one by one; nothing else changes while the topic is held.
            shared.hub.with(topic, |state| {
                while let Next::Tell(told) = reader.next(state, Moment::default()) {
                    shared.metrics.delivered(Transport::Poll, &told.frames, Some((told.mode, told.lag)), 1);
                    frames.extend(told.frames.iter().map(|frame| frame.as_str().to_owned()));
                }
            });
        }
        frames
    }

    fn heartbeat(&self, shared: &Shared) -> String {
        shared.around(|around| heartbeat(self.readers.iter(), around))
    }
}

fn wait(query: &str) -> Result<Duration, Refusal> {
    let Some(wait) = values(query, "wait").last() else { return Ok(Duration::ZERO) };
    match wait.parse() {
        Ok(seconds) if seconds <= LONGEST_WAIT_S => Ok(Duration::from_secs(seconds)),
        _ => Err(Refusal::new(Code::Malformed, format!("wait is a number of seconds from 0 to {LONGEST_WAIT_S}"))),
    }
}

fn answer(frames: &[String], heartbeat: Option<&str>) -> Response {
    let all: Vec<&str> = frames.iter().map(String::as_str).chain(heartbeat).collect();
    let json = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (json, format!("[{}]", all.join(","))).into_response()
}
