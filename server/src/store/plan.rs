//! A commit as a handful of statements: each takes the scope and one JSON document, however many
//! rows there are, because every statement costs a trip to the database's thread.
//!
//! Pure: it only writes the documents. Change sets of the same topic are merged first.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::stream::Seq;

use super::{Commit, StoreError, TopicCommit};
use crate::domain::StateOp;

/// Statements in the order in which they are to be executed; `?1` is the scope, `?2` the document.
pub type Statements = Vec<(&'static str, String)>;

// `CROSS JOIN` keeps SQLite from reordering: the document first, then the index.

const REPLACE: &str = "DELETE FROM rows WHERE topic IN (
    SELECT t.id FROM json_each(?2) g CROSS JOIN topics t ON t.scope = ?1 AND t.topic = g.value)";

const EVICT: &str = "DELETE FROM rows WHERE (topic, key) IN (
    SELECT r.topic, r.key FROM json_each(?2) g
    CROSS JOIN topics t ON t.scope = ?1 AND t.topic = g.key
    CROSS JOIN rows r ON r.topic = t.id AND r.key < g.value)";

const TOPICS: &str = "INSERT INTO topics (scope, topic, epoch, head, floor)
    SELECT ?1, key, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2) WHERE true
    ON CONFLICT (scope, topic) DO UPDATE
    SET epoch = excluded.epoch, head = excluded.head, floor = excluded.floor";

/// The document's outer names are `seq:topic`; a cast to a number reads as far as it is one.
const ROWS: &str = "INSERT INTO rows (topic, key, seq, row)
    SELECT t.id, r.key, CAST(g.key AS INTEGER), r.value FROM json_each(?2) g
    CROSS JOIN topics t ON t.scope = ?1 AND t.topic = substr(g.key, instr(g.key, ':') + 1)
    CROSS JOIN json_each(g.value) r WHERE true
    ON CONFLICT (topic, key) DO UPDATE SET seq = excluded.seq, row = excluded.row";

const TOMBSTONES: &str = "DELETE FROM rows WHERE rowid IN (
    SELECT r.rowid FROM json_each(?2) g
    CROSS JOIN topics t ON t.scope = ?1 AND t.topic = g.value
    CROSS JOIN rows r ON r.topic = t.id AND r.row IS NULL AND r.seq <= t.floor)";

const STATE_DEL_FROM: &str = "DELETE FROM state WHERE scope = ?1 AND key IN (
    SELECT s.key FROM json_each(?2) g
    CROSS JOIN state s ON s.scope = ?1 AND s.key >= g.key AND s.key < g.value)";

/// For a prefix that nothing comes after; `?2` is the prefix itself.
const STATE_DEL_ALL: &str = "DELETE FROM state WHERE scope = ?1 AND key >= ?2";

const STATE_DEL: &str = "DELETE FROM state WHERE scope = ?1 AND key IN (SELECT value FROM json_each(?2))";

const STATE_PUT: &str = "INSERT INTO state (scope, key, value) SELECT ?1, key, value FROM json_each(?2) WHERE true
    ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value";

/// The statements of forgetting topics.
pub const FORGET_ROWS: &str = REPLACE;
/// After [`FORGET_ROWS`].
pub const FORGET_TOPICS: &str = "DELETE FROM topics WHERE scope = ?1 AND topic IN (SELECT value FROM json_each(?2))";

/// The statements of a commit.
///
/// # Errors
/// A text that the database cannot keep, which is a fault of the caller.
pub fn statements(commit: &Commit) -> Result<Statements, StoreError> {
    let mut out = Statements::new();
    topics(&commit.topics, &mut out)?;
    state(&commit.state, &mut out)?;
    Ok(out)
}

/// Adds a statement unless its document says nothing.
fn push<T: Serialize>(out: &mut Statements, sql: &'static str, empty: bool, document: &T) {
    if !empty {
        out.push((sql, json(document)));
    }
}

/// A document of string keys, as SQLite reads it.
pub fn json<T: Serialize>(document: &T) -> String {
    serde_json::to_string(document).expect("a document has only string keys")
}

/// What a commit's change sets of one topic come to.
struct Merged<'a> {
    newest: &'a TopicCommit,
    replace: bool,
    evicted_below: Option<&'a str>,
    rows: BTreeMap<&'a str, (Seq, Option<&'a str>)>,
}

impl<'a> Merged<'a> {
    fn add(&mut self, commit: &'a TopicCommit) -> Result<(), StoreError> {
        self.newest = commit;
        if commit.replace {
            self.replace = true;
            self.evicted_below = None;
            self.rows.clear();
        }
        for key in &commit.del {
            self.rows.insert(text(key)?, (commit.seq, None));
        }
        for (key, row) in &commit.set {
            self.rows.insert(text(key)?, (commit.seq, Some(text(row)?)));
        }
        if let Some(bound) = commit.evicted_below.as_deref() {
            self.evicted_below = self.evicted_below.max(Some(text(bound)?));
            self.rows.retain(|key, _| *key >= bound);
        }
        Ok(())
    }
}

fn topics(commits: &[TopicCommit], out: &mut Statements) -> Result<(), StoreError> {
    let mut merged: BTreeMap<&str, Merged<'_>> = BTreeMap::new();
    for commit in commits {
        let fresh = || Merged { newest: commit, replace: false, evicted_below: None, rows: BTreeMap::new() };
        merged.entry(commit.topic.as_str()).or_insert_with(fresh).add(commit)?;
    }

    let replaced: Vec<_> = merged.iter().filter(|(_, m)| m.replace).map(|(name, _)| name).collect();
    let evicted: BTreeMap<_, _> = merged.iter().filter_map(|(name, m)| Some((name, m.evicted_below?))).collect();
    let lowered: Vec<_> = merged.iter().filter(|(_, m)| m.newest.floor > Seq(0)).map(|(name, _)| name).collect();
    let mut heads = BTreeMap::new();
    let mut rows: BTreeMap<String, BTreeMap<&str, Option<&str>>> = BTreeMap::new();
    for (name, topic) in &merged {
        let TopicCommit { epoch, seq, floor, .. } = topic.newest;
        heads.insert(name, (epoch.as_str(), integer(*seq)?, integer(*floor)?));
        for (key, (seq, row)) in &topic.rows {
            rows.entry(format!("{}:{name}", integer(*seq)?)).or_default().insert(key, *row);
        }
    }

    push(out, REPLACE, replaced.is_empty(), &replaced);
    push(out, EVICT, evicted.is_empty(), &evicted);
    push(out, TOPICS, heads.is_empty(), &heads);
    push(out, ROWS, rows.is_empty(), &rows);
    push(out, TOMBSTONES, lowered.is_empty(), &lowered);
    Ok(())
}

fn state(ops: &[StateOp], out: &mut Statements) -> Result<(), StoreError> {
    let mut prefixes: Vec<&str> = Vec::new();
    let mut keys: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for op in ops {
        match op {
            StateOp::Put(key, value) => {
                keys.insert(text(key)?, Some(text(value)?));
            }
            StateOp::Del(key) => {
                keys.insert(text(key)?, None);
            }
            StateOp::DelPrefix(prefix) => {
                keys.retain(|key, _| !key.starts_with(&**prefix));
                prefixes.push(text(prefix)?);
            }
        }
    }

    let mut ranges: BTreeMap<&str, String> = BTreeMap::new();
    for prefix in prefixes {
        match after_prefix(prefix) {
            Some(end) => {
                ranges.insert(prefix, end);
            }
            None => out.push((STATE_DEL_ALL, prefix.to_owned())),
        }
    }
    let deleted: Vec<_> = keys.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
    let put: BTreeMap<_, _> = keys.iter().filter_map(|(key, value)| Some((key, (*value)?))).collect();
    push(out, STATE_DEL_FROM, ranges.is_empty(), &ranges);
    push(out, STATE_DEL, deleted.is_empty(), &deleted);
    push(out, STATE_PUT, put.is_empty(), &put);
    Ok(())
}

/// The smallest text after all that begin with `prefix`; `None` when there is none. Bytes of UTF-8
/// sort as code points do, which is how SQLite compares.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// SQLite's JSON functions end a text at a NUL.
fn text(text: &str) -> Result<&str, StoreError> {
    if text.contains('\0') {
        return Err(StoreError::Other(format!("a text with a NUL character cannot be kept: {text:?}")));
    }
    Ok(text)
}

fn integer(seq: Seq) -> Result<i64, StoreError> {
    i64::try_from(seq.0).map_err(|_| StoreError::Other(format!("position {seq} is too large to be kept")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_smallest_text_after_all_that_begin_so() {
        let cases = [
            ("day:", Some("day;")),
            ("", None),
            ("\u{10ffff}", None),
            ("a\u{10ffff}", Some("b")),
            ("\u{d7ff}", Some("\u{e000}")),
        ];
        for (prefix, end) in cases {
            assert_eq!(after_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }

    #[test]
    fn a_commit_of_nothing_is_no_statement() {
        assert!(statements(&Commit::default()).unwrap().is_empty());
    }

    #[test]
    fn thousands_of_rows_in_hundreds_of_topics_are_two_statements() {
        let topic = |n: u32| TopicCommit {
            topic: format!("darkpool/ticker/T{n}").parse().unwrap(),
            epoch: "e".parse().unwrap(),
            seq: Seq(7),
            floor: Seq(0),
            set: (0..50).map(|k| (format!("{k}").into(), "{}".into())).collect(),
            del: vec!["gone".into()],
            evicted_below: None,
            replace: false,
        };
        let commit = Commit { topics: (0..200).map(topic).collect(), state: Vec::new() };
        assert_eq!(statements(&commit).unwrap().len(), 2);
    }

    #[test]
    fn a_text_that_would_be_cut_short_is_refused() {
        let commit = Commit { topics: Vec::new(), state: vec![StateOp::Put("k".into(), "a\0b".into())] };
        assert!(matches!(statements(&commit), Err(StoreError::Other(_))));
    }
}
