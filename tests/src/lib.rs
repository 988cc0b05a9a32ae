//! The harness of the integration tests: servers to start, clients to follow them, markets to show.

pub mod app;
pub mod bettor;
pub mod bookmakers;
pub mod client;
pub mod fuzz;
pub mod http;
pub mod jwt;
pub mod market;
pub mod process;
pub mod provider;
pub mod replicas;
pub mod slow;
pub mod tokens;
pub mod wait;
