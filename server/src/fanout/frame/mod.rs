//! WebSocket as bytes: frames (RFC 6455) and their compression (RFC 7692), without any I/O.
//!
//! [`Reader`] makes messages of what comes, the `push_*` functions frames of what goes, [`Deflater`] and
//! [`Inflater`] do the compression that [`negotiate`] agreed on. The server's shards use it, and so does the
//! load tool, which plays the clients. Who answers a ping or how a connection is closed is not decided here.
//!
//! Beside what the RFCs say, whoever reads may rely on three things: what a [`Reader`] gives does not depend on
//! where the stream was cut, a reader between two messages owns no memory ([`Reader::heap_bytes`]), and one that
//! was closed or failed ([`Reader::is_closed`]) ignores what follows.

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
