//! What a client of the v1 protocol has seen: its rows, and how it came by them.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;
use shared::domain::kind_of;
use shared::link::{Event, Phase};
use shared::stream::{Position, Replica, Topic, Verdict, judge};
use shared::wire::{Mode, ServerMsg};

/// Rows of every followed topic, and counts of what arrived.
#[derive(Clone, Debug, Default)]
pub struct Replicas {
    topics: BTreeMap<Topic, Replica<Box<RawValue>>>,
    /// Where the link is.
    pub phase: Option<Phase>,
    /// How following began, in the order in which the server said so.
    pub modes: Vec<(Topic, Mode)>,
    /// Snapshots that arrived.
    pub snapshots: u32,
    /// Updates that arrived.
    pub updates: u32,
    /// Of which were known already.
    pub duplicates: u32,
    /// Of which did not continue from what was known.
    pub gaps: u32,
    /// Of which skipped values in between.
    pub merged: u32,
    /// WebSockets that were opened.
    pub connections: u32,
    /// Polls that brought something.
    pub polls: u32,
    /// Refusals, as their code and message.
    pub refused: Vec<String>,
    /// Messages that could not be read.
    pub garbage: u32,
    /// What the server said when it went away: how many milliseconds to stay away.
    pub going_away: Vec<u64>,
    /// How each WebSocket ended: its close code.
    pub closes: Vec<u16>,
    /// Heartbeats that arrived.
    pub heartbeats: u32,
}

impl Replicas {
    /// How far a topic has come.
    #[must_use]
    pub fn position(&self, topic: &str) -> Option<Position> {
        self.replica(topic)?.position().cloned()
    }

    /// A topic's rows, as JSON.
    #[must_use]
    pub fn rows(&self, topic: &str) -> BTreeMap<String, Value> {
        let rows = self.replica(topic).into_iter().flat_map(Replica::rows);
        rows.map(|(key, row)| (key.to_string(), serde_json::from_str(row.get()).unwrap_or_default())).collect()
    }

    fn replica(&self, topic: &str) -> Option<&Replica<Box<RawValue>>> {
        self.topics.get(&topic.parse().ok()?)
    }

    /// A frame as it arrived, before the link judges it.
    pub(crate) fn frame(&mut self, text: &str) {
        match ServerMsg::parse(text) {
            Ok(Some(ServerMsg::Subscribed(subscribed))) => {
                self.modes.extend(subscribed.topics.into_iter().map(|t| (t.topic, t.mode)));
            }
            Ok(Some(ServerMsg::Snapshot(_))) => self.snapshots += 1,
            Ok(Some(ServerMsg::Update(update))) => {
                let here = self.topics.get(&update.topic).and_then(Replica::position);
                self.updates += 1;
                self.merged += u32::from(update.merged > 1);
                match judge(here, &update.epoch, update.prev, update.seq) {
                    Verdict::Apply => {}
                    Verdict::Duplicate => self.duplicates += 1,
                    Verdict::Gap | Verdict::Foreign => self.gaps += 1,
                }
            }
            Ok(Some(ServerMsg::GoingAway(going))) => self.going_away.push(going.retry_ms),
            Ok(Some(ServerMsg::Heartbeat(_))) => self.heartbeats += 1,
            Ok(_) | Err(_) => {}
        }
    }

    /// What the link made of it.
    pub(crate) fn event(&mut self, event: Event) {
        match event {
            Event::Status(status) => self.phase = Some(status.phase),
            Event::Snapshot { topic, position, rows, .. } => {
                let class = kind_of(&topic).expect("only topics that exist were followed").class;
                let replica = self.topics.entry(topic).or_insert_with(|| Replica::new(class));
                replica.reset(position, rows);
            }
            Event::Update { topic, position, change, .. } => {
                let replica = self.topics.get_mut(&topic).expect("an update follows a snapshot");
                // The link has judged it; where it continued from is where the replica is.
                let here = replica.position().map(|at| at.seq).unwrap_or_default();
                replica.update(&position.epoch, here, position.seq, change);
            }
            Event::Refused(error) => self.refused.push(format!("{}: {}", error.code, error.message)),
            Event::Garbage => self.garbage += 1,
            Event::Sources(_)
            | Event::Heartbeat(_)
            | Event::Reply(_)
            | Event::Unanswered { .. }
            | Event::Latency { .. } => {}
        }
    }
}
