//! What was confirmed is there after `kill -9`: a child process commits in a loop and is killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use shared::stream::{Seq, Topic};

use super::{Commit, Scope, SqliteStore, Store as _, TopicCommit};
use crate::domain::StateOp;

/// Tells the test binary that it is the child, and where the database is.
const CHILD: &str = "UNDERCURRENT_TEST_COMMIT_UNTIL_KILLED";

fn scope() -> Scope {
    Scope { world: "live".into(), domain: "darkpool".into() }
}

fn topic() -> Topic {
    "darkpool/tape".parse().unwrap()
}

/// Adds row `n` to the topic and writes `n` to the state.
fn numbered(n: u64) -> Commit {
    let change = TopicCommit {
        topic: topic(),
        epoch: "e".parse().unwrap(),
        seq: Seq(n),
        floor: Seq(0),
        set: vec![(format!("{n:08}").into(), format!("{{\"n\":{n}}}").into())],
        del: Vec::new(),
        evicted_below: None,
        replace: false,
    };
    Commit { topics: vec![change], state: vec![StateOp::Put("n".into(), n.to_string().into())] }
}

/// Not a test by itself: what the child of the test below does.
#[tokio::test]
async fn child_commits_until_it_is_killed() {
    let Ok(url) = std::env::var(CHILD) else { return };
    let store = SqliteStore::open(&url).await.unwrap();
    for n in 1.. {
        store.commit(&scope(), &numbered(n)).await.unwrap();
        println!("\ncommitted {n}");
    }
}

#[tokio::test]
async fn whatever_was_confirmed_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/u.db", folder.path().display());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::survival::child_commits_until_it_is_killed", "--nocapture"])
        .env(CHILD, &url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut confirmed = 0;
    for line in lines.map_while(Result::ok) {
        let Some(n) = line.strip_prefix("committed ").and_then(|n| n.parse::<u64>().ok()) else { continue };
        confirmed = n;
        if n == 300 {
            // What the child still writes before it dies is read by the following turns.
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(confirmed >= 300, "the child only came to {confirmed}");

    let stored = SqliteStore::open(&url).await.unwrap().load(&scope()).await.unwrap();
    let tape = &stored.topics[&topic()];
    assert!(tape.head.0 >= confirmed, "{confirmed} was confirmed, {} is there", tape.head);
    assert_eq!(tape.marks.len() as u64, tape.head.0);
    assert_eq!(*stored.state["n"], *tape.head.to_string());
}
