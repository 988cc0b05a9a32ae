//! Odds and bets: which engine, and what feeds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::domain::odds::OddsTopic;
use shared::wire::SourceState;
use tokio::sync::{oneshot, watch};

use super::ServeError;
use super::domains::{Domains, Events};
use super::world::World;
use crate::command::odds_api_settings;
use crate::config::Config;
use crate::demo::odds as demo;
use crate::domain::bets::BetsEngine;
use crate::domain::odds::Event;
use crate::domain::odds::engine::{BookTerms, OddsEngine, OddsSettings};
use crate::domain::sportsbook::Sportsbook;
use crate::feed::{Source, odds_api, wall_now};

/// Books whose prices others follow; each has the say of three.
const SHARP: [&str; 3] = ["betfair_ex_uk", "pinnacle", "smarkets"];

/// Starts the engine of both domains.
pub(super) async fn start(
    config: &Config,
    domains: &Domains,
) -> Result<(Events<Event>, oneshot::Receiver<()>), ServeError> {
    let standing = OddsTopic::STANDING.map(|t| t.topic());
    let engine = Sportsbook::new(OddsEngine::new(settings(config)), BetsEngine::new(config.bets.clone()));
    domains.start("sportsbook", engine, standing.into()).await
}

/// How odds are looked at.
fn settings(config: &Config) -> OddsSettings {
    let odds = &config.odds;
    let mut books: BTreeMap<Box<str>, BookTerms> = BTreeMap::new();
    for book in SHARP {
        books.entry(book.into()).or_default().weight = 3;
    }
    for (book, commission) in &odds.commissions {
        books.entry(book.clone()).or_default().commission = *commission;
    }
    OddsSettings {
        devig: odds.devig,
        max_age: odds.max_age,
        max_age_live: odds.max_age_live,
        max_lag: odds.max_lag,
        hybrid: odds.hybrid,
        half_weight: odds.half_weight,
        books,
        ..OddsSettings::default()
    }
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
        World::Demo(seed) => {
            let demo = &config.demo;
            let settings = demo::Settings {
                seed: *seed,
                markets: demo.markets,
                books: demo.books,
                changing_pct: demo.changing_pct,
                ..demo::Settings::default()
            };
            let source = Source::new("demo_odds", wall_now());
            tokio::spawn(demo::run(settings, source.clone(), events, stopped.clone()));
            Some(source)
        }
        // Tapes are of stocks.
        World::Tape(_) => None,
    }
}

/// What is told of an operator's own source, where no other is configured.
pub(super) fn own_source(config: &Config, world: &World) -> Option<Arc<Source>> {
    let alone = matches!(world, World::Live) && odds_api_settings(config).is_none();
    alone.then(|| {
        let source = Source::new("pushed", wall_now());
        source.set(SourceState::Down, "no odds were sent yet: POST /api/v1/odds, or the table odds_inbox", wall_now());
        source
    })
}
