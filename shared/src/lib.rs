//! Every type and rule that Undercurrent's server and dashboard have in common.
//!
//! Pure: no I/O, no clock, no randomness, no threads. It builds and is tested natively and in
//! WebAssembly. Layers, each importing only those before it:
//! `units <- stream <- domain <- wire <- link`, and [`order`], which imports none of them.

pub mod domain;
pub mod link;
pub mod order;
pub mod stream;
pub mod units;
pub mod wire;
