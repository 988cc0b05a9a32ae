//! The whole server over real sockets: what a provider sends is what every client sees, whatever
//! happens in between.

mod restart;
mod slow_reader;
mod tape;
