//! The dark-pool engine from the outside: events in, rows out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod demo;
mod ibm;
mod market;
mod oracles;
mod restart;
mod session;
mod topics;
