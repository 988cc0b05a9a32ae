//! The pages, one folder for each domain. Domains never import each other.

pub mod darkpool;
