//! What the `undercurrent` command does: the parts put together, and started.

mod check;
mod health;
pub mod load;
mod record;
pub mod serve;
mod token;

use crate::config::{Cli, Command, Config};
use crate::domain::odds::feed::PollSettings;
use crate::feed::{massive, odds_api};

/// What went wrong, as one sentence for the operator.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Does what was asked for.
///
/// # Errors
/// A sentence that says what is wrong and what to do.
pub async fn run(cli: &Cli) -> Outcome {
    match &cli.command {
        Command::Serve { replay } => serve::run(&cli.config, replay.as_ref()).await,
        Command::Record { out, seconds } => record::run(&cli.config, out, *seconds).await,
        Command::Load(options) => load::command(options).await,
        Command::Token(command) => token::run(&cli.config, command).await,
        Command::Check => check::run(&cli.config).await,
        Command::Health => health::run(&cli.config).await,
    }
}

/// How the stocks provider is reached, if there is a key for it.
fn massive_settings(config: &Config) -> Option<massive::Settings> {
    let key = config.massive.key.clone()?;
    Some(massive::Settings { url: config.massive.url.clone(), key, watch: config.massive.tickers.clone() })
}

fn odds_api_settings(config: &Config) -> Option<odds_api::Settings> {
    let odds = &config.odds;
    let poll = PollSettings {
        sports: odds.sports.clone(),
        regions: odds.regions.clone(),
        markets: odds.markets.clone(),
        interval: odds.interval,
    };
    Some(odds_api::Settings { url: odds.api_url.clone(), key: odds.api_key.clone()?, poll })
}

/// Becomes true when the process is asked to stop; a second time ends it at once.
fn stop_on_signals() -> tokio::sync::watch::Receiver<bool> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping; once more to stop at once");
        stop.send_replace(true);
        signal().await;
        std::process::exit(130);
    });
    stopped
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        // Without it, an interrupt still works.
        Err(_) => drop(interrupt.await),
    }
}
