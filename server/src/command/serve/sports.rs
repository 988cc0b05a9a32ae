//! Odds and bets: which engine, and what feeds it.

use std::sync::Arc;

use shared::domain::odds::OddsTopic;
use tokio::sync::{oneshot, watch};

use super::ServeError;
use super::domains::{Domains, Events};
use super::world::World;
use crate::domain::odds::Event;
use crate::domain::sportsbook::Sportsbook;
use crate::feed::Source;

/// Starts the engine of both domains.
pub(super) async fn start(domains: &Domains) -> Result<(Events<Event>, oneshot::Receiver<()>), ServeError> {
    let standing = OddsTopic::STANDING.map(|t| t.topic());
    domains.start("sportsbook", Sportsbook::default(), standing.into()).await
}

/// Lets the events come, if there are any.
pub(super) fn feed(_world: &World, _events: Events<Event>, _stopped: &watch::Receiver<bool>) -> Option<Arc<Source>> {
    None
}
