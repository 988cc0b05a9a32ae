//! The ledger of bets from outside: requests and scores in, rows, pools and stored state out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod house;
mod model;
mod place;
mod properties;
mod query;
mod restart;
mod settle;
