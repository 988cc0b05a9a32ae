//! How long a commit takes, and a load: `cargo bench -p undercurrent --bench store`.

use std::time::{Duration, Instant};

use shared::stream::{Class, Seq, Table};
use undercurrent::domain::StateOp;
use undercurrent::store::{Commit, Scope, SqliteStore, Store, TopicCommit};

/// A row of `darkpool/sentiment` has about this many bytes.
const ROW_BYTES: usize = 640;

fn commit(turn: u64, topics: usize, rows: usize) -> Commit {
    let row = |n: usize| {
        let mut row = format!(r#"{{"ticker":"T{n:05}","turn":{turn}"#);
        while row.len() < ROW_BYTES {
            row.push_str(r#","net_amount":"-850890.92""#);
        }
        row.push('}');
        (format!("T{n:05}").into(), row.into())
    };
    let topic = |n: usize| TopicCommit {
        topic: format!("darkpool/ticker/T{n}").parse().expect("a topic's name"),
        epoch: "e".parse().expect("an epoch's name"),
        seq: Seq(turn),
        floor: Seq(0),
        // Spread over the keys, as trades are.
        set: (0..rows).map(|k| row(k * 7919 % 10_007)).collect(),
        del: Vec::new(),
        evicted_below: None,
        replace: false,
    };
    let state = (0..rows).map(|k| StateOp::Put(format!("day:T{k:05}").into(), "x".repeat(200).into())).collect();
    Commit { topics: (0..topics).map(topic).collect(), state }
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("{what:<44} median {:7.2} ms   p95 {:7.2} ms   max {:7.2} ms", at(50), at(95), at(100));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (place, url) in
        [("memory", "sqlite::memory:".to_owned()), ("file", format!("sqlite://{}/u.db", folder.path().display()))]
    {
        let store = SqliteStore::open(&url).await.expect("a new database");
        let scope = Scope { world: "bench".into(), domain: "darkpool".into() };
        let mut turn = 0;
        for (topics, rows, turns) in [(1, 1, 200), (1, 100, 100), (200, 1, 100), (1, 1_000, 50), (1, 10_000, 20)] {
            let mut times = Vec::new();
            for _ in 0..turns {
                turn += 1;
                let commit = commit(turn, topics, rows);
                let start = Instant::now();
                store.commit(&scope, &commit).await.expect("a commit");
                times.push(start.elapsed());
            }
            report(&format!("{place}: commit {topics} x {rows} rows"), times);
        }
        let start = Instant::now();
        let stored = store.load(&scope).await.expect("a load");
        let loaded = start.elapsed();
        let mut marks = 0;
        for topic in stored.topics.into_values() {
            marks += topic.marks.len();
            drop(Table::restore(Class::State, topic.head, topic.floor, topic.marks));
        }
        report(&format!("{place}: load {marks} rows"), vec![loaded]);
        report(&format!("{place}: the same, and the tables"), vec![start.elapsed()]);
        store.close().await.expect("a close");
        let start = Instant::now();
        drop(SqliteStore::open(&url).await.expect("the database again"));
        report(&format!("{place}: open"), vec![start.elapsed()]);
    }
}
