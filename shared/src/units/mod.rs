//! Quantities that cannot be wrong: parsed at the edge, exact inside, decimal strings on the wire.
//!
//! No floating point: money, prices, sizes and ratios are integers with a fixed number of decimals.

mod decimal;
mod market;
mod schema;
mod time;

pub use decimal::{DecimalError, Money, Price, Ratio, Shares};
pub use market::{Ticker, TickerError};
pub use time::{Moment, Timestamp};
