//! What each domain puts into its topics. Domains never import each other.

pub mod bets;
pub mod darkpool;
pub mod odds;
mod registry;

pub use registry::{TopicKind, kind_of, on_demand, owner_of};
