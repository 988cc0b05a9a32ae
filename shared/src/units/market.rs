//! Names that markets give to things.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A stock's symbol as its provider writes it: `IBM`, `BRK.B`, `BACpE`.
///
/// 1 to 16 ASCII letters, digits, `.`, `-`, `_`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Ticker(Arc<str>);

/// The text is no ticker.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a ticker is 1 to 16 letters, digits, '.', '-' or '_'")]
pub struct TickerError;

impl Ticker {
    /// The symbol.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` has the form of a ticker.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        (1..=16).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    }
}

impl TryFrom<Arc<str>> for Ticker {
    type Error = TickerError;

    fn try_from(text: Arc<str>) -> Result<Ticker, TickerError> {
        if Ticker::is_valid(&text) { Ok(Ticker(text)) } else { Err(TickerError) }
    }
}

impl From<Ticker> for Arc<str> {
    fn from(ticker: Ticker) -> Arc<str> {
        ticker.0
    }
}

impl FromStr for Ticker {
    type Err = TickerError;

    fn from_str(text: &str) -> Result<Ticker, TickerError> {
        if Ticker::is_valid(text) { Ok(Ticker(text.into())) } else { Err(TickerError) }
    }
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn share_classes_and_preferred_shares_are_tickers_and_paths_are_not() {
        for good in ["IBM", "BRK.B", "BACpE", "A", "NTEST.Q"] {
            assert_eq!(good.parse::<Ticker>().map(|t| t.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "A/B", "IBM ", "ÄÖ", "ABCDEFGHIJKLMNOPQ", "T@1"] {
            assert_eq!(bad.parse::<Ticker>(), Err(TickerError), "{bad}");
        }
    }
}
