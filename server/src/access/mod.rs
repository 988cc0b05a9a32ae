//! Who may say that they are someone: the one place where a token becomes an
//! [`Identity`](crate::session::Identity).
//!
//! A token is either one that `undercurrent token create` printed, looked up by its hash in a table that
//! follows the store, or a JSON Web Token of the operator's own accounts. [`Access`] is asked by
//! everyone; [`follow`] keeps it up to date and says when somebody's token was revoked or ran out.

mod attempts;
mod follow;
mod jwt;
mod looks;
mod table;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use shared::units::{Moment, Timestamp};
use shared::wire::Code;
use tokio::sync::watch;

pub use follow::follow;
pub use jwt::{Jwt, JwtError, JwtSettings, KeySource, NotTaken};
pub use table::Table;
pub use token::{Hash, Token, TokenError, hash_of};

use self::attempts::Attempts;
use self::looks::Looks;
use self::table::{Found, NotFound};
use crate::feed::wall_now;
use crate::observe::{Metrics, SignIn};
use crate::session::{Denied, Identity, Presented};

/// Nothing that is longer is looked at, in bytes: a cookie holds no more.
const LONGEST: usize = 4096;
/// How exactly it is noted when a token was last used, in milliseconds.
const USED_WITHIN_MS: i64 = 3_600_000;

/// See the [module](self).
pub struct Access {
    table: RwLock<Table>,
    jwt: Option<Jwt>,
    attempts: Mutex<Attempts>,
    /// When those that were recognised run out.
    ends: Mutex<BTreeSet<Timestamp>>,
    /// Tokens that were used, until that is stored.
    used: Mutex<BTreeMap<i64, Timestamp>>,
    changes: watch::Sender<u64>,
    looks: Looks,
    metrics: Arc<Metrics>,
    started: Instant,
}

impl Access {
    /// Nobody is known yet but to `jwt`.
    #[must_use]
    pub fn new(jwt: Option<Jwt>, metrics: Arc<Metrics>) -> Access {
        Access {
            table: RwLock::default(),
            jwt,
            attempts: Mutex::default(),
            ends: Mutex::default(),
            used: Mutex::default(),
            changes: watch::Sender::new(0),
            looks: Looks::default(),
            metrics,
            started: Instant::now(),
        }
    }

    /// Whose token this is. One that is known is taken whatever else came from the address; an address
    /// that guesses is soon told to wait.
    ///
    /// # Errors
    /// [`Denied`] says why nobody was recognised, and what to do.
    pub async fn verify(&self, presented: &Presented, address: IpAddr) -> Result<Arc<Identity>, Denied> {
        let outcome = self.recognise(presented.reveal(), address).await;
        let kind = match &outcome {
            Ok(identity) => {
                self.ends.lock().unwrap_or_else(PoisonError::into_inner).extend(identity.expires);
                SignIn::Accepted
            }
            Err(Denied { code: Code::TooMany, .. }) => SignIn::Limited,
            Err(denied) => {
                tracing::debug!(%address, reason = &*denied.message, "a token was refused");
                SignIn::Refused
            }
        };
        self.metrics.verified(kind);
        outcome
    }

    async fn recognise(&self, text: &str, address: IpAddr) -> Result<Arc<Identity>, Denied> {
        if text.starts_with(token::PREFIX) {
            return match self.look_up(text, address).await {
                Ok(found) => Ok(found.identity),
                Err(NotFound::Unknown) => self.guessed(address, token::sentence(text)),
                Err(over @ (NotFound::Revoked | NotFound::Expired)) => Err(denied(over.sentence())),
            };
        }
        let Some(jwt) = self.jwt.as_ref().filter(|_| text.len() <= LONGEST && jwt::looks_like(text)) else {
            return self.guessed(address, "that is no token: sign in with one that the operator gave you");
        };
        // Checking a signature costs something, so who guesses is not even listened to.
        self.may_try(address)?;
        match jwt.verify(text).await {
            Ok(identity) => Ok(Arc::new(identity)),
            Err(NotTaken { genuine: true, sentence }) => Err(denied(sentence)),
            Err(NotTaken { genuine: false, sentence }) => self.guessed(address, sentence),
        }
    }

    /// A token of ours. One that was made just now is not known yet, so the store is looked at once more.
    async fn look_up(&self, text: &str, address: IpAddr) -> Result<Found, NotFound> {
        let (hash, wall) = (hash_of(text), wall_now());
        let find = || self.read_table(|table| table.find(&hash, wall));
        let mut found = find();
        if found == Err(NotFound::Unknown) && token::is_whole(text) && self.may_try(address).is_ok() {
            self.looks.one_more().await;
            found = find();
        }
        if let Ok(found) = &found {
            self.note_use(found.id, found.used, wall);
        }
        found
    }

    /// Whether what was verified still holds: it was not revoked and did not run out.
    #[must_use]
    pub fn holds(&self, identity: &Identity) -> bool {
        let wall = wall_now();
        identity.expires.is_none_or(|at| wall < at)
            && identity.token.as_deref().is_none_or(|id| self.read_table(|table| table.holds(id)))
    }

    /// Waits until what was verified holds no more. Nobody's never ends.
    pub async fn ended(&self, identity: Option<&Arc<Identity>>) {
        let Some(identity) = identity else { return std::future::pending().await };
        let mut changes = self.changes.subscribe();
        while self.holds(identity) {
            // The sender is ours.
            let _ = changes.changed().await;
        }
    }

    /// Counts what was revoked or ran out; changes whenever somebody may have to go.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How many tokens hold.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.read_table(Table::len)
    }

    fn read_table<T>(&self, read: impl FnOnce(&Table) -> T) -> T {
        read(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The store's tokens as they are now.
    fn replace(&self, table: Table) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = table;
        self.changes.send_modify(|count| *count += 1);
    }

    /// Time passed: whoever ran out has to go.
    fn pass_time(&self, wall: Timestamp) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).forget(self.now());
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let before = ends.len();
        ends.retain(|at| *at > wall);
        if ends.len() < before {
            self.changes.send_modify(|count| *count += 1);
        }
    }

    fn note_use(&self, id: i64, before: Option<Timestamp>, wall: Timestamp) {
        if before.is_some_and(|before| wall.ms_since(before) < USED_WITHIN_MS) {
            return;
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.entry(id).or_insert(wall);
    }

    /// The tokens that were used since this was last asked. Each is noted as used, so that it comes only
    /// once an hour.
    fn take_used(&self) -> BTreeMap<i64, Timestamp> {
        let used = std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner));
        if !used.is_empty() {
            self.table.write().unwrap_or_else(PoisonError::into_inner).note_used(&used);
        }
        used
    }

    fn now(&self) -> Moment {
        Moment::from_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    fn may_try(&self, address: IpAddr) -> Result<(), Denied> {
        let wait = self.attempts.lock().unwrap_or_else(PoisonError::into_inner).wait(address, self.now());
        match wait {
            None => Ok(()),
            Some(wait) => Err(Denied {
                code: Code::TooMany,
                message: "too many wrong tokens came from your address; try again later".into(),
                retry_after: Some(wait),
            }),
        }
    }

    /// Something that is nobody's was shown.
    fn guessed<T>(&self, address: IpAddr, sentence: &str) -> Result<T, Denied> {
        self.may_try(address)?;
        if self.attempts.lock().unwrap_or_else(PoisonError::into_inner).fail(address, self.now()) {
            tracing::warn!(%address, "many wrong tokens come from one address: it has to wait");
        }
        Err(denied(sentence))
    }
}

fn denied(sentence: &str) -> Denied {
    Denied { code: Code::SignIn, message: sentence.into(), retry_after: None }
}
