//! `undercurrent record`: a provider's frames as a tape.

use std::path::Path;
use std::time::Duration;

use super::{Outcome, massive_settings, stop_on_signals};
use crate::config::Config;
use crate::feed::{Source, record, wall_now};

/// Records until it is stopped, or for so many seconds.
pub(super) async fn run(config: &Config, out: &Path, seconds: Option<u64>) -> Outcome {
    let settings = massive_settings(config)
        .ok_or("there is nothing to record: set UNDERCURRENT_MASSIVE_KEY to the provider's key")?;
    let source = Source::new("massive", wall_now());
    let mut signals = stop_on_signals();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        let limit = seconds.map_or(Duration::MAX, Duration::from_secs);
        // Whichever comes first.
        let _ = tokio::time::timeout(limit, signals.wait_for(|stop| *stop)).await;
        stop.send_replace(true);
    });
    let summary = record::run(settings, out, source, stopped).await?;
    println!("{} frames in {}", summary.frames, out.display());
    Ok(())
}
