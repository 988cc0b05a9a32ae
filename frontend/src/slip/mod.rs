//! The bet slip, between the odds that are picked and the ledger that takes the bets.
//!
//! The pure half knows what is typed and how far each bet is; the other half, which exists in the
//! browser only, gives the commands and puts the slip on the screen.

pub mod kept;
pub mod leg;
pub mod list;
pub mod pick;
pub mod quote;

#[cfg(target_arch = "wasm32")]
mod card;
#[cfg(target_arch = "wasm32")]
pub mod desk;
#[cfg(target_arch = "wasm32")]
pub mod view;
