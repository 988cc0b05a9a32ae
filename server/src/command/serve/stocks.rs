//! The stocks: which engine, and what feeds it.

use std::sync::Arc;

use shared::domain::darkpool::DarkPoolTopic;
use shared::wire::SourceState;
use tokio::sync::{oneshot, watch};

use super::ServeError;
use super::domains::{Domains, Events};
use super::world::World;
use crate::command::massive_settings;
use crate::config::{Config, Replay};
use crate::demo::stocks as demo;
use crate::domain::darkpool::{Calendar, DarkPoolEngine, Event};
use crate::feed::{Source, massive, replay, wall_now};

/// Starts the engine.
pub(super) async fn start(
    domains: &Domains,
    world: &World,
) -> Result<(Events<Event>, oneshot::Receiver<()>), ServeError> {
    let calendar = match world {
        World::Live | World::Tape(_) => Calendar::NewYork,
        World::Demo(_) => Calendar::AlwaysOpen,
    };
    let standing = [DarkPoolTopic::Sentiment, DarkPoolTopic::Top, DarkPoolTopic::Tape].map(|t| t.topic());
    domains.start("darkpool", DarkPoolEngine::new(calendar), standing.into()).await
}

/// Lets the events come, if there are any.
pub(super) fn feed(
    config: &Config,
    world: &World,
    events: Events<Event>,
    stopped: &watch::Receiver<bool>,
) -> Option<Arc<Source>> {
    let (stopped, new) = (stopped.clone(), |name: &str| Source::new(name, wall_now()));
    match world {
        World::Tape(Replay { file, speed }) => {
            let (source, file, speed) = (new("replay"), file.clone(), *speed);
            let told = source.clone();
            tokio::spawn(async move {
                if let Err(error) = replay::run(&file, speed, told.clone(), events, stopped).await {
                    tracing::error!(%error, "the tape cannot be played");
                    told.set(SourceState::Down, &error.to_string(), wall_now());
                }
            });
            Some(source)
        }
        World::Demo(seed) => {
            tracing::info!("showing the demo market: its prices are made up");
            let settings = demo::Settings {
                seed: *seed,
                tickers: config.demo.tickers,
                trades_per_s: config.demo.rate,
                ..demo::Settings::default()
            };
            let source = new("demo");
            tokio::spawn(demo::run(settings, source.clone(), events, stopped));
            Some(source)
        }
        World::Live => {
            let settings = massive_settings(config)?;
            let source = new("massive");
            tokio::spawn(massive::run(settings, source.clone(), events, None, stopped));
            Some(source)
        }
    }
}
