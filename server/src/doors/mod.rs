//! The other documented entrances, as codecs over the same hub.

mod darkpool;
mod desk;
mod names;
mod number;
pub mod odds;
pub mod sportsbooks;
mod tray;

pub use darkpool::DarkPoolDoor;
pub use odds::OddsDoor;
pub use sportsbooks::SportsbooksDoor;
