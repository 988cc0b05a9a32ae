//! WebSocket as bytes: frames (RFC 6455) and their compression (RFC 7692), without any I/O.
//!
//! [`Reader`] makes messages of what comes, the `push_*` functions frames of what goes, [`Deflater`] and
//! [`Inflater`] do the compression that [`negotiate`] agreed on. The server's shards use it, and so does the
//! load tool, which plays the clients. Who answers a ping or how a connection is closed is not decided here.
//!
//! Beside what RFC 6455 says, whoever reads may rely on two things: what a [`Reader`] gives does not depend on
//! where the stream was cut, and a reader between two messages owns no memory.

mod deflate;
mod extension;
pub mod handshake;
mod header;
mod inflate;
mod mask;
mod reader;
mod violation;
mod write;

#[cfg(test)]
mod property_tests;

pub use deflate::Deflater;
pub use extension::{Accepted, Agreed, Policy, accepted, negotiate, offer};
pub use header::Opcode;
pub use inflate::Inflater;
pub use reader::{Incoming, Reader, Role};
pub use violation::Violation;
pub use write::{push_close, push_frame, push_header, push_masked};
