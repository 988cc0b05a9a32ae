//! The newest updates of a topic, encoded once, for everyone who keeps up.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use shared::stream::{Key, Seq};
use shared::units::Timestamp;

use super::Frame;
use crate::domain::RowJson;

/// One row that changed, with what it was.
#[derive(Clone, Debug)]
pub struct Delta {
    /// Its key.
    pub key: Key,
    /// What it was; `None`: it was not there.
    pub before: Option<RowJson>,
    /// What it is; `None`: it is gone.
    pub after: Option<RowJson>,
}

/// One committed change set.
#[derive(Debug)]
pub struct Entry {
    /// It continues from here.
    pub prev: Seq,
    /// It leads to here.
    pub seq: Seq,
    /// The server's time.
    pub ts: Timestamp,
    /// The v1 frame.
    pub frame: Frame,
    /// What changed, for doors that speak another language.
    pub deltas: Vec<Delta>,
    /// What the topic's door makes of it, made when the first of its readers needs it.
    door: OnceLock<Arc<[Frame]>>,
}

impl Entry {
    /// A change set that was just committed.
    #[must_use]
    pub fn new(prev: Seq, seq: Seq, ts: Timestamp, frame: Frame, deltas: Vec<Delta>) -> Entry {
        Entry { prev, seq, ts, frame, deltas, door: OnceLock::new() }
    }

    /// The frames of the topic's door, encoded once for all of its readers.
    pub fn door_frames(&self, encode: impl FnOnce(&Entry) -> Vec<Frame>) -> Arc<[Frame]> {
        self.door.get_or_init(|| encode(self).into()).clone()
    }

    fn bytes(&self) -> usize {
        let row = |row: &Option<RowJson>| row.as_ref().map_or(0, |r| r.len());
        self.frame.len() + self.deltas.iter().map(|d| row(&d.before) + row(&d.after) + d.key.len()).sum::<usize>()
    }
}

/// Whoever is further behind gets them merged, so older ones would only cost memory: with a thousand
/// topics that some people follow, more than a small server has.
const MOST_ENTRIES: usize = 40;

/// A bounded run of entries without a gap, newest last.
#[derive(Debug)]
pub(super) struct Log {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    most_bytes: usize,
}

impl Log {
    pub(super) const fn new(most_bytes: usize) -> Log {
        Log { entries: VecDeque::new(), bytes: 0, most_bytes }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        self.entries.push_back(Arc::new(entry));
        let most = |log: &Log| log.bytes > log.most_bytes || log.entries.len() > MOST_ENTRIES;
        while most(self) && self.entries.len() > 1 {
            if let Some(oldest) = self.entries.pop_front() {
                self.bytes -= oldest.bytes();
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// The entry that continues from `at`, and how many come with and after it.
    pub(super) fn after(&self, at: Seq) -> Option<(&Arc<Entry>, usize)> {
        let index = self.entries.partition_point(|e| e.seq <= at);
        let entry = self.entries.get(index).filter(|e| e.prev <= at)?;
        Some((entry, self.entries.len() - index))
    }
}
