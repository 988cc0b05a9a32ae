//! Odds and bets: which engine, and what feeds it.

use std::sync::Arc;

use shared::domain::odds::OddsTopic;
use tokio::sync::{oneshot, watch};

use super::ServeError;
use super::domains::{Domains, Events};
use super::world::World;
use crate::command::odds_api_settings;
use crate::config::Config;
use crate::domain::bets::BetsEngine;
use crate::domain::odds::{Event, OddsEngine};
use crate::domain::sportsbook::Sportsbook;
use crate::feed::{Source, odds_api, wall_now};

/// Starts the engine of both domains.
pub(super) async fn start(
    config: &Config,
    domains: &Domains,
) -> Result<(Events<Event>, oneshot::Receiver<()>), ServeError> {
    let standing = OddsTopic::STANDING.map(|t| t.topic());
    let engine = Sportsbook::new(OddsEngine::default(), BetsEngine::new(config.bets.clone()));
    domains.start("sportsbook", engine, standing.into()).await
}

/// Lets the events come, if there are any.
pub(super) fn feed(
    config: &Config,
    world: &World,
    events: Events<Event>,
    stopped: &watch::Receiver<bool>,
) -> Option<Arc<Source>> {
    match world {
        World::Live => {
            let settings = odds_api_settings(config)?;
            let source = Source::new("odds_api", wall_now());
            tokio::spawn(odds_api::run(settings, source.clone(), events, stopped.clone()));
            Some(source)
        }
        World::Demo(_) | World::Tape(_) => None,
    }
}
