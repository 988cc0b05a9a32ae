//! The whole server over real sockets: what a provider sends is what every client sees, whatever
//! happens in between.

mod bets;
mod check;
mod door;
mod doors;
mod fanout;
mod http;
mod identity;
mod lifecycle;
mod load;
mod restart;
mod session;
mod slow_reader;
mod store;
mod tape;
