//! The topics a client follows, and how far it has come in each.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::stream::{Position, Topic, Verdict, judge};
use crate::wire::{Snapshot, SubscribeTopic, Update};

#[derive(Clone, Debug)]
struct Follow {
    pace_ms: Option<u32>,
    position: Option<Position>,
    /// The server was asked for it over the present socket.
    asked: bool,
    /// The pace that was asked for.
    asked_pace_ms: Option<u32>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Follows {
    topics: BTreeMap<Topic, Follow>,
    /// Followed no more, but the server does not know yet.
    dropped: Vec<Topic>,
}

impl Follows {
    pub(super) fn add(&mut self, topic: Topic, pace_ms: Option<u32>) {
        self.dropped.retain(|t| *t != topic);
        let new = Follow { pace_ms, position: None, asked: false, asked_pace_ms: None };
        self.topics.entry(topic).or_insert(new).pace_ms = pace_ms;
    }

    pub(super) fn remove(&mut self, topic: &Topic) {
        if self.topics.remove(topic).is_some_and(|follow| follow.asked) {
            self.dropped.push(topic.clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Whether any topic has no rows yet.
    pub(super) fn any_without_rows(&self) -> bool {
        self.topics.values().any(|follow| follow.position.is_none())
    }

    pub(super) fn positions(&self) -> impl Iterator<Item = (&Topic, Option<&Position>)> {
        self.topics.iter().map(|(topic, follow)| (topic, follow.position.as_ref()))
    }

    /// The socket is gone, and with it all the server knew.
    pub(super) fn forget_socket(&mut self) {
        self.dropped.clear();
        self.topics.values_mut().for_each(|follow| follow.asked = false);
    }

    /// What the server has to be asked for now: topics it was not asked for, or at another pace.
    pub(super) fn take_wanted(&mut self, slower: Option<u32>) -> Vec<SubscribeTopic> {
        let mut wanted = Vec::new();
        for (topic, follow) in &mut self.topics {
            let pace_ms = slower.max(follow.pace_ms);
            if follow.asked && follow.asked_pace_ms == pace_ms {
                continue;
            }
            follow.asked = true;
            follow.asked_pace_ms = pace_ms;
            wanted.push(SubscribeTopic { topic: topic.clone(), since: follow.position.clone(), pace_ms });
        }
        wanted
    }

    /// What the server has to be told to stop.
    pub(super) fn take_dropped(&mut self) -> Vec<Topic> {
        std::mem::take(&mut self.dropped)
    }

    /// Something was lost: ask again.
    pub(super) fn ask_again(&mut self, topic: &Topic) {
        if let Some(follow) = self.topics.get_mut(topic) {
            follow.asked = false;
        }
    }

    /// Takes the position of a snapshot over, unless nobody follows it or it is older than what is known.
    pub(super) fn take_snapshot(&mut self, snapshot: &Snapshot) -> Option<Position> {
        let follow = self.topics.get_mut(&snapshot.topic)?;
        let older = |at: &Position| at.epoch == snapshot.epoch && at.seq > snapshot.seq;
        if follow.position.as_ref().is_some_and(older) {
            return None;
        }
        let position = Position { epoch: snapshot.epoch.clone(), seq: snapshot.seq };
        follow.position = Some(position.clone());
        Some(position)
    }

    /// Judges an update, and takes its position over where it continues.
    pub(super) fn take_update(&mut self, update: &Update) -> Option<Verdict> {
        let follow = self.topics.get_mut(&update.topic)?;
        let verdict = judge(follow.position.as_ref(), &update.epoch, update.prev, update.seq);
        if verdict == Verdict::Apply {
            follow.position = Some(Position { epoch: update.epoch.clone(), seq: update.seq });
        }
        Some(verdict)
    }

    /// The server says that it has sent up to `head`; whether that did not arrive.
    pub(super) fn is_behind(&self, topic: &Topic, head: &Position) -> bool {
        let Some(follow) = self.topics.get(topic) else { return false };
        let has_it = |at: &Position| at.epoch == head.epoch && at.seq >= head.seq;
        follow.asked && !follow.position.as_ref().is_some_and(has_it)
    }

    /// The query of a poll from here. Names and positions need no escaping in a query.
    pub(super) fn query(&self, wait_s: u32) -> String {
        let mut query = String::new();
        for (topic, follow) in &self.topics {
            let _ = write!(query, "c={topic}");
            if let Some(position) = &follow.position {
                let _ = write!(query, "@{position}");
            }
            query.push('&');
        }
        let _ = write!(query, "wait={wait_s}&heartbeat=1");
        query
    }
}
