//! Looks at the store: whoever cannot wait for the next one asks for one more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// A store that is busy for longer keeps nobody waiting.
const WAIT: Duration = Duration::from_secs(1);

/// Numbered looks.
#[derive(Debug, Default)]
pub struct Looks {
    wanted: Notify,
    begun: AtomicU64,
    done: watch::Sender<u64>,
}

impl Looks {
    /// Waits for a look that begins from now on; one that is under way may have passed over what is
    /// looked for.
    pub async fn one_more(&self) {
        let begun = self.begun.load(Ordering::SeqCst);
        let mut done = self.done.subscribe();
        self.wanted.notify_one();
        // Without it, whoever waits is told what is known.
        let _ = timeout(WAIT, done.wait_for(|done| *done > begun)).await;
    }

    /// Waits until somebody wants one.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// One begins; this is its number.
    pub fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// It has ended.
    pub fn end(&self, number: u64) {
        self.done.send_replace(number);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_look_that_is_under_way_is_not_enough() {
        let looks = Looks::default();
        let under_way = looks.begin();
        let mut waits = pin!(looks.one_more());
        assert!(waits.as_mut().now_or_never().is_none());
        looks.wanted().await;
        looks.end(under_way);
        assert!(waits.as_mut().now_or_never().is_none(), "it may have passed over it");
        looks.end(looks.begin());
        assert!(waits.as_mut().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let asked = tokio::time::Instant::now();
        Looks::default().one_more().await;
        assert_eq!(asked.elapsed(), WAIT);
    }
}
