//! The topics of the domain.

use std::time::Duration;

use crate::domain::TopicKind;
use crate::stream::{Class, Topic};
use crate::units::Ticker;

/// How many prints the tape keeps.
const TAPE_PRINTS: usize = 1000;

/// A topic of the dark-pool domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DarkPoolTopic {
    /// `darkpool/sentiment`: each ticker's [`SentimentRow`](super::SentimentRow), the whole market.
    Sentiment,
    /// `darkpool/top`: the same rows with a spark, for the 500 tickers with most off-exchange
    /// notional today.
    Top,
    /// `darkpool/ticker/{ticker}`: one ticker's [`DetailRow`](super::DetailRow)s.
    Ticker(Ticker),
    /// `darkpool/tape`: the newest [`PrintRow`](super::PrintRow)s.
    Tape,
}

impl DarkPoolTopic {
    /// How many tickers [`DarkPoolTopic::Top`] holds.
    pub const TOP: usize = 500;
    /// Those that are made when someone asks for them.
    pub const ON_DEMAND: &[&str] = &["darkpool/ticker/{ticker}"];

    /// The topic of that name, if it is one of this domain's.
    #[must_use]
    pub fn parse(topic: &Topic) -> Option<DarkPoolTopic> {
        match topic.as_str().strip_prefix("darkpool/")? {
            "sentiment" => Some(DarkPoolTopic::Sentiment),
            "top" => Some(DarkPoolTopic::Top),
            "tape" => Some(DarkPoolTopic::Tape),
            other => Some(DarkPoolTopic::Ticker(other.strip_prefix("ticker/")?.parse().ok()?)),
        }
    }

    /// Its name.
    #[must_use]
    pub fn topic(&self) -> Topic {
        let name = match self {
            DarkPoolTopic::Sentiment => "darkpool/sentiment".to_owned(),
            DarkPoolTopic::Top => "darkpool/top".to_owned(),
            DarkPoolTopic::Tape => "darkpool/tape".to_owned(),
            DarkPoolTopic::Ticker(ticker) => format!("darkpool/ticker/{ticker}"),
        };
        name.parse().expect("a ticker is a valid segment of a topic")
    }

    /// How it is kept and how often it may be sent.
    #[must_use]
    pub const fn kind(&self) -> TopicKind {
        let (class, due_ms) = match self {
            DarkPoolTopic::Sentiment | DarkPoolTopic::Ticker(_) => (Class::State, 100),
            DarkPoolTopic::Top => (Class::State, 250),
            DarkPoolTopic::Tape => (Class::Recent { keep: TAPE_PRINTS }, 0),
        };
        TopicKind { class, due: Duration::from_millis(due_ms) }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let ticker = "BRK.B".parse().unwrap();
        for topic in [DarkPoolTopic::Sentiment, DarkPoolTopic::Top, DarkPoolTopic::Tape, DarkPoolTopic::Ticker(ticker)]
        {
            assert_eq!(DarkPoolTopic::parse(&topic.topic()), Some(topic));
        }
        for other in ["darkpool", "darkpool/x", "darkpool/ticker", "darkpool/ticker/a/b", "odds/books"] {
            assert_eq!(DarkPoolTopic::parse(&other.parse().unwrap()), None, "{other}");
        }
    }
}
