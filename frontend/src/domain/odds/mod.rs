//! The odds pages: the board of a sport, one event, how the books are doing.
//!
//! The pure half reads rows, keeps what orders them, and decides what is shown; the other half, which
//! exists in the browser only, puts that on the screen.

pub mod board;
pub mod columns;
pub mod event;
pub mod movement;
pub mod read;
pub mod spoken;
pub mod store;
pub mod table;
pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod page;
