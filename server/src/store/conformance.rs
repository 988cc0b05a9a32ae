//! What every store must do, checked against a model after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use proptest::prelude::*;
use shared::stream::{Key, Mark, Seq, Topic};
use tempfile::TempDir;

use super::{Commit, Scope, Store, Stored, StoredTopic, TopicCommit, open};
use crate::domain::{RowJson, StateOp};

/// Where a store is, so that it can be opened again.
struct Place {
    url: String,
    _folder: Option<TempDir>,
}

impl Place {
    fn memory() -> Place {
        Place { url: "sqlite::memory:".to_owned(), _folder: None }
    }

    fn file() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place { url: format!("sqlite://{}/u.db", folder.path().display()), _folder: Some(folder) }
    }

    fn lasts(&self) -> bool {
        self._folder.is_some()
    }

    async fn open(&self) -> Arc<dyn Store> {
        open(&self.url).await.unwrap()
    }
}

/// The same rules, as plainly as they can be written.
#[derive(Default)]
struct Model(BTreeMap<Scope, (BTreeMap<Topic, ModelTopic>, State)>);

type State = BTreeMap<Box<str>, Box<str>>;

type Marks = BTreeMap<Key, (Option<RowJson>, Seq)>;

struct ModelTopic {
    commit: TopicCommit,
    marks: Marks,
}

impl Model {
    fn commit(&mut self, scope: &Scope, commit: &Commit) {
        let (topics, state) = self.0.entry(scope.clone()).or_default();
        for change in &commit.topics {
            let mut marks = topics.remove(&change.topic).map(|t| t.marks).unwrap_or_default();
            if change.replace {
                marks.clear();
            }
            marks.extend(change.set.iter().map(|(k, row)| (k.clone(), (Some(row.clone()), change.seq))));
            marks.extend(change.del.iter().map(|k| (k.clone(), (None, change.seq))));
            marks.retain(|key, (row, seq)| {
                change.evicted_below.as_ref().is_none_or(|bound| key >= bound) && (row.is_some() || *seq > change.floor)
            });
            topics.insert(change.topic.clone(), ModelTopic { commit: change.clone(), marks });
        }
        for op in &commit.state {
            match op {
                StateOp::Put(key, value) => drop(state.insert(key.clone(), value.clone())),
                StateOp::Del(key) => drop(state.remove(key)),
                StateOp::DelPrefix(prefix) => state.retain(|key, _| !key.starts_with(&**prefix)),
            }
        }
    }

    fn forget(&mut self, scope: &Scope, forgotten: &[Topic]) {
        if let Some((topics, _)) = self.0.get_mut(scope) {
            topics.retain(|topic, _| !forgotten.contains(topic));
        }
    }

    fn stored(&self, scope: &Scope) -> Stored {
        let Some((topics, state)) = self.0.get(scope) else { return Stored::default() };
        let stored = |topic: &ModelTopic| StoredTopic {
            epoch: topic.commit.epoch.clone(),
            head: topic.commit.seq,
            floor: topic.commit.floor,
            marks: topic
                .marks
                .iter()
                .map(|(key, (row, seq))| Mark { key: key.clone(), row: row.clone(), seq: *seq })
                .collect(),
        };
        Stored {
            topics: topics.iter().map(|(name, topic)| (name.clone(), stored(topic))).collect(),
            state: state.clone(),
        }
    }

    fn head(&self, scope: &Scope, topic: &Topic) -> Option<&TopicCommit> {
        Some(&self.0.get(scope)?.0.get(topic)?.commit)
    }
}

const KEYS: [&str; 9] = ["", "A", "AB", "BRK.B", "level:182.63", "\"q\"", "back\\slash", "zeile\n", "ü\u{10ffff}"];
const ROWS: [&str; 4] = [r#"{"a":"1.00","b":"\u0000\"\\"}"#, "null", "[1, 2]", r#"{"text":"ünï ☃"}"#];

fn scope(n: usize) -> Scope {
    Scope { world: ["live", "demo-1"][n].into(), domain: "darkpool".into() }
}

fn topic(n: usize) -> Topic {
    ["darkpool/sentiment", "darkpool/ticker/BRK.B", "rooms/a:b"][n].parse().unwrap()
}

/// A change set without its number, which depends on what went before.
#[derive(Clone, Debug)]
struct Draft {
    topic: usize,
    keys: BTreeMap<usize, Option<usize>>,
    floor_up: bool,
    evicted_below: Option<usize>,
    replace: bool,
}

impl Draft {
    fn number(&self, model: &Model, scope: &Scope) -> TopicCommit {
        let topic = topic(self.topic);
        let before = model.head(scope, &topic);
        let seq = before.map_or(Seq(1), |b| b.seq.next());
        let floor = before.map_or(Seq(0), |b| b.floor);
        let epoch = before.map_or("e".to_owned(), |b| b.epoch.to_string());
        let epoch = if self.replace { format!("{}x", &epoch[..1]) } else { epoch };
        let key = |n: usize| Key::from(KEYS[n]);
        TopicCommit {
            topic,
            epoch: epoch.parse().unwrap(),
            seq,
            floor: if self.floor_up { Seq(seq.0 / 2 + floor.0 / 2) } else { floor },
            set: self.keys.iter().filter_map(|(k, row)| Some((key(*k), RowJson::from(ROWS[(*row)?])))).collect(),
            del: self.keys.iter().filter(|(_, row)| row.is_none()).map(|(k, _)| key(*k)).collect(),
            evicted_below: self.evicted_below.map(key),
            replace: self.replace,
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Commit(usize, Vec<Draft>, Vec<StateOp>),
    Forget(usize, BTreeSet<usize>),
    Reopen,
}

fn drafts() -> impl Strategy<Value = Draft> {
    let keys = prop::collection::btree_map(0..KEYS.len(), prop::option::weighted(0.7, 0..ROWS.len()), 0..6);
    let rare = prop::bool::weighted(0.1);
    (0..3_usize, keys, prop::bool::weighted(0.3), prop::option::weighted(0.2, 0..KEYS.len()), rare).prop_map(
        |(topic, keys, floor_up, evicted_below, replace)| Draft { topic, keys, floor_up, evicted_below, replace },
    )
}

fn state_ops() -> impl Strategy<Value = StateOp> {
    let text = prop::sample::select(KEYS.to_vec()).prop_map(Box::from);
    let row = prop::sample::select(ROWS.to_vec()).prop_map(Box::from);
    prop_oneof![
        4 => (text.clone(), row).prop_map(|(key, value)| StateOp::Put(key, value)),
        1 => text.clone().prop_map(StateOp::Del),
        1 => text.prop_map(StateOp::DelPrefix),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let commit = (0..2_usize, prop::collection::vec(drafts(), 0..4), prop::collection::vec(state_ops(), 0..4))
        .prop_map(|(scope, drafts, state)| Step::Commit(scope, drafts, state));
    let forget = (0..2_usize, prop::collection::btree_set(0..3_usize, 0..3)).prop_map(|(s, t)| Step::Forget(s, t));
    prop::collection::vec(prop_oneof![8 => commit, 1 => forget, 1 => Just(Step::Reopen)], 1..24)
}

async fn follow(place: &Place, steps: Vec<Step>) {
    let mut store = place.open().await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Commit(n, drafts, state) => {
                let scope = scope(n);
                let mut commit = Commit { topics: Vec::new(), state };
                for draft in drafts {
                    let change = draft.number(&model, &scope);
                    model.commit(&scope, &Commit { topics: vec![change.clone()], state: Vec::new() });
                    commit.topics.push(change);
                }
                model.commit(&scope, &Commit { topics: Vec::new(), state: commit.state.clone() });
                store.commit(&scope, &commit).await.unwrap();
            }
            Step::Forget(n, topics) => {
                let topics: Vec<_> = topics.into_iter().map(topic).collect();
                model.forget(&scope(n), &topics);
                store.forget(&scope(n), &topics).await.unwrap();
            }
            Step::Reopen if place.lasts() => {
                store.close().await.unwrap();
                store = place.open().await;
            }
            Step::Reopen => {}
        }
        for scope in [scope(0), scope(1)] {
            assert_eq!(store.load(&scope).await.unwrap(), model.stored(&scope), "{scope}");
        }
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_in_memory_equals_the_model_after_every_step(steps in steps()) {
        wait(follow(&Place::memory(), steps));
    }

    #[test]
    fn a_store_in_a_file_equals_the_model_after_every_step(steps in steps()) {
        wait(follow(&Place::file(), steps));
    }
}

/// Each store there is.
fn places() -> [Place; 2] {
    [Place::memory(), Place::file()]
}

fn put(key: &str, value: &str) -> Commit {
    Commit { topics: Vec::new(), state: vec![StateOp::Put(key.into(), value.into())] }
}

#[tokio::test]
async fn a_scope_that_was_never_written_is_empty() {
    for place in places() {
        assert_eq!(place.open().await.load(&scope(0)).await.unwrap(), Stored::default());
    }
}

#[tokio::test]
async fn commits_of_many_tasks_are_applied_in_the_order_of_their_first_poll() {
    for place in places() {
        let store = place.open().await;
        let scope = scope(0);
        let commits: Vec<_> = (0..100).map(|n| put("last", &n.to_string())).collect();
        let all = futures_util::future::join_all(commits.iter().map(|commit| store.commit(&scope, commit))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(&*store.load(&scope).await.unwrap().state["last"], "99");
    }
}

#[tokio::test]
async fn a_commit_that_is_dropped_half_way_is_there_whole_or_not_at_all() {
    for place in places() {
        let store = place.open().await;
        let scope = scope(0);
        let draft = Draft { topic: 0, keys: BTreeMap::new(), floor_up: false, evicted_below: None, replace: true };
        let mut polls = 0;
        let mut whole = false;
        while !whole {
            // The topic is one statement, the state another.
            let head = TopicCommit { seq: Seq(polls), ..draft.number(&Model::default(), &scope) };
            let commit = Commit { topics: vec![head], ..put("head", &polls.to_string()) };
            {
                // The database's thread gets on between the polls.
                let mut half = std::pin::pin!(store.commit(&scope, &commit));
                whole = (0..polls).any(|_| half.as_mut().now_or_never().is_some());
            }
            let stored = store.load(&scope).await.unwrap();
            let head = stored.topics.get(&topic(0)).map(|topic| topic.head.to_string());
            assert_eq!(head.as_deref(), stored.state.get("head").map(|value| &**value), "after {polls} polls");
            polls += 1 + polls / 16;
        }
        store.commit(&scope, &put("after", "1")).await.unwrap();
        assert_eq!(&*store.load(&scope).await.unwrap().state["after"], "1");
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    for place in places() {
        let store = place.open().await;
        store.close().await.unwrap();
        store.close().await.unwrap();
        let error = store.commit(&scope(0), &put("a", "1")).await.unwrap_err();
        assert_eq!(error.to_string(), "the database failed: it is closed");
    }
}

#[tokio::test]
async fn an_inbox_that_nobody_wrote_to_is_empty_and_what_is_not_there_can_be_done() {
    for place in places() {
        let store = place.open().await;
        assert_eq!(store.inbox(10).await.unwrap(), []);
        store.inbox_done(&[(7, None), (8, Some("no".into()))]).await.unwrap();
        assert_eq!(store.inbox(10).await.unwrap(), []);
        store.close().await.unwrap();
        assert!(store.inbox(10).await.is_err());
    }
}
