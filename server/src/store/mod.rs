//! What survives a restart: each topic's rows with the `seq` of their last change, and the engines'
//! own state, committed together before a frame goes out.
//!
//! [`open`] gives the [`Store`] that a URL names. Every implementation passes the same conformance
//! suite.

#[cfg(test)]
mod conformance;
mod error;
#[cfg(test)]
mod failures;
mod lock;
mod plan;
mod sqlite;
#[cfg(test)]
mod survival;
mod tokens;
mod types;

use std::sync::Arc;

pub use sqlite::SqliteStore;
pub use tokens::{Revoked, StoredToken, TokenStore};
pub use types::{Commit, Scope, Store, StoreError, StoreFuture, Stored, StoredTopic, TopicCommit};

/// Opens the store that a URL names: `sqlite://path`, `sqlite::memory:`. The file is made when it is
/// not there, its folder is not.
///
/// # Errors
/// Says what is wrong and what to do; the URL itself, which may hold a password, is not repeated.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Err(StoreError::Url("PostgreSQL is not supported by this version; use sqlite://PATH"));
    }
    Ok(Arc::new(SqliteStore::open(url).await?))
}
