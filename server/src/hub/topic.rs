//! A topic: its table, its numbering, and what was encoded for its readers.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::domain::TopicKind;
use shared::stream::{Change, Class, Epoch, Key, Mark, Position, Rows, Seq, Since, Table, Topic};
use shared::units::Timestamp;

use super::Frame;
use super::frame::{Step, encode_snapshot, encode_update};
use super::log::{Delta, Entry, Log};
use crate::domain::RowJson;
use crate::store::{StoredTopic, TopicCommit};

/// A topic and all that is needed to tell anyone about it.
#[derive(Debug)]
pub struct TopicState {
    topic: Topic,
    kind: TopicKind,
    epoch: Epoch,
    table: Table<RowJson>,
    log: Log,
    /// The server's and the provider's time of the head.
    head_ts: Timestamp,
    head_src_ts: Option<Timestamp>,
    /// Frames that several readers at the same place need, for as long as the head stands.
    cache: Mutex<BTreeMap<Cached, Frame>>,
    /// What doors make of rows, for as long as a row stands.
    views: Mutex<BTreeMap<Key, Vec<View>>>,
}

/// In which language a frame is, `None` for v1, and from where it leads to the head.
type Cached = (Option<Arc<str>>, Option<Seq>);

/// What a door makes of a row: one of each type.
type View = Arc<dyn Any + Send + Sync>;

/// Finds topics; behind a lock in the server, plain in tests.
pub trait Topics {
    /// Calls `f` with the topic, if there is such a one.
    fn visit(&self, topic: &Topic, f: &mut dyn FnMut(&TopicState));
}

impl dyn Topics + '_ {
    /// What `f` makes of the topic, if there is such a one.
    pub fn with<T>(&self, topic: &Topic, f: impl FnOnce(&TopicState) -> T) -> Option<T> {
        let (mut f, mut made) = (Some(f), None);
        self.visit(topic, &mut |state| made = f.take().map(|f| f(state)));
        made
    }
}

impl Topics for BTreeMap<Topic, TopicState> {
    fn visit(&self, topic: &Topic, f: &mut dyn FnMut(&TopicState)) {
        self.get(topic).into_iter().for_each(f);
    }
}

/// A change set that has its number, but is not visible before it is stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    change: Change<RowJson>,
    src_ts: Option<Timestamp>,
}

impl Prepared {
    /// The provider's time of the newest event in it.
    #[must_use]
    pub const fn src_ts(&self) -> Option<Timestamp> {
        self.src_ts
    }
}

/// How many merged frames are kept for readers at the same place.
const CACHED: usize = 64;

impl TopicState {
    /// An empty topic. `log_bytes` bounds what is kept encoded for readers who keep up.
    #[must_use]
    pub const fn new(topic: Topic, kind: TopicKind, epoch: Epoch, log_bytes: usize, now: Timestamp) -> TopicState {
        TopicState {
            topic,
            kind,
            epoch,
            table: Table::new(kind.class),
            log: Log::new(log_bytes),
            head_ts: now,
            head_src_ts: None,
            cache: Mutex::new(BTreeMap::new()),
            views: Mutex::new(BTreeMap::new()),
        }
    }

    /// A topic as it was stored: the numbering goes on.
    #[must_use]
    pub fn restore(topic: Topic, kind: TopicKind, stored: StoredTopic, log_bytes: usize, now: Timestamp) -> TopicState {
        let StoredTopic { epoch, head, floor, marks } = stored;
        let table = Table::restore(kind.class, head, floor, marks);
        TopicState { table, ..TopicState::new(topic, kind, epoch, log_bytes, now) }
    }

    /// Its name.
    #[must_use]
    pub const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Its class and its pace.
    #[must_use]
    pub const fn kind(&self) -> TopicKind {
        self.kind
    }

    /// Where it stands.
    #[must_use]
    pub fn head(&self) -> Position {
        Position { epoch: self.epoch.clone(), seq: self.table.head() }
    }

    /// Its rows.
    #[must_use]
    pub const fn rows(&self) -> &Rows<RowJson> {
        self.table.rows()
    }

    /// When the head was committed.
    #[must_use]
    pub const fn head_ts(&self) -> Timestamp {
        self.head_ts
    }

    /// Makes a change that is the whole topic complete: rows that are not in it are removed.
    pub fn remove_others(&self, change: &mut Change<RowJson>) {
        let others = self.rows().keys().filter(|key| !change.sets().contains_key(*key));
        others.cloned().collect::<Vec<_>>().into_iter().for_each(|key| change.del(key));
    }

    /// Drops what changes nothing; `None` when nothing is left.
    #[must_use]
    pub fn prepare(&self, change: Change<RowJson>, src_ts: Option<Timestamp>) -> Option<Prepared> {
        let rows = self.table.rows();
        let (set, del) = change.into_parts();
        let mut change = Change::new();
        if self.kind.class == Class::State {
            del.into_iter().filter(|key| rows.contains_key(key)).for_each(|key| change.del(key));
        }
        for (key, row) in set.into_iter().filter(|(key, row)| rows.get(key) != Some(row)) {
            change.set(key, row);
        }
        (!change.is_empty()).then_some(Prepared { change, src_ts })
    }

    /// What has to be stored before the change may be committed.
    #[must_use]
    pub fn to_store(&self, prepared: &Prepared) -> TopicCommit {
        // Keys below the first are gone for good only once the table is full. What this change
        // itself evicts follows with the next.
        let full = matches!(self.kind.class, Class::Recent { keep } if self.rows().len() >= keep);
        TopicCommit {
            topic: self.topic.clone(),
            epoch: self.epoch.clone(),
            seq: self.table.head().next(),
            floor: self.table.floor(),
            set: prepared.change.sets().iter().map(|(k, r)| (k.clone(), r.clone())).collect(),
            del: prepared.change.dels().iter().cloned().collect(),
            evicted_below: self.rows().keys().next().filter(|_| full).cloned(),
            replace: false,
        }
    }

    /// All of it, as the first change set of a numbering that is to be stored anew.
    #[must_use]
    pub fn to_store_whole(&self) -> TopicCommit {
        let head = self.table.head();
        TopicCommit {
            topic: self.topic.clone(),
            epoch: self.epoch.clone(),
            seq: head,
            floor: head,
            set: self.rows().iter().map(|(k, r)| (k.clone(), r.clone())).collect(),
            del: Vec::new(),
            evicted_below: None,
            replace: true,
        }
    }

    /// Makes a change visible.
    pub fn commit(&mut self, prepared: Prepared, now: Timestamp) {
        let Prepared { change, src_ts } = prepared;
        let prev = self.table.head();
        let step = Step { prev, seq: prev.next(), ts: now, src_ts };
        let frame = encode_update(&self.topic, &self.epoch, step, &change);
        let deltas = self.deltas(&change);
        self.forget_views(&change);
        self.table.commit(change);
        self.log.push(Entry::new(prev, step.seq, now, frame, deltas));
        self.head_ts = now;
        self.head_src_ts = src_ts.or(self.head_src_ts);
        self.cache.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Begins to count anew, because what is stored and what was sent can no longer be told apart.
    /// Every reader gets a snapshot.
    pub fn renumber(&mut self, epoch: Epoch) {
        let head = self.table.head();
        let marks = self.rows().iter().map(|(k, r)| Mark { key: k.clone(), row: Some(r.clone()), seq: head });
        // Nobody can have come from before the head of a new numbering.
        self.table = Table::restore(self.kind.class, head, head, marks.collect::<Vec<_>>());
        self.epoch = epoch;
        self.log.clear();
        self.cache.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What a door makes of one of the rows: made once for all who need it while the row stands. `None`:
    /// there is no such row, or `make` knows nothing to make of it.
    pub fn view<T: Any + Send + Sync>(&self, key: &Key, make: impl FnOnce(&RowJson) -> Option<T>) -> Option<Arc<T>> {
        let row = self.rows().get(key)?;
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = views.get(key).and_then(|views| views.iter().find_map(|v| v.clone().downcast().ok())) {
            return Some(view);
        }
        let view = Arc::new(make(row)?);
        views.entry(key.clone()).or_default().push(view.clone());
        Some(view)
    }

    /// The rows that changed after `at`, each as it was then; `None`: the log does not reach back so far.
    #[must_use]
    pub fn changed_since(&self, at: Seq) -> Option<BTreeMap<&Key, Option<&RowJson>>> {
        let (mut at, mut changed) = (at, BTreeMap::new());
        while at < self.table.head() {
            let (entry, _) = self.log.after(at)?;
            for delta in &entry.deltas {
                changed.entry(&delta.key).or_insert(delta.before.as_ref());
            }
            at = entry.seq;
        }
        Some(changed)
    }

    /// The update that continues from `at` and how many are ahead, if it is still in the log.
    #[must_use]
    pub fn logged(&self, at: Seq) -> Option<(&Arc<Entry>, usize)> {
        self.log.after(at)
    }

    /// All rows.
    #[must_use]
    pub fn snapshot(&self) -> Frame {
        self.cached(None, None, || {
            encode_snapshot(&self.topic, &self.epoch, self.table.head(), self.head_ts, self.table.rows())
        })
    }

    /// One update from `at` to the head, or `None` where only a snapshot helps: an unknown
    /// position, or an update that would be larger.
    #[must_use]
    pub fn merged(&self, at: Seq) -> Option<Frame> {
        let Since::Changed(change) = self.table.since(at) else { return None };
        let set: usize = change.sets().iter().map(|(k, r)| k.len() + r.len()).sum();
        let del: usize = change.dels().iter().map(|k| k.len()).sum();
        // A removal can only be as large as a snapshot if there are some.
        if del > 0 && set + del > self.rows().iter().map(|(k, r)| k.len() + r.len()).sum() {
            return None;
        }
        let step = Step { prev: at, seq: self.table.head(), ts: self.head_ts, src_ts: self.head_src_ts };
        Some(self.cached(None, Some(at), || encode_update(&self.topic, &self.epoch, step, &change)))
    }

    /// A frame that leads from there to the head, encoded once for all who need it in this language.
    pub fn cached(&self, language: Option<&Arc<str>>, from: Option<Seq>, encode: impl FnOnce() -> Frame) -> Frame {
        let place = (language.cloned(), from);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frame) = cache.get(&place) {
            return frame.clone();
        }
        let frame = encode();
        if cache.len() < CACHED {
            cache.insert(place, frame.clone());
        }
        frame
    }

    fn forget_views(&mut self, change: &Change<RowJson>) {
        let views = self.views.get_mut().unwrap_or_else(PoisonError::into_inner);
        match self.kind.class {
            Class::State => change.sets().keys().chain(change.dels()).for_each(|key| {
                views.remove(key);
            }),
            // Rows that are pushed out by others are in no change.
            Class::Recent { .. } => views.clear(),
        }
    }

    fn deltas(&self, change: &Change<RowJson>) -> Vec<Delta> {
        let before = |key: &Key| self.rows().get(key).cloned();
        let gone = change.dels().iter().map(|k| Delta { key: k.clone(), before: before(k), after: None });
        let put = change.sets().iter();
        let put = put.map(|(k, r)| Delta { key: k.clone(), before: before(k), after: Some(r.clone()) });
        gone.chain(put).collect()
    }
}
