//! Which topics there are: one line for each domain.

use std::time::Duration;

use super::darkpool;
use crate::stream::{Class, Topic};

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
    darkpool::DarkPoolTopic::parse(topic).map(|t| t.kind())
}
