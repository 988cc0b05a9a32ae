//! The topics of the domain.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::TopicKind;
use crate::stream::{Class, Topic};

/// How many arbitrages that are over are kept.
const CLOSED_ARBS: usize = 500;

/// A sport or competition as the provider names it: `soccer_epl`, `basketball_nba`. Also the form of
/// an event's id: 1 to 64 letters, digits, `.`, `-`, `_`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct SportKey(Arc<str>);

/// A topic of the odds domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OddsTopic {
    /// `odds/sports`: each sport's [`SportRow`](super::SportRow).
    Sports,
    /// `odds/board/{sport}`: the [`MarketRow`](super::MarketRow)s of a sport.
    Board(SportKey),
    /// `odds/event/{event}`: the [`EventRow`](super::EventRow)s of one event: markets and the movement of
    /// each book's price.
    Event(SportKey),
    /// `odds/books`: each book's [`BookRow`](super::BookRow).
    Books,
    /// `odds/arbs`: the [`ArbRow`](super::ArbRow)s of now.
    Arbs,
    /// `odds/closed`: the newest [`ClosedArbRow`](super::ClosedArbRow)s.
    Closed,
}

impl SportKey {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for SportKey {
    type Error = &'static str;

    fn try_from(text: Arc<str>) -> Result<SportKey, &'static str> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(fits);
        if fits { Ok(SportKey(text)) } else { Err("a sport or an event is 1 to 64 letters, digits, '.', '-' or '_'") }
    }
}

impl From<SportKey> for Arc<str> {
    fn from(sport: SportKey) -> Arc<str> {
        sport.0
    }
}

impl FromStr for SportKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<SportKey, &'static str> {
        SportKey::try_from(Arc::from(text))
    }
}

impl fmt::Display for SportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl OddsTopic {
    /// Those that are always there.
    pub const STANDING: [OddsTopic; 4] = [OddsTopic::Sports, OddsTopic::Books, OddsTopic::Arbs, OddsTopic::Closed];
    /// Those that are made when someone asks for them.
    pub const ON_DEMAND: &[&str] = &["odds/board/{sport}", "odds/event/{event}"];

    /// The topic of that name, if it is one of this domain's.
    #[must_use]
    pub fn parse(topic: &Topic) -> Option<OddsTopic> {
        match topic.as_str().strip_prefix("odds/")? {
            "sports" => Some(OddsTopic::Sports),
            "books" => Some(OddsTopic::Books),
            "arbs" => Some(OddsTopic::Arbs),
            "closed" => Some(OddsTopic::Closed),
            other => match other.split_once('/')? {
                ("board", sport) => Some(OddsTopic::Board(sport.parse().ok()?)),
                ("event", event) => Some(OddsTopic::Event(event.parse().ok()?)),
                _ => None,
            },
        }
    }

    /// Its name.
    #[must_use]
    pub fn topic(&self) -> Topic {
        let name = match self {
            OddsTopic::Sports => "odds/sports".to_owned(),
            OddsTopic::Board(sport) => format!("odds/board/{sport}"),
            OddsTopic::Event(event) => format!("odds/event/{event}"),
            OddsTopic::Books => "odds/books".to_owned(),
            OddsTopic::Arbs => "odds/arbs".to_owned(),
            OddsTopic::Closed => "odds/closed".to_owned(),
        };
        name.parse().expect("a sport is a valid segment of a topic")
    }

    /// How it is kept and how often it may be sent.
    #[must_use]
    pub const fn kind(&self) -> TopicKind {
        let (class, due_ms) = match self {
            OddsTopic::Board(_) | OddsTopic::Event(_) => (Class::State, 500),
            OddsTopic::Sports | OddsTopic::Books => (Class::State, 5_000),
            OddsTopic::Arbs => (Class::State, 0),
            OddsTopic::Closed => (Class::Recent { keep: CLOSED_ARBS }, 0),
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
        let (sport, event): (SportKey, SportKey) = ("soccer_epl".parse().unwrap(), "d4021f6f".parse().unwrap());
        let all = OddsTopic::STANDING.into_iter().chain([OddsTopic::Board(sport), OddsTopic::Event(event)]);
        for topic in all {
            assert_eq!(OddsTopic::parse(&topic.topic()), Some(topic));
        }
        for other in ["odds", "odds/board", "odds/x", "odds/board/a/b", "odds/board/a:b", "darkpool/tape"] {
            assert_eq!(OddsTopic::parse(&other.parse().unwrap()), None, "{other}");
        }
    }
}
