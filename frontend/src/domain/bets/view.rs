//! Which of the user's bets are shown: what the address says.

use shared::domain::bets::{BetRow, BetStatus};
use shared::order::names;
use shared::stream::Key;

use super::store::Store;
use super::words::{status_key, status_of};
use crate::model::query::Query;

/// The statuses that are let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that are over, whatever came of them.
    Settled,
    /// One of them.
    One(BetStatus),
}

/// Filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// What event, selection, book, notes or reference have to contain.
    pub search: String,
    /// Their status.
    pub which: Which,
    /// Only at this book.
    pub book: Option<String>,
    /// Only in markets of this kind: `h2h`, `spreads`, `totals`.
    pub market: Option<String>,
    /// Profit and exposure instead of the list, where there is no room for both.
    pub profit: bool,
}

impl Which {
    /// Its name in addresses; all is none.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Which::All => "",
            Which::Settled => "settled",
            Which::One(status) => status_key(status),
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn of(key: &str) -> Which {
        match key {
            "settled" => Which::Settled,
            other => status_of(other).map_or(Which::All, Which::One),
        }
    }

    fn has(self, status: BetStatus) -> bool {
        match self {
            Which::All => true,
            Which::Settled => !matches!(status, BetStatus::Placed | BetStatus::Rejected),
            Which::One(one) => one == status,
        }
    }
}

impl View {
    /// Reads it from an address; what is missing or wrong filters nothing.
    #[must_use]
    pub fn read(query: &Query) -> View {
        let text = |name: &str| {
            let text = query.get(name).filter(|text| !text.is_empty())?;
            Some(text.chars().take(64).collect())
        };
        View {
            search: query.get("q").unwrap_or_default().chars().take(40).collect(),
            which: Which::of(query.get("status").unwrap_or_default()),
            book: text("book"),
            market: text("market"),
            profit: query.get("show") == Some("profit"),
        }
    }

    /// Writes it into an address.
    pub fn write(&self, query: &mut Query) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        query.put("q", some(&self.search));
        query.put("status", some(self.which.key()));
        query.put("book", self.book.clone());
        query.put("market", self.market.clone());
        query.put("show", self.profit.then(|| "profit".to_owned()));
    }

    /// Whether it leaves anything out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.which != Which::All || self.book.is_some() || self.market.is_some()
    }

    /// The bets it lets through, the newest first.
    #[must_use]
    pub fn keys(&self, bets: &Store) -> Vec<Key> {
        let search = self.search.trim().to_lowercase();
        let passes = |row: &BetRow| {
            self.which.has(row.status)
                && self.book.as_deref().is_none_or(|book| *row.book == *book)
                && self.market.as_deref().is_none_or(|kind| market_kind(&row.market) == kind)
                && (search.is_empty() || finds(row, &search))
        };
        bets.newest().filter(|(_, row)| passes(row)).map(|(key, _)| key.clone()).collect()
    }
}

fn finds(row: &BetRow, search: &str) -> bool {
    let notes = row.notes.as_deref().unwrap_or_default();
    let texts = [&*row.event, &row.name, &row.book, &row.sport, notes, &row.client_ref, &row.id];
    texts.into_iter().any(|text| text.to_lowercase().contains(search))
}

/// The kind of a market by its id, `{event}:{kind}` or `{event}:{kind}:{line}`.
#[must_use]
pub fn market_kind(market: &str) -> &str {
    market.split(':').nth(1).unwrap_or_default()
}

/// The books that there are bets at.
#[must_use]
pub fn books(bets: &Store) -> Vec<String> {
    names(bets.newest().map(|(_, row)| row.book.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::{bet, with};
    use super::*;

    #[test]
    fn filters_let_through_what_they_say_newest_first() {
        let mut other = bet("3", "rejected", None);
        (other.book, other.market, other.notes) = ("betfair".into(), "e2:h2h".into(), Some("A hunch".into()));
        let bets = with(&[bet("1", "placed", None), bet("2", "half_won", Some(("145.45", 1))), other]);
        let check = |view: View, expected: &str| {
            let ids: String = view.keys(&bets).iter().map(|key| &**key).collect();
            assert_eq!(ids, expected, "{view:?}");
        };
        check(View::default(), "321");
        check(View { which: Which::Settled, ..View::default() }, "2");
        check(View { which: Which::One(BetStatus::Placed), ..View::default() }, "1");
        check(View { which: Which::One(BetStatus::Rejected), ..View::default() }, "3");
        check(View { book: Some("pinnacle".into()), ..View::default() }, "21");
        check(View { market: Some("h2h".into()), ..View::default() }, "3");
        check(View { search: "HUNCH".into(), ..View::default() }, "3");
        check(View { search: "chelsea".into(), book: Some("betfair".into()), ..View::default() }, "3");
        check(View { search: "ref-2".into(), ..View::default() }, "2");
        assert_eq!(books(&bets), ["betfair", "pinnacle"]);
    }

    #[test]
    fn a_view_is_read_back_from_its_address() {
        for which in [Which::Settled, Which::One(BetStatus::HalfLost)] {
            let view =
                View { search: "a".into(), which, book: Some("b".into()), market: Some("totals".into()), profit: true };
            let mut query = Query::default();
            view.write(&mut query);
            assert_eq!(View::read(&Query::parse(&query.text())), view);
            assert!(view.is_filtered());
        }
        let mut query = Query::parse("?status=won&q=x");
        View::default().write(&mut query);
        assert!(query.is_empty() && !View::read(&query).is_filtered());
    }
}
