//! The harness of the integration tests.

pub mod fuzz;
pub mod provider;
