//! What the page knows of the user's bets: those that the topic holds, older ones that were asked
//! for, and what is at stake.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;
use shared::domain::bets::{BetRow, BetStatus, BetsTopic, ExposureRow};
use shared::stream::{Change, Key};
use shared::wire::RawRows;

use super::read;

/// How many bets that are over the topic holds; older ones have to be asked for.
const KEPT: usize = 1000;
/// All books together, as the exposure names it.
pub const ALL_BOOKS: &str = "*";

/// The rows of `bets/{user}` and `bets/{user}/exposure`.
#[derive(Clone, Debug, Default)]
pub struct Bets {
    /// By id, which is the order of time.
    rows: BTreeMap<Key, Arc<BetRow>>,
    /// Those that are not in the topic.
    older: BTreeMap<Key, Arc<BetRow>>,
    /// The last answer with older ones was the last there is.
    all_known: bool,
    exposure: BTreeMap<Key, ExposureRow>,
    changes: u32,
    unreadable: u32,
}

impl Bets {
    /// All rows of a topic; what was there before is gone.
    pub fn snapshot(&mut self, topic: &BetsTopic, rows: &RawRows) {
        match topic {
            BetsTopic::Bets(_) => self.rows.clear(),
            BetsTopic::Exposure(_) => self.exposure.clear(),
        }
        rows.iter().for_each(|(key, row)| self.put(topic, key, row));
        self.changes = self.changes.wrapping_add(1);
    }

    /// What changed in a topic.
    pub fn update(&mut self, topic: &BetsTopic, change: &Change<Box<RawValue>>) {
        for key in change.dels() {
            match topic {
                // It is no longer among the newest; it is still a bet.
                BetsTopic::Bets(_) => {
                    if let Some(row) = self.rows.remove(key) {
                        self.older.insert(key.clone(), row);
                    }
                }
                BetsTopic::Exposure(_) => drop(self.exposure.remove(key)),
            }
        }
        change.sets().iter().for_each(|(key, row)| self.put(topic, key, row));
        self.changes = self.changes.wrapping_add(1);
    }

    /// A topic is followed no more. Without the bets nothing of them stays: the next reader may be
    /// someone else.
    pub fn forget(&mut self, topic: &BetsTopic) {
        match topic {
            BetsTopic::Bets(_) => {
                self.rows.clear();
                self.older.clear();
                self.all_known = false;
            }
            BetsTopic::Exposure(_) => self.exposure.clear(),
        }
        self.changes = self.changes.wrapping_add(1);
    }

    /// Takes in an answer of `get_bets`; `more` says whether there are still older ones.
    pub fn add_older(&mut self, rows: Vec<BetRow>, more: bool) {
        self.all_known |= !more;
        self.older.extend(rows.into_iter().map(|row| (Key::from(&*row.id), Arc::new(row))));
        self.changes = self.changes.wrapping_add(1);
    }

    /// All that are known, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<BetRow>> {
        let older = self.older.iter().filter(|(key, _)| !self.rows.contains_key(*key));
        // Ids sort by time, and open ones may be older than some that are not in the topic.
        let mut all: Vec<_> = self.rows.iter().chain(older).collect();
        all.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        all.into_iter().map(|(_, row)| row)
    }

    /// How many are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.newest().count()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.older.is_empty()
    }

    /// The bet of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Arc<BetRow>> {
        self.rows.get(id).or_else(|| self.older.get(id))
    }

    /// The bet that is called so by the client.
    #[must_use]
    pub fn by_ref(&self, client_ref: &str) -> Option<&Arc<BetRow>> {
        self.newest().find(|row| *row.client_ref == *client_ref)
    }

    /// The bet before which older ones are to be asked for; `None` when all are known.
    #[must_use]
    pub fn before(&self) -> Option<Box<str>> {
        let over = |row: &&Arc<BetRow>| row.status != BetStatus::Placed;
        if self.all_known || self.rows.values().filter(over).count() < KEPT {
            return None;
        }
        // The oldest of an unbroken row: open ones stay in the topic however old they are.
        let oldest = self.older.values().chain(self.rows.values()).filter(over).map(|row| &row.id).min();
        oldest.cloned()
    }

    /// What is at stake at a book, or at [`ALL_BOOKS`].
    #[must_use]
    pub fn exposure(&self, book: &str) -> Option<&ExposureRow> {
        self.exposure.get(book)
    }

    /// What is at stake, book by book.
    pub fn books(&self) -> impl Iterator<Item = &ExposureRow> {
        self.exposure.values().filter(|row| *row.book != *ALL_BOOKS)
    }

    /// Grows with each change.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// How many rows could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn put(&mut self, topic: &BetsTopic, key: &Key, row: &RawValue) {
        let put = match topic {
            BetsTopic::Bets(_) => read::bet(row.get()).map(|row| drop(self.rows.insert(key.clone(), Arc::new(row)))),
            BetsTopic::Exposure(_) => read::exposure(row.get()).map(|row| drop(self.exposure.insert(key.clone(), row))),
        };
        if put.is_none() {
            self.unreadable = self.unreadable.saturating_add(1);
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::read::tests::BET;
    use super::*;

    pub fn mine() -> BetsTopic {
        BetsTopic::Bets("42".parse().unwrap())
    }

    /// A bet: id, status, what came back and when, both absent while it is open.
    pub fn bet(id: &str, status: &str, back: Option<(&str, i64)>) -> BetRow {
        let over = back.map_or_else(
            || r#""settled_ms":null,"payout":null"#.to_owned(),
            |(payout, ms)| format!(r#""settled_ms":{ms},"payout":"{payout}""#),
        );
        let text = BET
            .replace("\"b1\"", &format!("\"{id}\""))
            .replace("\"r1\"", &format!("\"ref-{id}\""))
            .replace("\"placed\"", &format!("\"{status}\""))
            .replace(r#""settled_ms":null,"payout":null"#, &over);
        read::bet(&text).unwrap()
    }

    /// A store with those bets in the topic.
    pub fn with(rows: &[BetRow]) -> Bets {
        let raw = |row: &BetRow| RawValue::from_string(serde_json::to_string(row).unwrap()).unwrap();
        let mut bets = Bets::default();
        bets.snapshot(&mine(), &rows.iter().map(|row| (Key::from(&*row.id), raw(row))).collect());
        bets
    }

    fn ids(bets: &Bets) -> String {
        bets.newest().map(|row| &*row.id).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_bet_that_falls_out_of_the_topic_is_still_a_bet() {
        let mut bets = with(&[bet("1", "won", Some(("2.00", 1))), bet("2", "placed", None)]);
        let mut change = Change::new();
        change.del("1".into());
        bets.update(&mine(), &change);
        assert_eq!(ids(&bets), "2 1");
        assert!(bets.find("1").is_some() && bets.by_ref("ref-1").is_some());
        bets.forget(&mine());
        assert!(bets.is_empty() && bets.find("1").is_none());
    }

    #[test]
    fn older_bets_are_asked_for_until_there_are_none() {
        let open = bet("0", "placed", None);
        let lost = |n: usize| bet(&format!("{n:05}"), "lost", Some(("0.00", 1)));
        let few: Vec<_> = (1..KEPT).map(lost).collect();
        assert_eq!(with(&few).before(), None, "a topic that is not full holds all there are");

        let full: Vec<_> = (200..200 + KEPT).map(lost).chain([open]).collect();
        let mut bets = with(&full);
        assert_eq!(bets.before().as_deref(), Some("00200"), "an open one says nothing of those that are over");
        bets.add_older(vec![lost(199), lost(198)], true);
        assert_eq!(bets.before().as_deref(), Some("00198"));
        bets.add_older(vec![lost(197)], false);
        assert_eq!(bets.before(), None);
        assert_eq!(bets.len(), KEPT + 4);
    }

    #[test]
    fn what_the_topic_says_counts_more_than_an_older_answer() {
        let mut bets = with(&[bet("1", "won", Some(("2.00", 1)))]);
        bets.add_older(vec![bet("1", "placed", None)], true);
        assert_eq!(bets.find("1").unwrap().status, BetStatus::Won);
        assert_eq!(ids(&bets), "1");
    }

    #[test]
    fn exposure_is_kept_for_each_book_and_for_all() {
        let topic = BetsTopic::Exposure("42".parse().unwrap());
        let row = |book: &str| {
            let text = format!(
                r#"{{"user":"42","book":"{book}","open_bets":1,"open_stake":"1.00","open_payout":"2.00",
                "settled_bets":0,"settled_stake":"0.00","profit":"0.00"}}"#
            );
            (Key::from(book), RawValue::from_string(text).unwrap())
        };
        let mut bets = Bets::default();
        bets.snapshot(&topic, &[row("*"), row("a"), row("b")].into_iter().collect());
        assert_eq!(bets.books().map(|row| &*row.book).collect::<String>(), "ab");
        assert!(bets.exposure(ALL_BOOKS).is_some());
    }
}
