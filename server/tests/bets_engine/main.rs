//! The ledger of bets from outside: requests and scores in, rows, pools and stored state out.

mod house;
mod model;
mod place;
mod properties;
mod query;
mod restart;
mod settle;
