//! What survives a restart: each topic's rows with the `seq` of their last change, and the engines'
//! own state, committed together before a frame goes out.

mod types;

pub use types::{Commit, Scope, Store, StoreError, StoreFuture, Stored, StoredTopic, TopicCommit};
