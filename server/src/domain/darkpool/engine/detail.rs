//! One ticker's topic while somebody follows it: its row, its levels, its minutes.

use std::collections::BTreeSet;

use shared::stream::{Change, Key};

use super::rows;
use super::ticker::Book;
use crate::domain::RowJson;

/// How many levels are shown.
const LEVELS: usize = 10;

/// What the followers of a ticker know.
#[derive(Clone, Debug, Default)]
pub(super) struct Detail {
    /// Whether they were told the whole topic.
    told: bool,
    ticker: bool,
    levels: BTreeSet<Key>,
    /// By number, ascending.
    minutes: BTreeSet<i64>,
}

impl Detail {
    /// Whether they know nothing yet.
    pub(super) const fn is_new(&self) -> bool {
        !self.told
    }

    /// What they have to be told now. `None` stands for a ticker that was never traded.
    pub(super) fn take(&mut self, book: Option<&Book>, date: &str) -> Change<RowJson> {
        let mut change = Change::new();
        self.told = true;
        let Some(book) = book else { return change };
        self.take_ticker(book, date, &mut change);
        self.take_levels(book, &mut change);
        self.take_minutes(book, &mut change);
        change
    }

    fn take_ticker(&mut self, book: &Book, date: &str, change: &mut Change<RowJson>) {
        let traded = book.day.newest.is_some();
        if traded {
            change.set(rows::ticker_key(&book.ticker), rows::json(&rows::detail(book, date)));
        } else if self.ticker {
            change.del(rows::ticker_key(&book.ticker));
        }
        self.ticker = traded;
    }

    fn take_levels(&mut self, book: &Book, change: &mut Change<RowJson>) {
        let mut known = std::mem::take(&mut self.levels);
        for level in book.day.levels.top(LEVELS) {
            let (key, row) = rows::level(&book.day.levels, level);
            known.remove(&key);
            self.levels.insert(key.clone());
            change.set(key, rows::json(&row));
        }
        known.into_iter().for_each(|key| change.del(key));
    }

    /// Only the newest minute ever changes, so what they know before it still holds.
    fn take_minutes(&mut self, book: &Book, change: &mut Change<RowJson>) {
        let present: BTreeSet<i64> = book.day.minutes.iter().map(|row| row.minute).collect();
        for minute in self.minutes.difference(&present) {
            change.del(rows::minute_key(*minute));
        }
        let settled = self.minutes.last().copied();
        for row in book.day.minutes.iter().rev().take_while(|row| settled.is_none_or(|known| row.minute >= known)) {
            let (key, row) = rows::minute(row);
            change.set(key, rows::json(&row));
        }
        self.minutes = present;
    }
}
