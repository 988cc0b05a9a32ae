//! What the page knows of the user's bets: those that the topic holds, older ones that were asked
//! for, and what is at stake.

use serde_json::value::RawValue;
use shared::domain::bets::{BetRow, BetStatus, BetsTopic, ExposureRow};
use shared::order::ordered;
use shared::stream::{Change, Class, Key, Topic};
use shared::wire::RawRows;

use super::read;
use crate::domain::keyed::Keyed;
use crate::domain::stores::TopicStore;
use crate::model::sorted::Sorted;

/// How many bets that are over the topic holds; older ones have to be asked for.
const KEPT: usize = 1000;
/// All books together, as the exposure names it.
pub const ALL_BOOKS: &str = "*";

/// The rows of one user: nobody follows another's.
#[derive(Clone, Debug)]
pub struct Store {
    /// `bets/{user}`, by id, which is the order of time.
    bets: Keyed<BetRow>,
    /// Those that are not in the topic.
    older: Sorted<BetRow>,
    /// The last answer with older ones was the last there is.
    all_known: bool,
    /// `bets/{user}/exposure`.
    exposure: Keyed<ExposureRow>,
    changes: u32,
}

impl Store {
    /// Takes in an answer of `get_bets`; `more` says whether there are still older ones.
    pub fn add_older(&mut self, rows: Vec<BetRow>, more: bool) {
        self.all_known |= !more;
        rows.into_iter().for_each(|row| self.older.insert(Key::from(&*row.id), row));
        self.changes = self.changes.wrapping_add(1);
    }

    /// All that are known, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = (&Key, &BetRow)> {
        let older = self.older.iter().filter(|(key, _)| self.bets.get(key).is_none());
        // Ids sort by time, and open ones may be older than some that are not in the topic.
        let all: Vec<_> = self.bets.rows().iter().chain(older).collect();
        ordered(&all, |(a, _), (b, _)| b.cmp(a)).into_iter()
    }

    /// How many are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bets.rows().len() + self.older.iter().filter(|(key, _)| self.bets.get(key).is_none()).count()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bets.rows().is_empty() && self.older.is_empty()
    }

    /// The bet of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&BetRow> {
        self.bets.get(id).or_else(|| self.older.get(id))
    }

    /// The bet before which older ones are to be asked for; `None` when all are known.
    #[must_use]
    pub fn before(&self) -> Option<Box<str>> {
        let over = |row: &&BetRow| row.status != BetStatus::Placed;
        if self.all_known || self.bets.rows().values().filter(over).count() < KEPT {
            return None;
        }
        // The oldest of an unbroken row: open ones stay in the topic however old they are.
        let oldest = self.older.values().chain(self.bets.rows().values()).filter(over).map(|row| &row.id).min();
        oldest.cloned()
    }

    /// What is at stake at a book, or at [`ALL_BOOKS`].
    #[must_use]
    pub fn exposure(&self, book: &str) -> Option<&ExposureRow> {
        self.exposure.get(book)
    }

    /// What is at stake, book by book.
    pub fn books(&self) -> impl Iterator<Item = &ExposureRow> {
        self.exposure.rows().values().filter(|row| *row.book != *ALL_BOOKS)
    }

    /// Counts every change; equal numbers mean that nothing changed.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }
}

impl Default for Store {
    fn default() -> Store {
        Store {
            bets: Keyed::new(Class::State, read::bet),
            older: Sorted::new(),
            all_known: false,
            exposure: Keyed::new(Class::State, read::exposure),
            changes: 0,
        }
    }
}

impl TopicStore for Store {
    fn snapshot(&mut self, topic: &Topic, rows: &RawRows) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => self.bets.snapshot(rows),
            Some(BetsTopic::Exposure(_)) => self.exposure.snapshot(rows),
            None => {}
        }
        self.changes = self.changes.wrapping_add(1);
    }

    fn update(&mut self, topic: &Topic, change: &Change<Box<RawValue>>) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => {
                // It is no longer among the newest; it is still a bet.
                let fallen = change.dels().iter().filter_map(|key| Some((key.clone(), self.bets.get(key)?.clone())));
                fallen.into_iter().for_each(|(key, row)| self.older.insert(key, row));
                self.bets.update(change);
            }
            Some(BetsTopic::Exposure(_)) => self.exposure.update(change),
            None => {}
        }
        self.changes = self.changes.wrapping_add(1);
    }

    /// Without the bets nothing of them stays: the next reader may be someone else.
    fn forget(&mut self, topic: &Topic) {
        match BetsTopic::parse(topic) {
            Some(BetsTopic::Bets(_)) => {
                self.bets.clear();
                self.older.clear();
                self.all_known = false;
            }
            Some(BetsTopic::Exposure(_)) => self.exposure.clear(),
            None => {}
        }
        self.changes = self.changes.wrapping_add(1);
    }

    fn unreadable(&self) -> u32 {
        self.bets.unreadable().saturating_add(self.exposure.unreadable())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const BET: &str = r#"{"id":"b1","client_ref":"r1","market":"e1:spreads:-1.5","selection":"home","book":"pinnacle",
        "stake":"100.00","american":-110,"decimal":"1.909090909091","potential_payout":"190.91","status":"placed",
        "placed_ms":1700000000000,"settled_ms":null,"payout":null,"odds_policy":"none","event":"Arsenal - Chelsea",
        "sport":"soccer_epl","name":"Arsenal -1.5","commence_ms":1700003600000}"#;

    pub fn mine() -> Topic {
        BetsTopic::Bets("42".parse().unwrap()).topic()
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
    pub fn with(rows: &[BetRow]) -> Store {
        let raw = |row: &BetRow| RawValue::from_string(serde_json::to_string(row).unwrap()).unwrap();
        let mut bets = Store::default();
        bets.snapshot(&mine(), &rows.iter().map(|row| (Key::from(&*row.id), raw(row))).collect());
        bets
    }

    fn ids(bets: &Store) -> String {
        bets.newest().map(|(_, row)| &*row.id).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_bet_that_falls_out_of_the_topic_is_still_a_bet() {
        let mut bets = with(&[bet("1", "won", Some(("2.00", 1))), bet("2", "placed", None)]);
        let mut change = Change::new();
        change.del("1".into());
        bets.update(&mine(), &change);
        assert_eq!(ids(&bets), "2 1");
        assert!(bets.find("1").is_some() && bets.len() == 2);
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
        let topic = BetsTopic::Exposure("42".parse().unwrap()).topic();
        let row = |book: &str| {
            let text = format!(
                r#"{{"user":"42","book":"{book}","open_bets":1,"open_stake":"1.00","open_payout":"2.00",
                "settled_bets":0,"settled_stake":"0.00","profit":"0.00"}}"#
            );
            (Key::from(book), RawValue::from_string(text).unwrap())
        };
        let mut bets = Store::default();
        bets.snapshot(&topic, &[row("*"), row("a"), row("b")].into_iter().collect());
        assert_eq!(bets.books().map(|row| &*row.book).collect::<String>(), "ab");
        assert!(bets.exposure(ALL_BOOKS).is_some());
    }
}
