//! The topics of the domain. Each belongs to one user.

use std::time::Duration;

use crate::domain::TopicKind;
use crate::stream::{Class, Topic};
use crate::units::UserId;

/// A topic of the bets domain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BetsTopic {
    /// `bets/{user}`: the user's [`BetRow`](super::BetRow)s: all that are open, and the newest 1,000 that
    /// are not.
    Bets(UserId),
    /// `bets/{user}/exposure`: what is at stake and what was won, for each book and altogether, as
    /// [`ExposureRow`](super::ExposureRow)s.
    Exposure(UserId),
}

impl BetsTopic {
    /// Those that are made when someone asks for them.
    pub const ON_DEMAND: &[&str] = &["bets/{user}", "bets/{user}/exposure"];

    /// The topic of that name, if it is one of this domain's.
    #[must_use]
    pub fn parse(topic: &Topic) -> Option<BetsTopic> {
        let rest = topic.as_str().strip_prefix("bets/")?;
        match rest.split_once('/') {
            None => Some(BetsTopic::Bets(rest.parse().ok()?)),
            Some((user, "exposure")) => Some(BetsTopic::Exposure(user.parse().ok()?)),
            Some(_) => None,
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn owner(&self) -> &UserId {
        let (BetsTopic::Bets(user) | BetsTopic::Exposure(user)) = self;
        user
    }

    /// Its name.
    #[must_use]
    pub fn topic(&self) -> Topic {
        let name = match self {
            BetsTopic::Bets(user) => format!("bets/{user}"),
            BetsTopic::Exposure(user) => format!("bets/{user}/exposure"),
        };
        name.parse().expect("a user is a valid segment of a topic")
    }

    /// How it is kept and how often it may be sent.
    #[must_use]
    pub const fn kind(&self) -> TopicKind {
        TopicKind { class: Class::State, due: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let user: UserId = "42".parse().unwrap();
        for topic in [BetsTopic::Bets(user.clone()), BetsTopic::Exposure(user.clone())] {
            assert_eq!(BetsTopic::parse(&topic.topic()).as_ref(), Some(&topic));
            assert_eq!(topic.owner(), &user);
        }
        for other in ["bets", "bets/42/x", "bets/42/exposure/x", "odds/books"] {
            assert_eq!(BetsTopic::parse(&other.parse().unwrap()), None, "{other}");
        }
    }
}
