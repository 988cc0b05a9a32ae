//! What each domain puts into its topics. Domains never import each other.

pub mod darkpool;
mod registry;

pub use registry::{TopicKind, kind_of};
