//! The bookmakers: what each takes, what it has to say, and how it is doing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::domain::odds::{BookRow, BookStatus};
use shared::units::{Percent, Timestamp};

use super::settings::{BookTerms, OddsSettings};

/// A book by its number, in the order they were first heard of. Numbers never decide anything: where an
/// order is needed it is that of the names.
pub(super) type BookId = u16;

/// All of a winning.
const WHOLE: f64 = 100_000_000.0;

/// What an offer is for its book's row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has no price, or its event is over.
    #[default]
    None,
    /// It counts; with its margin in millionths of a percent if it is of the whole market.
    Fresh(Option<i64>),
    /// Nobody can bet at it.
    Suspended,
    /// It is too old.
    Stale,
}

/// A bookmaker.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub(super) name: Arc<str>,
    pub(super) title: Box<str>,
    pub(super) terms: BookTerms,
    /// What is left of a winning.
    pub(super) keeps: f64,
    pub(super) response_ms: Option<u32>,
    pub(super) updated: Timestamp,
    pub(super) active_bets: u32,
    fresh: u32,
    suspended: u32,
    stale: u32,
    /// Of how many markets the margins are, and their sum.
    margins: (u32, i64),
}

/// What is stored of a book.
#[derive(Serialize, Deserialize)]
struct StoredBook {
    title: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_ms: Option<u32>,
    updated: Timestamp,
    active_bets: u32,
}

/// The bookmakers.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    all: Vec<Book>,
    by_name: BTreeMap<Arc<str>, BookId>,
    /// Something of a row changed.
    pub(super) changed: bool,
}

impl Books {
    /// The number of a book, which is made if there is room.
    pub(super) fn number(&mut self, name: &str, title: &str, settings: &OddsSettings) -> Option<BookId> {
        if let Some(number) = self.by_name.get(name) {
            return Some(*number);
        }
        let number = BookId::try_from(self.all.len()).ok().filter(|_| self.all.len() < settings.limits.books)?;
        let name: Arc<str> = name.into();
        let terms = settings.terms(&name);
        self.by_name.insert(name.clone(), number);
        self.all.push(Book {
            name,
            title: title.into(),
            terms,
            keeps: 1.0 - terms.commission.micro() as f64 / WHOLE,
            response_ms: None,
            updated: Timestamp::default(),
            active_bets: 0,
            fresh: 0,
            suspended: 0,
            stale: 0,
            margins: (0, 0),
        });
        self.changed = true;
        Some(number)
    }

    pub(super) fn get(&self, number: BookId) -> &Book {
        &self.all[usize::from(number)]
    }

    /// The number of a book that was heard of.
    pub(super) fn find(&self, name: &str) -> Option<BookId> {
        self.by_name.get(name).copied()
    }

    /// It answered.
    pub(super) fn heard(&mut self, number: BookId, title: &str, response_ms: Option<u32>, updated: Timestamp) {
        let book = &mut self.all[usize::from(number)];
        if *book.title != *title {
            book.title = title.into();
        }
        book.response_ms = response_ms;
        book.updated = book.updated.max(updated);
        self.changed = true;
    }

    /// So many bets at it are not settled.
    pub(super) fn active_bets(&mut self, name: &str, count: u32, settings: &OddsSettings) {
        // A bet can outlive everything else that is known of its book.
        if let Some(number) = self.number(name, name, settings) {
            self.all[usize::from(number)].active_bets = count;
            self.changed = true;
        }
    }

    /// An offer of it was something and is something else now.
    pub(super) fn count(&mut self, number: BookId, before: Standing, now: Standing) {
        if before == now {
            return;
        }
        let book = &mut self.all[usize::from(number)];
        if let Some(counter) = book.counter(before) {
            *counter -= 1;
        }
        if let Some(counter) = book.counter(now) {
            *counter += 1;
        }
        if let Standing::Fresh(Some(margin)) = before {
            book.margins = (book.margins.0 - 1, book.margins.1 - margin);
        }
        if let Standing::Fresh(Some(margin)) = now {
            book.margins = (book.margins.0 + 1, book.margins.1 + margin);
        }
        self.changed = true;
    }

    /// Their rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Arc<str>, BookRow)> {
        self.all.iter().map(|book| (book.name.clone(), book.row()))
    }

    /// As they are stored, by name.
    pub(super) fn to_store(&self) -> impl Iterator<Item = (&str, String)> {
        self.all.iter().map(|book| {
            let Book { title, response_ms, updated, active_bets, .. } = book;
            let (title, response_ms) = (title.clone(), *response_ms);
            let stored = StoredBook { title, response_ms, updated: *updated, active_bets: *active_bets };
            (&*book.name, serde_json::to_string(&stored).expect("texts and numbers are JSON"))
        })
    }

    /// Takes up a stored book. `None`: it cannot be read, or there is no room.
    pub(super) fn restore(&mut self, name: &str, stored: &str, settings: &OddsSettings) -> Option<()> {
        let StoredBook { title, response_ms, updated, active_bets } = serde_json::from_str(stored).ok()?;
        let number = self.number(name, &title, settings)?;
        let book = &mut self.all[usize::from(number)];
        (book.response_ms, book.updated, book.active_bets) = (response_ms, updated, active_bets);
        Some(())
    }
}

impl Book {
    fn counter(&mut self, standing: Standing) -> Option<&mut u32> {
        match standing {
            Standing::None => None,
            Standing::Fresh(_) => Some(&mut self.fresh),
            Standing::Suspended => Some(&mut self.suspended),
            Standing::Stale => Some(&mut self.stale),
        }
    }

    fn row(&self) -> BookRow {
        let (complete, sum) = self.margins;
        let margin = (complete > 0).then(|| Percent::from_micro(sum / i64::from(complete)));
        BookRow {
            id: (*self.name).into(),
            name: self.title.clone(),
            status: self.status(),
            response_ms: self.response_ms,
            markets: self.fresh,
            active_bets: self.active_bets,
            commission_pct: self.terms.commission,
            margin_pct: margin,
            updated_ms: self.updated,
        }
    }

    /// Degraded: one market in ten is old, or half of them are suspended.
    fn status(&self) -> BookStatus {
        let all = self.fresh + self.suspended + self.stale;
        if self.fresh == 0 {
            BookStatus::Offline
        } else if self.stale * 10 >= all || self.suspended * 2 >= all {
            BookStatus::Degraded
        } else {
            BookStatus::Online
        }
    }
}
