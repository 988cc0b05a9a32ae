//! The pages, one folder for each domain. Domains never import each other; what they share is how
//! their rows are kept.

pub mod arbs;
pub mod bets;
pub mod darkpool;
pub mod keyed;
pub mod odds;
pub mod stores;
