//! A commit on its way to the store, with what becomes visible when it has arrived.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::Prepared;
use super::super::registry::{Cell, OpenError};
use super::orders::Waiting;
use shared::units::Timestamp;
use tokio::sync::oneshot;

use crate::store::{Commit, Scope, Store, StoreError};

/// A store that does not answer for so long counts as failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// What becomes visible when the store has it.
#[derive(Default)]
pub(super) struct Cargo {
    pub(super) prepared: Vec<(Arc<Cell>, Prepared)>,
    /// Who waits for the first rows of a topic that is in it.
    pub(super) opened: Vec<oneshot::Sender<Result<(), OpenError>>>,
    /// Who waits for what they asked for to be stored.
    pub(super) answers: Vec<Waiting>,
    /// When the oldest event that it shows was received.
    pub(super) received: Option<Timestamp>,
}

pub(super) struct Flight {
    pub(super) commit: Arc<Commit>,
    pub(super) cargo: Cargo,
    pub(super) outcome: Option<Result<(), StoreError>>,
    pub(super) took: Duration,
    began: Instant,
    storing: Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>,
}

impl Flight {
    pub(super) fn new(store: &Arc<dyn Store>, scope: &Scope, commit: Commit, cargo: Cargo) -> Flight {
        let commit = Arc::new(commit);
        let (store, scope, storing) = (store.clone(), scope.clone(), commit.clone());
        let storing = Box::pin(async move {
            match tokio::time::timeout(PATIENCE, store.commit(&scope, &storing)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(StoreError::Other(format!("no answer within {} s", PATIENCE.as_secs()))),
            }
        });
        Flight { commit, cargo, outcome: None, took: Duration::ZERO, began: Instant::now(), storing }
    }
}

/// Returns when the flight has landed; never, when there is none to wait for.
pub(super) async fn landed(flight: &mut Option<Flight>) {
    match flight {
        Some(flight) if flight.outcome.is_none() => {
            flight.outcome = Some((&mut flight.storing).await);
            flight.took = flight.began.elapsed();
        }
        Some(_) => {}
        None => std::future::pending().await,
    }
}
