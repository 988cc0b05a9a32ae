//! The pages, one folder for each domain. Domains never import each other.

pub mod arbs;
pub mod bets;
pub mod darkpool;
