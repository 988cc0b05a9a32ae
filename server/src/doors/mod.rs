//! The other documented entrances, as codecs over the same hub.

mod darkpool;

pub use darkpool::DarkPoolDoor;
