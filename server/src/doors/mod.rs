//! The other documented entrances, as codecs over the same hub.
