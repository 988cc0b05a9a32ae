//! The dark-pool engine from the outside: events in, rows out.

mod demo;
mod ibm;
mod market;
mod oracles;
mod restart;
mod session;
mod topics;
