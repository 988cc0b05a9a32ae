//! Who is among the tickers with most off-exchange notional today.
//!
//! Found by selection over all books whenever any changed: 10,000 comparisons four times a second
//! are cheaper than an order that is kept up to date with every print.

use std::cmp::Reverse;

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::Change;
use shared::units::Timestamp;

use super::marks::{Marks, Reader};
use super::rows;
use super::ticker::Book;
use crate::domain::RowJson;

/// The members, as the topic was told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Top {
    /// By index of their books, ascending.
    members: Vec<usize>,
}

impl Top {
    /// What changed: new members and members that changed, and those who are not any more; with the
    /// time of the newest trade among them.
    pub(super) fn take(
        &mut self,
        books: &[Book],
        marks: &mut Marks,
        date: &str,
    ) -> (Change<RowJson>, Option<Timestamp>) {
        let members = best(books);
        let (mut change, mut newest) = (Change::new(), None);
        for index in &self.members {
            if members.binary_search(index).is_err() {
                change.del(rows::ticker_key(&books[*index].ticker));
            }
        }
        for index in &members {
            if marks.is_marked(Reader::Top, *index) || self.members.binary_search(index).is_err() {
                let book = &books[*index];
                newest = newest.max(book.day.newest);
                change.set(rows::ticker_key(&book.ticker), rows::json(&rows::sentiment_with_spark(book, date)));
            }
        }
        marks.drain(Reader::Top);
        self.members = members;
        (change, newest)
    }
}

/// The greatest by notional, of equals the first by name; by index, ascending.
fn best(books: &[Book]) -> Vec<usize> {
    let notional = books.iter().map(|book| book.day.notional().pico()).enumerate();
    let mut ranked: Vec<(i128, usize)> = notional.filter(|(_, n)| *n > 0).map(|(index, n)| (n, index)).collect();
    if ranked.len() > DarkPoolTopic::TOP {
        let by_rank = |(n, index): &(i128, usize)| (Reverse(*n), &books[*index].ticker);
        ranked.select_nth_unstable_by(DarkPoolTopic::TOP, |a, b| by_rank(a).cmp(&by_rank(b)));
        ranked.truncate(DarkPoolTopic::TOP);
    }
    let mut members: Vec<usize> = ranked.into_iter().map(|(_, index)| index).collect();
    members.sort_unstable();
    members
}
