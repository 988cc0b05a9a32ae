//! Waiting for something to become true, with a deadline and never longer than needed.

use std::time::Duration;

use anyhow::bail;
use tokio::time::Instant;

/// How long anything may take before a test gives up. Generous: a busy machine is not a failure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at something that cannot be subscribed to.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Looks until `look` finds something.
///
/// # Errors
/// After [`PATIENCE`], naming `what` was waited for.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
