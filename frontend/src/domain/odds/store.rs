//! What the page knows of the domain: raw rows go in by topic.

use serde_json::value::RawValue;
use shared::domain::odds::{ArbRow, BookRow, ClosedArbRow, OddsTopic, SportRow};
use shared::stream::{Change, Topic};
use shared::wire::RawRows;

use super::board::Board;
use super::read;
use crate::domain::keyed::Keyed;
use crate::domain::stores::TopicStore;

/// All rows of the odds topics that are followed.
#[derive(Clone, Debug)]
pub struct Store {
    /// `odds/sports`.
    pub sports: Keyed<SportRow>,
    /// `odds/books`.
    pub books: Keyed<BookRow>,
    /// `odds/arbs`.
    pub arbs: Keyed<ArbRow>,
    /// `odds/closed`.
    pub closed: Keyed<ClosedArbRow>,
    /// `odds/board/{sport}` and `odds/event/{event}`.
    boards: Vec<(OddsTopic, Board)>,
    /// Of boards that are followed no more.
    unreadable: u32,
}

impl Store {
    /// The markets of a sport or an event, once something of it arrived.
    #[must_use]
    pub fn board(&self, topic: &OddsTopic) -> Option<&Board> {
        self.boards.iter().find(|(other, _)| other == topic).map(|(_, board)| board)
    }

    fn board_mut(&mut self, topic: OddsTopic) -> &mut Board {
        let place = self.boards.iter().position(|(other, _)| *other == topic).unwrap_or_else(|| {
            self.boards.push((topic, Board::default()));
            self.boards.len() - 1
        });
        &mut self.boards[place].1
    }
}

impl Default for Store {
    fn default() -> Store {
        Store {
            sports: Keyed::new(OddsTopic::Sports.kind().class, read::sport),
            books: Keyed::new(OddsTopic::Books.kind().class, read::book),
            arbs: Keyed::new(OddsTopic::Arbs.kind().class, read::arb),
            closed: Keyed::new(OddsTopic::Closed.kind().class, read::closed_arb),
            boards: Vec::new(),
            unreadable: 0,
        }
    }
}

impl TopicStore for Store {
    fn snapshot(&mut self, topic: &Topic, rows: &RawRows) {
        match OddsTopic::parse(topic) {
            Some(OddsTopic::Sports) => self.sports.snapshot(rows),
            Some(OddsTopic::Books) => self.books.snapshot(rows),
            Some(OddsTopic::Arbs) => self.arbs.snapshot(rows),
            Some(OddsTopic::Closed) => self.closed.snapshot(rows),
            Some(board @ (OddsTopic::Board(_) | OddsTopic::Event(_))) => self.board_mut(board).snapshot(rows),
            None => {}
        }
    }

    fn update(&mut self, topic: &Topic, change: &Change<Box<RawValue>>) {
        match OddsTopic::parse(topic) {
            Some(OddsTopic::Sports) => self.sports.update(change),
            Some(OddsTopic::Books) => self.books.update(change),
            Some(OddsTopic::Arbs) => self.arbs.update(change),
            Some(OddsTopic::Closed) => self.closed.update(change),
            Some(board @ (OddsTopic::Board(_) | OddsTopic::Event(_))) => self.board_mut(board).update(change),
            None => {}
        }
    }

    fn forget(&mut self, topic: &Topic) {
        match OddsTopic::parse(topic) {
            Some(OddsTopic::Sports) => self.sports.clear(),
            Some(OddsTopic::Books) => self.books.clear(),
            Some(OddsTopic::Arbs) => self.arbs.clear(),
            Some(OddsTopic::Closed) => self.closed.clear(),
            Some(gone @ (OddsTopic::Board(_) | OddsTopic::Event(_))) => {
                let unreadable = self.board(&gone).map_or(0, Board::unreadable);
                self.unreadable = self.unreadable.saturating_add(unreadable);
                self.boards.retain(|(other, _)| *other != gone);
            }
            None => {}
        }
    }

    fn unreadable(&self) -> u32 {
        let boards = self.boards.iter().map(|(_, board)| board.unreadable());
        let keyed =
            [self.sports.unreadable(), self.books.unreadable(), self.arbs.unreadable(), self.closed.unreadable()];
        keyed.into_iter().chain(boards).fold(self.unreadable, u32::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::tests::MARKET;
    use super::*;

    #[test]
    fn a_board_comes_with_its_topic_and_goes_with_it() {
        let mut store = Store::default();
        let event = OddsTopic::Event("e1".parse().unwrap());
        let row = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let rows = RawRows::from([("e1:h2h".into(), row(MARKET)), ("x".into(), row(r#"{"selections":7}"#))]);
        store.snapshot(&event.topic(), &rows);
        assert_eq!((store.board(&event).map(Board::len), store.unreadable()), (Some(1), 1));
        let mut change = Change::new();
        change.del("e1:h2h".into());
        store.update(&event.topic(), &change);
        assert_eq!(store.board(&event).map(Board::len), Some(0));
        store.forget(&event.topic());
        assert!(store.board(&event).is_none());
        assert_eq!(store.unreadable(), 1);
    }
}
