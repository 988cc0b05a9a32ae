//! The boundary of the store.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use shared::stream::{Epoch, Key, Mark, Seq, Topic};
use thiserror::Error;

use super::Letter;
use crate::domain::{RowJson, StateOp};

/// Whose data it is: a domain in a world. Worlds (`live`, `demo-1`, `replay-ibm`) never mix, so a
/// demo beside real data costs nobody anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// `live`, `demo-{seed}` or `replay-{file}`.
    pub world: Box<str>,
    /// The domain's name.
    pub domain: Box<str>,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.domain, self.world)
    }
}

/// Everything that one transaction writes.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// What changed in topics.
    pub topics: Vec<TopicCommit>,
    /// What changed in the engine's state.
    pub state: Vec<StateOp>,
}

/// One change set of one topic.
#[derive(Clone, Debug)]
pub struct TopicCommit {
    /// The topic.
    pub topic: Topic,
    /// Its numbering.
    pub epoch: Epoch,
    /// The number of this change set: the `seq` of every key in it.
    pub seq: Seq,
    /// Tombstones up to here are forgotten.
    pub floor: Seq,
    /// Rows at their new value.
    pub set: Vec<(Key, RowJson)>,
    /// Keys that are gone: they become tombstones.
    pub del: Vec<Key>,
    /// Keys smaller than this were evicted and are forgotten altogether.
    pub evicted_below: Option<Key>,
    /// Forget all that was stored of the topic first (a new epoch begins with all rows in `set`).
    pub replace: bool,
}

/// Everything that is known of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Topics by name.
    pub topics: BTreeMap<Topic, StoredTopic>,
    /// The engine's state.
    pub state: BTreeMap<Box<str>, Box<str>>,
}

/// A topic as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTopic {
    /// Its numbering.
    pub epoch: Epoch,
    /// The last committed number.
    pub head: Seq,
    /// As [`shared::stream::Table::floor`].
    pub floor: Seq,
    /// Rows and tombstones, by key.
    pub marks: Vec<Mark<RowJson>>,
}

/// Why the store cannot do its work, with what the operator can do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StoreError {
    /// No space left.
    #[error("the disk is full: free some space ({0})")]
    Full(String),
    /// Another process holds the database.
    #[error("the database is in use: stop the other process or choose another database ({0})")]
    Locked(String),
    /// What is there is no database, or a damaged one.
    #[error("the database is damaged: move the file away or restore a backup ({0})")]
    Corrupt(String),
    /// The file or folder cannot be written.
    #[error("the database cannot be opened for writing: check the path and its permissions ({0})")]
    Access(String),
    /// The URL names no database that this server can use.
    #[error("the database URL cannot be used: {0}")]
    Url(&'static str),
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

/// What a store's methods return.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps scopes. Calls take effect in the order in which they were first polled, each whole or not
/// at all, also when its future is dropped half-way. After an error the store is as it was before
/// the call, and the call may be repeated. No text holds a NUL character.
pub trait Store: Send + Sync {
    /// Everything that is stored of a scope.
    fn load<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Stored>;

    /// Writes a commit. When it returns, a killed process no longer loses it.
    fn commit<'a>(&'a self, scope: &'a Scope, commit: &'a Commit) -> StoreFuture<'a, ()>;

    /// Forgets topics that nobody came back for.
    fn forget<'a>(&'a self, scope: &'a Scope, topics: &'a [Topic]) -> StoreFuture<'a, ()>;

    /// The oldest events that other processes wrote, in their order: `odds_inbox`. A store that nobody else can
    /// write has none.
    fn inbox(&self, _most: u32) -> StoreFuture<'_, Vec<Letter>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Removes events of the inbox; those with a reason are kept in `odds_inbox_rejected`.
    fn inbox_done<'a>(&'a self, _taken: &'a [(i64, Option<Box<str>>)]) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Finishes what is under way and lets go of the database. Calls after it fail.
    fn close(&self) -> StoreFuture<'_, ()>;
}
