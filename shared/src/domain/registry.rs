//! Which topics there are: one line for each domain.

use std::time::Duration;

use super::{bets, darkpool, odds};
use crate::stream::{Class, Topic};
use crate::units::UserId;

/// What everyone needs to know of a topic to follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicKind {
    /// How its rows are kept.
    pub class: Class,
    /// An upper bound on how stale a follower's rows are while nothing is wrong.
    pub due: Duration,
}

/// The kind of a topic, or `None` where there is no such topic.
#[must_use]
pub fn kind_of(topic: &Topic) -> Option<TopicKind> {
    let darkpool = || darkpool::DarkPoolTopic::parse(topic).map(|t| t.kind());
    let odds = || odds::OddsTopic::parse(topic).map(|t| t.kind());
    let bets = || bets::BetsTopic::parse(topic).map(|t| t.kind());
    darkpool().or_else(odds).or_else(bets)
}

/// The names of the topics that are made when someone asks for them, with what stands for a part in braces.
pub fn on_demand() -> impl Iterator<Item = &'static str> {
    [darkpool::DarkPoolTopic::ON_DEMAND, odds::OddsTopic::ON_DEMAND, bets::BetsTopic::ON_DEMAND]
        .into_iter()
        .flatten()
        .copied()
}

/// Who alone may read a topic; `None`: everyone may.
#[must_use]
pub fn owner_of(topic: &Topic) -> Option<UserId> {
    bets::BetsTopic::parse(topic).map(|t| t.owner().clone())
}
