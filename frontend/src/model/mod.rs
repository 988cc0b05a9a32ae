//! What the page decides without a browser: texts, times, windows of rows, what the badge says.
//!
//! Pure, and tested natively. Nothing here touches the DOM, reads a clock or keeps a signal.

pub mod badge;
pub mod clock;
pub mod csv;
pub mod flash;
pub mod meter;
pub mod pins;
pub mod price;
pub mod query;
pub mod route;
pub mod series;
pub mod slots;
pub mod sorted;
pub mod spark;
pub mod text;
pub mod watch;
pub mod who;
pub mod window;
