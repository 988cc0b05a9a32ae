//! Keeps [`Access`] up to date: with the tokens in the store, with the time, with keys that others
//! publish.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::{Access, Table};
use crate::feed::{asked_to_stop, wall_now};
use crate::store::{StoreError, TokenStore};

/// How often it is looked whether tokens were created, revoked or ran out.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Follows the tokens of a store until the server stops. `None`: there is nowhere to keep any. The first
/// look was taken when this returns.
///
/// # Errors
/// The store cannot be read.
pub async fn follow(
    access: Arc<Access>,
    store: Option<TokenStore>,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), StoreError> {
    let mut follower = Follower { access, store, seen: None, works: true };
    follower.read().await?;
    tokio::spawn(async move {
        let mut tick = interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = follower.access.looks.wanted() => {}
                () = asked_to_stop(&mut stopped) => return,
            }
            follower.look().await;
        }
    });
    Ok(())
}

struct Follower {
    access: Arc<Access>,
    store: Option<TokenStore>,
    /// How many changes of tokens were seen.
    seen: Option<i64>,
    /// Whether the last look succeeded: the log says it once.
    works: bool,
}

impl Follower {
    async fn look(&mut self) {
        let number = self.access.looks.begin();
        let outcome = self.read().await;
        self.access.looks.end(number);
        if let Err(error) = &outcome
            && self.works
        {
            tracing::warn!(%error, "tokens cannot be read: those that are known go on");
        }
        self.works = outcome.is_ok();
        self.access.pass_time(wall_now());
        if let Some(jwt) = &self.access.jwt {
            jwt.refresh_when_due();
        }
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let Some(store) = &self.store else { return Ok(()) };
        let changes = store.changes().await?;
        if self.seen != Some(changes) {
            self.access.replace(Table::new(store.list().await?));
            if self.seen.is_some() {
                tracing::info!(tokens = self.access.tokens(), "tokens changed");
            }
            self.seen = Some(changes);
        }
        let used = self.access.take_used();
        if used.is_empty() { Ok(()) } else { store.note_used(&used).await }
    }
}
