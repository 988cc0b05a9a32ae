//! Whether each client is told the truth: positions without gaps or repetitions, and at each position the
//! same rows as everyone else.
//!
//! Thousands of clients are sent the same bytes, so a message is read once and what it does at a
//! position is worked out once; for everyone else it is a look-up and a comparison of all its bytes.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::hash::Hasher;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHasher};
use shared::domain::kind_of;
use shared::stream::{Change, Class, Epoch, Position, Seq};

use super::door::Door;
use super::fault::Wrong;
use super::read::{Reading, Said, Update};
use super::reference::{Hashes, Timeline, table_hash};

/// Bytes of messages that are remembered.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Checks all clients of one run.
pub struct Verifier {
    reading: Reading,
    topics: BTreeMap<Box<str>, Vec<(Epoch, Timeline)>>,
    /// Messages by the hash of their bytes; looked up, never iterated.
    known: FxHashMap<u64, Rc<Known>>,
    /// Their hashes and lengths, oldest first.
    order: VecDeque<(u64, usize)>,
    bytes: usize,
    /// Steps that could not be compared, because the client was too far behind.
    pub unverifiable: u64,
}

/// A message that was read.
pub struct Known {
    text: Box<str>,
    /// What it says.
    pub said: Said,
    /// Rows that it sets or removes.
    pub rows: u64,
    /// Where clients stood for whom it led to the right rows.
    right_from: RefCell<Vec<Option<u64>>>,
}

/// Where one client stands in one topic.
#[derive(Debug, Default)]
pub struct Follower {
    standing: Standing,
}

#[derive(Debug, Default)]
enum Standing {
    /// It was told nothing yet.
    #[default]
    Nothing,
    /// Its rows are those of the reference at this position.
    Right { line: usize, seq: u64 },
    /// Nobody else was at this position: it has what everyone had at `base` (or nothing), changed so.
    Alone { line: usize, seq: u64, base: Option<u64>, change: Box<Change<u64>> },
    /// Its rows are wrong or unknown, until the next snapshot.
    Lost { line: usize, seq: u64 },
}

impl Standing {
    fn place(&self) -> Option<(usize, u64)> {
        match self {
            Standing::Nothing => None,
            Standing::Right { line, seq } | Standing::Alone { line, seq, .. } | Standing::Lost { line, seq } => {
                Some((*line, *seq))
            }
        }
    }
}

/// What comparing with the HTTP entrance showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The rows are equal at this position.
    Equal {
        /// The numbering.
        epoch: Epoch,
        /// The position.
        seq: u64,
    },
    /// No client has been at that position: to be asked again.
    Elsewhere,
    /// They differ.
    Differs(Wrong),
}

impl Verifier {
    /// Nothing was heard yet.
    #[must_use]
    pub fn new(door: Door) -> Verifier {
        Verifier {
            reading: Reading::new(door),
            topics: BTreeMap::new(),
            known: FxHashMap::default(),
            order: VecDeque::new(),
            bytes: 0,
            unverifiable: 0,
        }
    }

    /// What a text says; read only when nobody was sent it before.
    pub fn hear(&mut self, text: &str) -> Rc<Known> {
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        if let Some(known) = self.known.get(&hash).filter(|known| *known.text == *text) {
            return known.clone();
        }
        let said = self.reading.read(text);
        let rows = match &said {
            Said::Update(update) => (update.change.sets().len() + update.change.dels().len()) as u64,
            _ => 0,
        };
        let known = Rc::new(Known { text: text.into(), said, rows, right_from: RefCell::default() });
        self.known.insert(hash, known.clone());
        self.order.push_back((hash, text.len()));
        self.bytes += text.len();
        while self.bytes > MOST_BYTES
            && let Some((hash, len)) = self.order.pop_front()
        {
            self.known.remove(&hash);
            self.bytes -= len;
        }
        known
    }

    /// Takes a client's follower through an update. `Err` says what was wrong with it.
    pub fn update(&mut self, follower: &mut Follower, known: &Known, update: &Update) -> Result<(), Wrong> {
        let Update { topic, epoch, prev, seq, change, .. } = update;
        let Some((line, at)) = follower.standing.place() else { return Err(Wrong::NoSnapshot) };
        let lines = self.topics.get_mut(topic).ok_or(Wrong::NoSnapshot)?;
        let (name, timeline) = &mut lines[line];
        if name != epoch {
            return Err(Wrong::OtherEpoch);
        }
        if *seq <= at {
            return Err(Wrong::Duplicate { at, seq: *seq });
        }
        if let Some(prev) = prev.filter(|prev| *prev > at) {
            follower.standing = Standing::Lost { line, seq: *seq };
            return Err(Wrong::Gap { at, prev, seq: *seq });
        }
        let right = Standing::Right { line, seq: *seq };
        let (base, change) = match std::mem::replace(&mut follower.standing, right) {
            Standing::Right { .. } if known.right_from.borrow().contains(&Some(at)) => return Ok(()),
            // The first one to get here leads the way.
            Standing::Right { .. } if at == timeline.head() => {
                timeline.extend(*seq, change);
                known.right_from.borrow_mut().push(Some(at));
                return Ok(());
            }
            Standing::Right { .. } => (Some(at), Cow::Borrowed(change)),
            Standing::Alone { base, change: mut earlier, .. } => {
                earlier.merge(change.clone());
                (base, Cow::Owned(*earlier))
            }
            Standing::Nothing | Standing::Lost { .. } => {
                follower.standing = Standing::Lost { line, seq: *seq };
                return Ok(());
            }
        };
        if *seq > timeline.head() {
            timeline.extend(*seq, &update.change);
        }
        match (timeline.hash_at(*seq), timeline.hash_after(base, &change)) {
            (Some(theirs), Some(own)) if theirs == own => {
                if base == Some(at) {
                    known.right_from.borrow_mut().push(base);
                }
                Ok(())
            }
            (Some(_), Some(_)) => {
                follower.standing = Standing::Lost { line, seq: *seq };
                Err(Wrong::Rows { seq: *seq })
            }
            (None, Some(_)) => {
                let change = Box::new(change.into_owned());
                follower.standing = Standing::Alone { line, seq: *seq, base, change };
                Ok(())
            }
            // Where it came from was forgotten.
            (_, None) => {
                self.unverifiable += 1;
                follower.standing = Standing::Lost { line, seq: *seq };
                Ok(())
            }
        }
    }

    /// Gives a client's follower all rows.
    pub fn snapshot(
        &mut self,
        follower: &mut Follower,
        known: &Known,
        (topic, epoch, seq, rows): (&str, &Epoch, u64, &Hashes),
    ) -> Result<(), Wrong> {
        let line = self.line(topic, epoch, seq, rows);
        if let Some((_, at)) = follower.standing.place().filter(|(here, at)| *here == line && *at > seq) {
            return Err(Wrong::OlderSnapshot { at, seq });
        }
        if known.right_from.borrow().contains(&None) {
            follower.standing = Standing::Right { line, seq };
            return Ok(());
        }
        let timeline = &mut self.topics.get_mut(topic).expect("it was just put there")[line].1;
        if seq > timeline.head() {
            timeline.extend_whole(seq, rows);
        }
        let (standing, outcome) = match timeline.hash_at(seq) {
            Some(hash) if hash == table_hash(rows) => {
                known.right_from.borrow_mut().push(None);
                (Standing::Right { line, seq }, Ok(()))
            }
            Some(_) => (Standing::Lost { line, seq }, Err(Wrong::Rows { seq })),
            None => {
                let mut change = Change::new();
                rows.iter().for_each(|(key, hash)| change.set(key.clone(), *hash));
                (Standing::Alone { line, seq, base: None, change: Box::new(change) }, Ok(()))
            }
        };
        follower.standing = standing;
        outcome
    }

    /// Compares the HTTP entrance's snapshot with what clients had at that position; `None`: it is none.
    /// A snapshot that is ahead of all clients is what they are compared with from now on.
    pub fn compare_http(&mut self, topic: &str, text: &str) -> Option<Compared> {
        let (epoch, shown, rows) = self.reading.http(text)?;
        let line = self.line(topic, &epoch, shown, &rows);
        let timeline = &mut self.topics.get_mut(topic)?[line].1;
        let finer = self.reading.is_finer_than_http();
        if !finer && shown > timeline.head() {
            timeline.extend_whole(shown, &rows);
        }
        // Where updates are numbered more finely, what counts is the last one until then.
        let seq = if finer { timeline.newest_until(shown)? } else { shown };
        let is_newest = seq == timeline.head();
        Some(match timeline.hash_at(seq) {
            None => Compared::Elsewhere,
            Some(hash) if hash == table_hash(&rows) => Compared::Equal { epoch, seq },
            Some(_) if is_newest && seq != shown => Compared::Elsewhere,
            Some(_) => Compared::Differs(Wrong::Rows { seq }),
        })
    }

    /// What a follower comes back with; `None` where only a snapshot helps.
    #[must_use]
    pub fn since(&self, topic: &str, follower: &Follower) -> Option<Position> {
        match follower.standing {
            Standing::Right { .. } | Standing::Alone { .. } => {
                let (epoch, seq) = self.position(topic, follower)?;
                Some(Position { epoch: epoch.clone(), seq: Seq(seq) })
            }
            Standing::Nothing | Standing::Lost { .. } => None,
        }
    }

    /// Where a follower stands: the epoch and the number.
    #[must_use]
    pub fn position(&self, topic: &str, follower: &Follower) -> Option<(&Epoch, u64)> {
        let (line, seq) = follower.standing.place()?;
        Some((&self.topics.get(topic)?.get(line)?.0, seq))
    }

    /// Whether the server's idea of where a client stands is what that client was sent.
    pub fn head(&self, topic: &str, follower: &Follower, (epoch, seq): (&Epoch, u64)) -> Result<(), Wrong> {
        match self.position(topic, follower) {
            Some((here, at)) if here == epoch && at < seq => Err(Wrong::NeverSent { at, seq }),
            Some(_) | None => Ok(()),
        }
    }

    fn line(&mut self, topic: &str, epoch: &Epoch, seq: u64, rows: &Hashes) -> usize {
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.into(), Vec::new());
        }
        let lines = self.topics.get_mut(topic).expect("it was just put there");
        lines.iter().position(|(name, _)| name == epoch).unwrap_or_else(|| {
            lines.push((epoch.clone(), Timeline::new(class_of(topic), seq, rows)));
            lines.len() - 1
        })
    }
}

fn class_of(topic: &str) -> Class {
    topic.parse().ok().and_then(|topic| kind_of(&topic)).map_or(Class::State, |kind| kind.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One client of one topic after another, fed with frames as they are sent.
    struct Clients {
        verifier: Verifier,
        followers: Vec<Follower>,
    }

    impl Clients {
        fn new(count: usize) -> Clients {
            let followers = (0..count).map(|_| Follower::default()).collect();
            Clients { verifier: Verifier::new(Door::V1), followers }
        }

        fn hear(&mut self, client: usize, text: &str) -> Result<(), Wrong> {
            let known = self.verifier.hear(text);
            let follower = &mut self.followers[client];
            match &known.said {
                Said::Snapshot { topic, epoch, seq, rows } => {
                    self.verifier.snapshot(follower, &known, (topic, epoch, *seq, rows))
                }
                Said::Update(update) => self.verifier.update(follower, &known, update),
                Said::Heads(heads) => {
                    let (epoch, seq) = &heads["a/b"];
                    self.verifier.head("a/b", follower, (epoch, *seq))
                }
                other => panic!("{other:?}"),
            }
        }

        fn is_right(&self, client: usize) -> bool {
            matches!(self.followers[client].standing, Standing::Right { .. })
        }
    }

    fn snapshot(seq: u64, rows: &str) -> String {
        format!(r#"{{"type":"snapshot","topic":"a/b","epoch":"e","seq":{seq},"ts":5,"rows":{{{rows}}}}}"#)
    }

    fn update(prev: u64, seq: u64, set: &str, del: &str) -> String {
        format!(
            r#"{{"type":"update","topic":"a/b","epoch":"e","prev":{prev},"seq":{seq},"ts":5,"merged":1,"set":{{{set}}},"del":[{del}]}}"#
        )
    }

    #[test]
    fn clients_that_are_told_the_truth_in_different_ways_are_right() {
        let mut clients = Clients::new(3);
        for client in 0..3 {
            clients.hear(client, &snapshot(1, r#""A":1,"B":2"#)).unwrap();
        }
        for (prev, seq, set, del) in [(1, 2, r#""A":3"#, ""), (2, 3, r#""C":4"#, r#""B""#), (3, 4, r#""C":5"#, "")] {
            clients.hear(0, &update(prev, seq, set, del)).unwrap();
        }
        // One update with all of it, one up to a position in between, and a snapshot.
        clients.hear(1, &update(1, 4, r#""A":3,"C":5"#, r#""B""#)).unwrap();
        clients.hear(2, &update(1, 3, r#""A":3,"C":4"#, r#""B""#)).unwrap();
        assert!((0..3).all(|client| clients.is_right(client)));
        clients.hear(2, &snapshot(4, r#""A":3,"C":5"#)).unwrap();
        let http = clients.verifier.compare_http("a/b", &snapshot(4, r#""A":3,"C":5"#));
        assert_eq!(http, Some(Compared::Equal { epoch: "e".parse().unwrap(), seq: 4 }));
    }

    #[test]
    fn a_client_at_a_position_of_its_own_is_compared_when_it_meets_the_others() {
        let mut clients = Clients::new(2);
        for client in 0..2 {
            clients.hear(client, &snapshot(1, r#""A":1"#)).unwrap();
        }
        clients.hear(0, &update(1, 5, r#""A":5,"B":5"#, "")).unwrap();
        clients.hear(1, &update(1, 3, r#""A":3"#, "")).unwrap();
        assert!(!clients.is_right(1), "nobody else was at 3");
        clients.hear(1, &update(3, 5, r#""A":5,"B":5"#, "")).unwrap();
        assert!(clients.is_right(1));
        // The slower one may also be the first to get further.
        clients.hear(1, &update(5, 6, r#""A":6"#, "")).unwrap();
        clients.hear(0, &update(5, 6, r#""A":6"#, "")).unwrap();
        assert!(clients.is_right(0));
    }

    #[test]
    fn each_kind_of_lie_is_found() {
        let lies: [(&str, String, &str); 6] = [
            ("gap", update(3, 4, r#""A":2"#, ""), "a gap"),
            ("again", update(1, 2, r#""A":2"#, ""), "a duplicate"),
            ("epoch", update(2, 3, "", "").replace(r#""epoch":"e""#, r#""epoch":"f""#), "another epoch"),
            ("rows", update(2, 3, r#""A":"other""#, ""), "not those that others have"),
            ("less", update(2, 3, "", ""), "not those that others have"),
            ("back", snapshot(1, r#""A":1"#), "a snapshot at 1"),
        ];
        for (name, lie, expected) in lies {
            let mut clients = Clients::new(2);
            for client in 0..2 {
                clients.hear(client, &snapshot(1, r#""A":1"#)).unwrap();
                clients.hear(client, &update(1, 2, r#""A":2"#, "")).unwrap();
            }
            clients.hear(0, &update(2, 3, r#""A":3"#, "")).unwrap();
            let wrong = clients.hear(1, &lie).expect_err(name);
            assert!(wrong.to_string().contains(expected), "{name}: {wrong}");
        }
        let mut clients = Clients::new(1);
        assert_eq!(clients.hear(0, &update(0, 1, "", "")), Err(Wrong::NoSnapshot));
    }

    #[test]
    fn an_update_that_is_right_from_one_position_may_be_wrong_from_an_earlier_one() {
        let mut clients = Clients::new(3);
        for client in 0..3 {
            clients.hear(client, &snapshot(1, r#""A":1,"B":1"#)).unwrap();
        }
        // It leaves out what happened from 1 to 2, although it says that it leads from 1.
        let lacking = update(1, 3, r#""A":3"#, "");
        for client in 0..2 {
            clients.hear(client, &update(1, 2, r#""B":2"#, "")).unwrap();
            clients.hear(client, &lacking).unwrap();
        }
        assert_eq!(clients.hear(2, &lacking), Err(Wrong::Rows { seq: 3 }));

        let mut clients = Clients::new(3);
        for client in 0..3 {
            clients.hear(client, &snapshot(1, r#""A":1,"B":1"#)).unwrap();
        }
        clients.hear(0, &update(1, 5, r#""A":5,"B":3"#, "")).unwrap();
        // From a position where nobody else was.
        clients.hear(1, &update(1, 3, r#""A":3,"B":3"#, "")).unwrap();
        let lacking = update(1, 5, r#""A":5"#, "");
        clients.hear(1, &lacking).unwrap();
        assert_eq!(clients.hear(2, &lacking), Err(Wrong::Rows { seq: 5 }));
    }

    #[test]
    fn a_heartbeat_that_is_ahead_means_that_something_was_lost() {
        let mut clients = Clients::new(1);
        clients.hear(0, &snapshot(7, "")).unwrap();
        let beat = |seq: u64| {
            format!(r#"{{"type":"heartbeat","ts":5,"clients":2,"heads":{{"a/b":"e.{seq}"}},"sources":{{}}}}"#)
        };
        assert_eq!(clients.hear(0, &beat(7)), Ok(()));
        assert_eq!(clients.hear(0, &beat(8)), Err(Wrong::NeverSent { at: 7, seq: 8 }));
    }

    #[test]
    fn a_snapshot_over_http_that_differs_is_found_now_or_when_clients_get_there() {
        let mut clients = Clients::new(1);
        clients.hear(0, &snapshot(1, r#""A":1"#)).unwrap();
        let differs = clients.verifier.compare_http("a/b", &snapshot(1, r#""A":2"#));
        assert_eq!(differs, Some(Compared::Differs(Wrong::Rows { seq: 1 })));
        // Ahead of all clients: there is nothing to compare yet.
        clients.verifier.compare_http("a/b", &snapshot(2, r#""A":2"#)).unwrap();
        assert_eq!(clients.hear(0, &update(1, 2, r#""A":3"#, "")), Err(Wrong::Rows { seq: 2 }));
    }

    #[test]
    fn after_a_gap_a_snapshot_makes_a_client_right_again() {
        let mut clients = Clients::new(1);
        clients.hear(0, &snapshot(1, r#""A":1"#)).unwrap();
        assert!(clients.hear(0, &update(3, 4, r#""A":4"#, "")).is_err());
        assert_eq!(clients.hear(0, &update(4, 5, r#""A":5"#, "")), Ok(()), "one gap is one fault");
        clients.hear(0, &snapshot(6, r#""A":6"#)).unwrap();
        assert!(clients.is_right(0));
    }
}
