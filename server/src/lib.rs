//! The server: one upstream connection per provider, thousands of live readers.
//!
//! The pure parts (`domain`, `hub`, `session`) know no socket, clock or task; the drivers around
//! them hold no decisions. See `docs/ARCHITECTURE.md`.

pub mod access;
pub mod command;
pub mod config;
pub mod demo;
pub mod domain;
pub mod doors;
pub mod fanout;
pub mod feed;
pub mod http;
pub mod hub;
pub mod observe;
pub mod session;
pub mod store;
