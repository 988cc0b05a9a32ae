//! The server's side: topics, what was stored of them, and one session.

use std::collections::BTreeMap;

use shared::domain::{TopicKind, kind_of};
use shared::stream::{Change, Class, Epoch, Key, Mark, Position, Rows, Topic};
use shared::units::{Moment, Timestamp};
use shared::wire::SourceState;
use undercurrent::domain::RowJson;
use undercurrent::hub::{Next, Reader, TopicState, Topics};
use undercurrent::session::{Around, Ask, Conversation, Session, Settings};
use undercurrent::store::{StoredTopic, TopicCommit};

/// A topic of rows that stay, and one of which only the newest stay.
pub const TOPICS: [&str; 2] = ["darkpool/sentiment", "darkpool/tape"];

/// A log so short that readers fall out of it.
const LOG_BYTES: usize = 600;

pub struct Server {
    pub topics: BTreeMap<Topic, TopicState>,
    stored: BTreeMap<Topic, StoredTopic>,
    session: Option<Session>,
    /// The rows of each topic at each position it ever had.
    history: BTreeMap<(Topic, String), BTreeMap<String, String>>,
    counter: u64,
}

/// The kind of a topic; the tape keeps so few prints here that most are evicted.
pub fn kind(topic: &Topic) -> TopicKind {
    let kind = kind_of(topic).expect("it is one of ours");
    match kind.class {
        Class::State => kind,
        Class::Recent { .. } => TopicKind { class: Class::Recent { keep: 5 }, ..kind },
    }
}

pub fn topic(index: usize) -> Topic {
    TOPICS[index].parse().expect("a topic's name")
}

impl Server {
    pub fn new() -> Server {
        let mut server = Server {
            topics: BTreeMap::new(),
            stored: BTreeMap::new(),
            session: None,
            history: BTreeMap::new(),
            counter: 0,
        };
        for name in 0..TOPICS.len() {
            let topic = topic(name);
            let state = TopicState::new(topic.clone(), kind(&topic), server.epoch(), LOG_BYTES, Timestamp::default());
            server.topics.insert(topic, state);
        }
        server.remember();
        server
    }

    fn epoch(&mut self) -> Epoch {
        self.counter += 1;
        format!("e{}", self.counter).parse().expect("letters and digits")
    }

    /// Changes rows as the hub's task does: prepared, stored, then visible.
    pub fn change(&mut self, index: usize, keys: &[u8], remove: Option<u8>) {
        let topic = topic(index);
        let mut change = Change::new();
        if let Some(key) = remove {
            change.del(format!("{key:03}").into());
        }
        for key in keys {
            self.counter += 1;
            change.set(format!("{key:03}").into(), self.counter.to_string().into());
        }
        let state = self.topics.get_mut(&topic).expect("it is there");
        let Some(prepared) = state.prepare(change, None) else { return };
        store(&mut self.stored, state.to_store(&prepared));
        state.commit(prepared, Timestamp::default());
        self.remember();
    }

    pub fn restart(&mut self) {
        self.session = None;
        for (topic, stored) in &self.stored {
            let state =
                TopicState::restore(topic.clone(), kind(topic), stored.clone(), LOG_BYTES, Timestamp::default());
            self.topics.insert(topic.clone(), state);
        }
    }

    pub fn renumber(&mut self) {
        let epochs: Vec<_> = (0..TOPICS.len()).map(|_| self.epoch()).collect();
        for (state, epoch) in self.topics.values_mut().zip(epochs) {
            state.renumber(epoch);
            store(&mut self.stored, state.to_store_whole());
        }
        self.remember();
    }

    fn remember(&mut self) {
        for (topic, state) in &self.topics {
            let rows = state.rows().iter().map(|(k, r)| (k.to_string(), r.to_string())).collect();
            self.history.insert((topic.clone(), state.head().to_string()), rows);
        }
    }

    pub fn at(&self, topic: &Topic, position: &str) -> Option<&BTreeMap<String, String>> {
        self.history.get(&(topic.clone(), position.to_owned()))
    }

    pub fn head(&self, index: usize) -> String {
        self.topics[&topic(index)].head().to_string()
    }

    pub fn connect(&mut self, now: u64) {
        let s = std::time::Duration::from_secs;
        let settings = Settings { messages_per_s: 0, burst: 0, topics: 8, heartbeat: s(10), subscribe_within: s(10) };
        self.session = Some(Session::new(settings, "c-1", None, Moment::from_ms(now), Timestamp::default()));
    }

    pub fn disconnect(&mut self) {
        self.session = None;
    }

    pub fn receive(&mut self, text: &str, now: u64) {
        let Some(session) = &mut self.session else { return };
        session.handle_text(Moment::from_ms(now), Timestamp::default(), text);
        while let Some(ask) = session.poll_ask() {
            match ask {
                Ask::Open(wanted) => {
                    let outcomes = vec![Ok(()); wanted.topics.len()];
                    session.handle_opened(Moment::from_ms(now), &self.topics, wanted, &outcomes);
                }
                Ask::Drop(dropped) => session.handle_dropped(dropped),
                Ask::Command(..) | Ask::Verify(..) => unreachable!("nobody asks for anything here"),
            }
        }
    }

    /// The next frame on its way to the client.
    pub fn next_frame(&mut self, now: u64) -> Option<String> {
        let session = self.session.as_mut()?;
        let sources: fn() -> BTreeMap<Box<str>, SourceState> = BTreeMap::new;
        let around =
            Around { topics: &self.topics, wall: Timestamp::default(), clients: 1, flush_ms: None, sources: &sources };
        session.poll_frame(Moment::from_ms(now), &around).map(|out| out.frames[0].as_str().to_owned())
    }

    /// What `/api/v1/poll` answers.
    pub fn poll(&self, cursors: &[(Topic, Option<Position>)]) -> Vec<String> {
        let mut frames = Vec::new();
        for (topic, since) in cursors {
            let mut reader = Reader::new(since.clone(), std::time::Duration::ZERO);
            let topics: &dyn Topics = &self.topics;
            topics.with(topic, |state| {
                while let Next::Tell(told) = reader.next(state, Moment::default()) {
                    frames.extend(told.frames.iter().map(|frame| frame.as_str().to_owned()));
                }
            });
        }
        frames
    }
}

/// What a store does with a commit, in the plainest words.
fn store(stored: &mut BTreeMap<Topic, StoredTopic>, commit: TopicCommit) {
    let TopicCommit { topic, epoch, seq, floor, set, del, evicted_below, replace } = commit;
    let known = stored.remove(&topic).filter(|_| !replace);
    let mut marks: BTreeMap<Key, Mark<RowJson>> =
        known.into_iter().flat_map(|t| t.marks).map(|m| (m.key.clone(), m)).collect();
    for (key, row) in set {
        marks.insert(key.clone(), Mark { key, row: Some(row), seq });
    }
    for key in del {
        marks.insert(key.clone(), Mark { key, row: None, seq });
    }
    marks.retain(|key, mark| {
        let evicted = evicted_below.as_ref().is_some_and(|first| key < first);
        let forgotten = mark.row.is_none() && mark.seq <= floor;
        !evicted && !forgotten
    });
    let marks = marks.into_values().collect();
    stored.insert(topic, StoredTopic { epoch, head: seq, floor, marks });
}

/// The rows of a replica in the form of the history.
pub fn plain(rows: &Rows<Box<serde_json::value::RawValue>>) -> BTreeMap<String, String> {
    rows.iter().map(|(k, r)| (k.to_string(), r.get().to_owned())).collect()
}
