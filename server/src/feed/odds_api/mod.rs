//! The driver of the odds feed: asks what [`Poller`] says, one request at a time, and hands on what
//! the answers hold.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderMap, RETRY_AFTER};
use shared::units::{OddsFormat, Timestamp};
use shared::wire::SourceState;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use super::clock::{Stopwatch, wall_now};
use super::decoding::Complaints;
use super::http::{FetchError, FetchLimits, Fetched, Fetcher};
use super::{Batch, Counter, Secret, Site, Source, asked_to_stop};
use crate::domain::Tally;
use crate::domain::odds::Event;
use crate::domain::odds::feed::{Answer, Ask, Health, Learnt, PollSettings, Poller, Quota, decode};

/// The largest answers are those of a sport with all its events and books: a few megabytes.
const LIMITS: FetchLimits = FetchLimits { within: Duration::from_secs(20), bytes: 32 << 20 };

/// What the feed needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the provider is.
    pub url: Site,
    /// The operator's key.
    pub key: Secret,
    /// What is asked for.
    pub poll: PollSettings,
}

/// Asks until `shutdown` is true (or its sender is gone), or nobody takes the events any more.
///
/// How it is doing, and what is left of the quota, is told to `source`.
pub async fn run(
    settings: Settings,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    mut shutdown: watch::Receiver<bool>,
) {
    let span = tracing::info_span!("feed", name = source.name());
    async {
        let clock = Stopwatch::start();
        let poller = Poller::new(settings.poll, clock.now());
        let complaints = Complaints::new(source.clone());
        let fetcher = Fetcher::new(LIMITS);
        let mut driver =
            Driver { url: settings.url, key: settings.key, source, events, clock, poller, complaints, fetcher };
        tokio::select! {
            () = driver.drive() => {}
            () = asked_to_stop(&mut shutdown) => driver.source.set(SourceState::Down, "the server is stopping", wall_now()),
        }
    }
    .instrument(span)
    .await;
}

/// Asks for the list of sports, which costs nothing, to see whether the key is good.
///
/// # Errors
/// What is wrong, as a sentence without the key.
pub async fn probe(settings: &Settings) -> Result<Quota, String> {
    let fetched = fetch(&Fetcher::new(LIMITS), &settings.url, &settings.key, &Ask::Sports.path(&settings.poll)).await;
    let fetched = fetched.map_err(|error| settings.key.redact(&error.to_string()))?;
    let text = String::from_utf8_lossy(&fetched.body);
    match (fetched.status.is_success(), decode::sports(&text)) {
        (true, Some(_)) => Ok(quota(&fetched.headers)),
        (true, None) => Err("the answer is no list of sports: check UNDERCURRENT_ODDS_API_URL".into()),
        (false, _) => {
            let said = settings.key.redact(&decode::trouble(&text).message);
            Err(format!("the provider answers {}: {said}; check UNDERCURRENT_ODDS_API_KEY", fetched.status.as_u16()))
        }
    }
}

struct Driver {
    url: Site,
    key: Secret,
    source: Arc<Source>,
    events: mpsc::Sender<Batch<Event>>,
    clock: Stopwatch,
    poller: Poller,
    complaints: Complaints,
    fetcher: Fetcher,
}

impl Driver {
    /// Until nobody takes the events any more.
    async fn drive(&mut self) {
        loop {
            self.publish();
            let ask = self.poller.poll_request(self.clock.now(), wall_now());
            let Some(ask) = ask else {
                let due = self.poller.poll_timeout(self.clock.now(), wall_now());
                sleep_until(due.map_or_else(Instant::now, |due| self.clock.instant(due))).await;
                continue;
            };
            let batch = self.ask(&ask).await;
            if !batch.events.is_empty() && self.events.send(batch).await.is_err() {
                return;
            }
        }
    }

    /// Asks, and tells the poller what came back.
    async fn ask(&mut self, ask: &Ask) -> Batch<Event> {
        let fetched = self.fetch(ask).await;
        let received = wall_now();
        let mut events = Vec::new();
        match fetched {
            Ok(fetched) => {
                self.source.add(Counter::Frames, 1);
                self.source.add(Counter::Bytes, fetched.body.len() as u64);
                let learnt = self.read(ask, &fetched, received, &mut events);
                let quota = quota(&fetched.headers);
                let retry_after = number(&fetched.headers, RETRY_AFTER.as_str()).map(Duration::from_secs);
                let learnt = learnt.unwrap_or(Learnt::Events(&events));
                let answer = Answer { status: fetched.status.as_u16(), quota, retry_after, learnt };
                self.poller.handle_answer(self.clock.now(), received, &answer, random());
                self.source.set_quota(self.poller.quota());
            }
            Err(error) => {
                let why = self.key.redact(&format!("the provider cannot be asked: {error}"));
                tracing::debug!(why, ?ask, "no answer");
                self.poller.handle_failure(self.clock.now(), &why, random());
            }
        }
        Batch { received, events }
    }

    async fn fetch(&self, ask: &Ask) -> Result<Fetched, FetchError> {
        fetch(&self.fetcher, &self.url, &self.key, &ask.path(self.poller.settings())).await
    }

    /// What an answer holds: events, or what is given back.
    fn read(
        &mut self,
        ask: &Ask,
        fetched: &Fetched,
        at: Timestamp,
        events: &mut Vec<Event>,
    ) -> Option<Learnt<'static>> {
        let Ok(text) = std::str::from_utf8(&fetched.body) else {
            self.complaints.tally(Tally { ignored: 0, garbage: 1 }, "bytes that are no text");
            return Some(Learnt::Trouble(decode::Trouble::default()));
        };
        if !fetched.status.is_success() {
            return Some(Learnt::Trouble(self.trouble(text)));
        }
        let response_ms = u32::try_from(fetched.took.as_millis()).unwrap_or(u32::MAX);
        let context =
            decode::Context { format: OddsFormat::Decimal, at, response_ms: Some(response_ms), all_books: true };
        let tally = match ask {
            Ask::Sports => {
                return Some(match decode::sports(text) {
                    Some(sports) => Learnt::Sports(sports),
                    None => Learnt::Trouble(self.trouble(text)),
                });
            }
            Ask::Odds(sport) => decode::odds(sport, text, &context, events),
            Ask::Scores { .. } => decode::scores(text, at, events),
        };
        self.source.add(Counter::Events, events.len() as u64);
        self.complaints.tally(tally, text);
        None
    }

    fn trouble(&self, text: &str) -> decode::Trouble {
        let trouble = decode::trouble(text);
        // Providers repeat what was wrong.
        decode::Trouble { message: self.key.redact(&trouble.message).into(), ..trouble }
    }

    /// Tells the source how it is doing, and the log what a person would notice.
    fn publish(&mut self) {
        let Some(Health { state, message }) = self.poller.poll_health(self.clock.now(), wall_now()) else { return };
        let before = self.source.state();
        self.source.set(state, &message, wall_now());
        let word = state.as_str();
        match state {
            SourceState::Live if before == state => tracing::debug!(state = word, "{message}"),
            SourceState::Live => tracing::info!(state = word, "{message}"),
            SourceState::Down if self.source.count(Counter::Frames) == 0 => tracing::debug!(state = word, "{message}"),
            SourceState::Lagging | SourceState::Stale | SourceState::Down => tracing::warn!(state = word, "{message}"),
        }
    }
}

async fn fetch(fetcher: &Fetcher, url: &Site, key: &Secret, path: &str) -> Result<Fetched, FetchError> {
    let path = format!("{path}&apiKey={}", escaped(key.reveal()));
    let site = url.below(&path).map_err(|error| FetchError::Connection(error.to_string()))?;
    tracing::debug!(%site, "asking");
    fetcher.get(&site).await
}

/// What the headers say of the quota.
fn quota(headers: &HeaderMap) -> Quota {
    Quota {
        remaining: number(headers, "x-requests-remaining"),
        used: number(headers, "x-requests-used"),
        last: number(headers, "x-requests-last"),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    // Some write 487.0.
    text.split('.').next()?.parse().ok()
}

/// For a query: everything but letters, digits, `-`, `.`, `_` and `~` as `%XX` (RFC 3986).
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

/// Any number: the standard library seeds its hash maps from the system's source of chance.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_escaped_and_numbers_of_headers_are_read() {
        assert_eq!(escaped("a-b.c_d~1&x=%é"), "a-b.c_d~1%26x%3D%25%C3%A9");
        let headers = [("x-requests-remaining", "487.0"), ("x-requests-used", " 13"), ("x-requests-last", "none")];
        let headers: HeaderMap = headers
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse::<hyper::header::HeaderValue>().unwrap()))
            .collect::<HeaderMap>();
        assert_eq!(quota(&headers), Quota { remaining: Some(487), used: Some(13), last: None });
    }
}
