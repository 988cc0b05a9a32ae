//! Quantities that cannot be wrong: parsed at the edge, exact inside, decimal strings on the wire.
//!
//! No floating point: money, prices, sizes and ratios are integers with a fixed number of decimals, odds are
//! fractions.

mod decimal;
mod market;
mod odds;
mod schema;
mod time;
mod user;

pub use decimal::{DecimalError, Money, Percent, Price, Ratio, Shares};
pub use market::{Ticker, TickerError};
pub use odds::{Odds, OddsError, OddsFormat};
pub use time::{Moment, Timestamp};
pub use user::{UserId, UserIdError};
