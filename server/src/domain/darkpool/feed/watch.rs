//! What is subscribed to, and how the provider is asked for it.

use std::str::FromStr;

use shared::units::{Ticker, TickerError};
use thiserror::Error;

/// Which tickers a feed follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// The whole market.
    All,
    /// These.
    These(Vec<Ticker>),
}

/// The text names no tickers.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum WatchError {
    /// Nothing is named.
    #[error("name the tickers, separated by commas, or * for all")]
    Empty,
    /// One of the names is none.
    #[error("{0:?}: {1}")]
    Ticker(Box<str>, TickerError),
}

impl FromStr for Watch {
    type Err = WatchError;

    /// `*`, or tickers separated by commas.
    fn from_str(text: &str) -> Result<Watch, WatchError> {
        let mut tickers = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name == "*" {
                return Ok(Watch::All);
            }
            let ticker: Ticker = name.parse().map_err(|error| WatchError::Ticker(name.into(), error))?;
            if !tickers.contains(&ticker) {
                tickers.push(ticker);
            }
        }
        if tickers.is_empty() { Err(WatchError::Empty) } else { Ok(Watch::These(tickers)) }
    }
}

/// How many tickers one message subscribes to.
const CHUNK: usize = 100;

/// The messages that subscribe to the trades and quotes of `watch`.
pub(super) fn subscribe_texts(watch: &Watch) -> Vec<Box<str>> {
    let text = |names: &[&str]| {
        let params: Vec<_> = names.iter().map(|name| format!("T.{name},Q.{name}")).collect();
        // Tickers have no character that JSON would escape.
        format!(r#"{{"action":"subscribe","params":"{}"}}"#, params.join(",")).into_boxed_str()
    };
    match watch {
        Watch::All => vec![text(&["*"])],
        Watch::These(tickers) => {
            let names: Vec<_> = tickers.iter().map(Ticker::as_str).collect();
            names.chunks(CHUNK).map(text).collect()
        }
    }
}

/// The message that authenticates. It contains the key: never to be logged.
#[must_use]
pub fn auth_text(key: &str) -> String {
    serde_json::json!({ "action": "auth", "params": key }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickers_are_named_in_a_list_or_by_a_star() {
        let names = |text: &str| text.parse::<Watch>().map(|watch| subscribe_texts(&watch).join(" "));
        let of = |params: &str| Ok(format!(r#"{{"action":"subscribe","params":"{params}"}}"#));
        assert_eq!(names("*"), of("T.*,Q.*"));
        assert_eq!(names(" AAPL, BRK.B,AAPL,"), of("T.AAPL,Q.AAPL,T.BRK.B,Q.BRK.B"));
        assert_eq!(names(" , "), Err(WatchError::Empty));
        assert_eq!(names("AAPL,T/X"), Err(WatchError::Ticker("T/X".into(), TickerError)));
    }

    #[test]
    fn many_tickers_are_asked_for_in_chunks() {
        let many = (0..250).map(|n| format!("S{n}").parse().unwrap()).collect();
        let texts = subscribe_texts(&Watch::These(many));
        assert_eq!(texts.len(), 3);
        assert!(texts[2].ends_with(r#"T.S249,Q.S249"}"#));
    }

    #[test]
    fn a_key_is_escaped() {
        assert_eq!(auth_text(r#"a"b"#), r#"{"action":"auth","params":"a\"b"}"#);
    }
}
