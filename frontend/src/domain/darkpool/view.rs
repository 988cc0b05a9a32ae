//! What a reader asked to see of the tickers, and in which order: kept in the address.

use shared::order::order;
use shared::units::Money;

use super::columns::{Column, Columns};
use super::tickers::{Row, Tickers};
use crate::model::query::Query;
use crate::model::watch::Watchlist;

/// Which way the net amount must lean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lean {
    /// Either.
    #[default]
    Any,
    /// Bullish more than bearish.
    Bullish,
    /// The other way.
    Bearish,
}

/// What the table is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    Ticker,
    /// A column.
    Column(Column),
}

/// The table's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// The greatest first.
    pub descending: bool,
}

/// What the table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What a ticker's name has to contain.
    pub search: String,
    /// Which way it has to lean.
    pub lean: Lean,
    /// Only the watchlist.
    pub watched: bool,
    /// At least so much off-exchange notional, in dollars.
    pub least: i64,
    /// The order.
    pub sort: Sort,
    /// The columns.
    pub columns: Columns,
}

impl Default for View {
    fn default() -> View {
        View {
            search: String::new(),
            lean: Lean::Any,
            watched: false,
            least: 0,
            sort: Sort { by: SortBy::Column(Column::Notional), descending: true },
            columns: default_columns(),
        }
    }
}

fn default_columns() -> Columns {
    Column::ALL.into_iter().filter(|column| column.is_default()).collect()
}

impl SortBy {
    /// Its name in addresses and classes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            SortBy::Ticker => "ticker",
            SortBy::Column(column) => column.key(),
        }
    }

    fn of(key: &str) -> Option<SortBy> {
        if key == "ticker" {
            return Some(SortBy::Ticker);
        }
        Column::of(key).filter(|column| column.sorts()).map(SortBy::Column)
    }
}

impl Sort {
    /// Another click on a heading: its natural order first, then the other way round.
    #[must_use]
    pub fn click(self, by: SortBy) -> Sort {
        let natural = !matches!(by, SortBy::Ticker | SortBy::Column(Column::Age));
        let descending = if self.by == by { !self.descending } else { natural };
        Sort { by, descending }
    }

    /// How it is written in addresses: `-net`, `ticker`.
    #[must_use]
    pub fn text(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.by.key())
    }

    /// Reads it.
    #[must_use]
    pub fn of(text: &str) -> Option<Sort> {
        let key = text.strip_prefix('-');
        let by = SortBy::of(key.unwrap_or(text))?;
        Some(Sort { by, descending: key.is_some() })
    }
}

impl Lean {
    const fn key(self) -> Option<&'static str> {
        match self {
            Lean::Any => None,
            Lean::Bullish => Some("bullish"),
            Lean::Bearish => Some("bearish"),
        }
    }
}

impl View {
    /// Reads it from an address; what is missing or wrong is as by default.
    #[must_use]
    pub fn read(query: &Query) -> View {
        let get = |name: &str| query.get(name);
        let plain = View::default();
        let columns: Columns =
            get("cols").map_or_else(default_columns, |keys| keys.split(',').filter_map(Column::of).collect());
        View {
            search: get("q").unwrap_or_default().chars().take(16).collect(),
            lean: match get("lean") {
                Some("bullish") => Lean::Bullish,
                Some("bearish") => Lean::Bearish,
                _ => Lean::Any,
            },
            watched: get("watch") == Some("1"),
            least: get("min").and_then(|min| min.parse().ok()).unwrap_or(0),
            sort: get("sort").and_then(Sort::of).unwrap_or(plain.sort),
            columns,
        }
    }

    /// Writes it into an address; defaults leave no trace.
    pub fn write(&self, query: &mut Query) {
        let plain = View::default();
        let keys = || self.columns.iter().map(super::columns::Column::key).collect::<Vec<_>>().join(",");
        query.put("q", (!self.search.is_empty()).then(|| self.search.clone()));
        query.put("lean", self.lean.key().map(str::to_owned));
        query.put("watch", self.watched.then(|| "1".to_owned()));
        query.put("min", (self.least > 0).then(|| self.least.to_string()));
        query.put("sort", (self.sort != plain.sort).then(|| self.sort.text()));
        query.put("cols", (self.columns != plain.columns).then(keys));
    }

    /// Whether something other than the order and the columns is set.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.lean != Lean::Any || self.watched || self.least > 0
    }

    /// The rows to show, in order. Equal ones stand by name, so that nothing moves without reason.
    #[must_use]
    pub fn rows(&self, tickers: &Tickers, watchlist: &Watchlist) -> Vec<Row> {
        let search = self.search.trim().to_ascii_uppercase();
        let least = Money::from_pico(i128::from(self.least) * 10_i128.pow(12));
        let fits = |row: Row| match self.lean {
            Lean::Any => true,
            Lean::Bullish => tickers.net(row) > Money::ZERO,
            Lean::Bearish => tickers.net(row) < Money::ZERO,
        };
        let named = |name: &str| search.is_empty() || name.to_ascii_uppercase().contains(&search);
        let mut rows: Vec<Row> = tickers
            .iter()
            .filter(|(ticker, row)| {
                named(ticker.as_str())
                    && fits(*row)
                    && (!self.watched || watchlist.has(ticker))
                    && (self.least == 0 || tickers.notional(*row) >= least)
            })
            .map(|(_, row)| row)
            .collect();
        match self.sort.by {
            SortBy::Ticker if self.sort.descending => rows.reverse(),
            SortBy::Ticker => {}
            SortBy::Column(column) => {
                // Sorted by whether it is unknown, then by rank; equal ones stay in the order of their names.
                let rank = |row: Row| match column.rank(tickers, row) {
                    Some(rank) if self.sort.descending => (false, -rank),
                    Some(rank) => (false, rank),
                    None => (true, 0),
                };
                let ranks: Vec<_> = rows.iter().map(|row| rank(*row)).collect();
                let places = order(rows.len(), &mut |a, b| ranks[a].cmp(&ranks[b]));
                rows = places.into_iter().map(|place| rows[place]).collect();
            }
        }
        // Whoever types a name in full means that one.
        if !search.is_empty() {
            let exact = |row: &Row| tickers.symbol(*row).is_some_and(|t| t.as_str().eq_ignore_ascii_case(&search));
            if let Some(at) = rows.iter().position(exact) {
                rows[..=at].rotate_right(1);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::tickers::{Origin, tests::*};
    use super::*;

    fn market() -> Tickers {
        let mut tickers = Tickers::default();
        for (name, net) in [("IBM", -5), ("AAPL", 7), ("A", 0), ("MA", 7), ("TSLA", -900)] {
            tickers.put(Origin::Top, row(name, net, 1), false);
        }
        tickers
    }

    fn names(view: &View, watch: &str) -> Vec<String> {
        let tickers = market();
        let rows = view.rows(&tickers, &Watchlist::parse(watch));
        rows.iter().filter_map(|row| tickers.symbol(*row)).map(ToString::to_string).collect()
    }

    #[test]
    fn rows_are_in_order_and_equal_ones_by_name() {
        let by = |text: &str| View { sort: Sort::of(text).unwrap(), ..View::default() };
        assert_eq!(names(&by("-net"), ""), ["AAPL", "MA", "A", "IBM", "TSLA"]);
        assert_eq!(names(&by("net"), ""), ["TSLA", "IBM", "A", "AAPL", "MA"]);
        assert_eq!(names(&by("-ticker"), ""), ["TSLA", "MA", "IBM", "AAPL", "A"]);
    }

    #[test]
    fn unknown_values_are_last_either_way() {
        let mut tickers = market();
        tickers.put(Origin::Top, SentimentRow { last_print: None, ..row("X", 1, 1) }, false);
        for text in ["age", "-age"] {
            let view = View { sort: Sort::of(text).unwrap(), ..View::default() };
            let rows = view.rows(&tickers, &Watchlist::default());
            assert_eq!(tickers.symbol(*rows.last().unwrap()), Some(&ticker("X")), "{text}");
        }
    }
    use shared::domain::darkpool::SentimentRow;

    #[test]
    fn filters_narrow_and_a_full_name_comes_first() {
        let sort = Sort::of("-net").unwrap();
        let view = |search: &str| View { search: search.to_owned(), sort, ..View::default() };
        assert_eq!(names(&view("a"), ""), ["A", "AAPL", "MA", "TSLA"]);
        assert_eq!(names(&view("tsl"), ""), ["TSLA"]);
        assert_eq!(names(&View { lean: Lean::Bearish, sort, ..View::default() }, ""), ["IBM", "TSLA"]);
        assert_eq!(names(&View { watched: true, sort, ..View::default() }, "MA,IBM"), ["MA", "IBM"]);
        assert_eq!(names(&View { least: 500, sort, ..View::default() }, ""), ["TSLA"]);
    }

    #[test]
    fn a_view_is_read_back_from_its_address() {
        let view = View {
            search: "a&b".into(),
            lean: Lean::Bearish,
            watched: true,
            least: 50_000,
            sort: Sort::of("sentiment").unwrap(),
            columns: [Column::Net, Column::Spark].into_iter().collect(),
        };
        let mut query = Query::default();
        view.write(&mut query);
        assert_eq!(View::read(&Query::parse(&query.text())), view);
        View::default().write(&mut query);
        assert!(query.is_empty());
        assert_eq!(View::read(&query), View::default());
    }

    #[test]
    fn a_heading_turns_the_order_round() {
        let net = SortBy::Column(Column::Net);
        let once = View::default().sort.click(net);
        assert_eq!(once.text(), "-net");
        assert_eq!(once.click(net).text(), "net");
        assert_eq!(once.click(SortBy::Ticker).text(), "ticker");
        assert_eq!(Sort::of("-spark"), None);
    }
}
