//! Keys that whoever signs publishes, as a file or at an address. They are kept while they cannot be
//! read, and read again when one is missing.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::keys::Key;
use super::{JwtError, KeySource};
use crate::feed::http::{FetchLimits, Fetcher};

/// How often keys are read that are as they should be.
const REFRESH: Duration = Duration::from_secs(600);
/// After a failure it is tried again after so long, then after twice as long each time...
const RETRY: Duration = Duration::from_secs(2);
/// ...up to so long.
const LONGEST_RETRY: Duration = Duration::from_secs(300);
/// A token with a key that is not known has them read at most so often.
const UNKNOWN: Duration = Duration::from_secs(10);
/// What fetching them may cost.
const LIMITS: FetchLimits = FetchLimits { within: Duration::from_secs(5), bytes: 1 << 20 };

/// See the [module](self).
#[derive(Debug)]
pub struct Published {
    source: KeySource,
    fetcher: Fetcher,
    keys: RwLock<Arc<[Key]>>,
    /// Whoever holds it reads.
    turn: Mutex<Turn>,
}

/// When keys are read.
#[derive(Debug)]
struct Turn {
    last: Option<Instant>,
    next: Instant,
    failures: u32,
}

impl Published {
    /// Reads them for the first time. An address may be out of reach for now, a file may not.
    pub async fn begin(source: KeySource) -> Result<Arc<Published>, JwtError> {
        let keys = match &source {
            KeySource::File(file) => read(file)?,
            KeySource::Url(_) => Arc::from([]),
        };
        let turn = Turn { last: None, next: Instant::now(), failures: 0 };
        let published =
            Published { source, fetcher: Fetcher::new(LIMITS), keys: RwLock::new(keys), turn: Mutex::new(turn) };
        let mut turn = published.turn.lock().await;
        published.read(&mut turn).await;
        // The first token that names another key has them read at once.
        turn.last = None;
        drop(turn);
        Ok(Arc::new(published))
    }

    /// Those of the last reading.
    pub fn keys(&self) -> Arc<[Key]> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads them beside whatever else happens, when it is time.
    pub fn refresh_when_due(self: &Arc<Published>) {
        let due = self.turn.try_lock().is_ok_and(|turn| Instant::now() >= turn.next);
        if due {
            let published = self.clone();
            tokio::spawn(async move {
                let mut turn = published.turn.lock().await;
                if Instant::now() >= turn.next {
                    published.read(&mut turn).await;
                }
            });
        }
    }

    /// Reads them because one is missing, unless that was just done.
    pub async fn refresh_for_unknown(&self) {
        let mut turn = self.turn.lock().await;
        if turn.last.is_none_or(|last| last.elapsed() >= UNKNOWN) {
            self.read(&mut turn).await;
        }
    }

    async fn read(&self, turn: &mut Turn) {
        let outcome = match &self.source {
            KeySource::File(file) => read(file).map_err(|error| error.to_string()),
            KeySource::Url(_) => self.fetch().await,
        };
        let now = Instant::now();
        turn.last = Some(now);
        match outcome {
            Ok(keys) => {
                if turn.failures > 0 || keys.len() != self.keys().len() {
                    tracing::info!(keys = keys.len(), "keys for JSON Web Tokens were read");
                }
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
                (turn.failures, turn.next) = (0, now + REFRESH);
            }
            Err(error) => {
                if turn.failures == 0 {
                    tracing::warn!(error, "keys for JSON Web Tokens cannot be read: those that are known go on");
                }
                turn.next = now + RETRY.saturating_mul(1 << turn.failures.min(8)).min(LONGEST_RETRY);
                turn.failures += 1;
            }
        }
    }

    async fn fetch(&self) -> Result<Arc<[Key]>, String> {
        let KeySource::Url(site) = &self.source else { return Ok(self.keys()) };
        let fetched = self.fetcher.get(site).await.map_err(|error| format!("jwks_url: {error}"))?;
        if !fetched.status.is_success() {
            return Err(format!("jwks_url: {site} answers {}", fetched.status));
        }
        match Key::of_set(&fetched.body).filter(|keys| !keys.is_empty()) {
            Some(keys) => Ok(keys.into()),
            None => Err(format!("jwks_url: {site} gives no JWK set with an RSA key for RS256")),
        }
    }
}

fn read(file: &Path) -> Result<Arc<[Key]>, JwtError> {
    let setting = "jwks_file";
    let json = std::fs::read(file).map_err(|error| JwtError::File { setting, file: file.to_owned(), error })?;
    let problem = "it is no JWK set with an RSA key for RS256";
    let keys = Key::of_set(&json).filter(|keys| !keys.is_empty());
    keys.map(Arc::from).ok_or_else(|| JwtError::Content { setting, file: file.to_owned(), problem })
}
