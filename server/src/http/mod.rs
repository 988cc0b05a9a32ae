//! The HTTP entrance.
