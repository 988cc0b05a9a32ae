//! One connection's rules.
