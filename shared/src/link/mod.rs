//! The connection (state machine).
