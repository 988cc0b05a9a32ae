//! The dashboard: what a browser shows of the server's topics.
//!
//! `model` and the pure half of `domain` decide and are tested natively. Everything that touches
//! the browser exists on WASM only: [`socket`] drives `shared::link`, [`live`] keeps the rows and
//! flushes once a frame, `parts` and the pages paint. It decides nothing about the connection.

pub mod domain;
pub mod model;
#[cfg(test)]
mod palette;
pub mod slip;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod hook;
#[cfg(target_arch = "wasm32")]
mod identity;
#[cfg(target_arch = "wasm32")]
mod live;
#[cfg(target_arch = "wasm32")]
mod parts;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod reactive;
#[cfg(target_arch = "wasm32")]
mod router;
#[cfg(target_arch = "wasm32")]
mod settings;
#[cfg(target_arch = "wasm32")]
mod socket;

#[cfg(target_arch = "wasm32")]
pub use app::start;
