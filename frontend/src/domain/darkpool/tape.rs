//! The live tape: which of the newest prints a reader wants to see, and how each reads.

use std::sync::Arc;

use shared::domain::darkpool::{PrintRow, Side};
use shared::stream::Key;
use shared::units::{Money, Shares, Ticker};

use crate::model::query::Query;

/// The prints that the page has, by id; ids are in the order of time.
#[derive(Clone, Debug, Default)]
pub struct Prints(Vec<(Key, Arc<PrintRow>)>);

impl Prints {
    /// Puts a print, and lets the oldest ones go beyond `keep`: the rule of a recent topic.
    pub fn put(&mut self, key: &Key, print: Arc<PrintRow>, keep: usize) {
        match self.place(key) {
            Ok(place) => self.0[place].1 = print,
            Err(place) => self.0.insert(place, (key.clone(), print)),
        }
        let beyond = self.0.len().saturating_sub(keep);
        self.0.drain(..beyond);
    }

    /// Removes a print.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(other, _)| **other != *key);
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The print of that id.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Arc<PrintRow>> {
        self.place(key).ok().map(|place| &self.0[place].1)
    }

    /// All of them, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = &(Key, Arc<PrintRow>)> {
        self.0.iter().rev()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, key: &Key) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }
}

/// From which z-score on a size counts as unusual for its ticker, in ten-thousandths.
const UNUSUAL_E4: i64 = 30_000;

/// Notional thresholds that are offered, in dollars.
pub const NOTIONALS: [i64; 6] = [0, 10_000, 50_000, 200_000, 1_000_000, 5_000_000];
/// Size thresholds that are offered, in shares.
pub const SIZES: [i64; 5] = [0, 100, 1_000, 10_000, 100_000];

/// Which prints are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// What the ticker has to contain; in a panel, the whole ticker.
    pub search: String,
    /// At least so many dollars.
    pub least_notional: i64,
    /// At least so many shares.
    pub least_size: i64,
    /// Only this side.
    pub side: Option<Side>,
    /// Only blocks.
    pub blocks: bool,
    /// Only sizes that are unusual for their ticker.
    pub unusual: bool,
}

/// The name of a side, in addresses and for screen readers.
#[must_use]
pub const fn side_name(side: Side) -> &'static str {
    match side {
        Side::Bullish => "bullish",
        Side::Bearish => "bearish",
        Side::Neutral => "neutral",
    }
}

impl Filter {
    /// Reads it from an address; what is missing or wrong filters nothing.
    #[must_use]
    pub fn read(query: &Query) -> Filter {
        let get = |name: &str| query.get(name);
        let number = |name: &str| get(name).and_then(|n| n.parse().ok()).unwrap_or(0);
        let sides = [Side::Bullish, Side::Bearish, Side::Neutral];
        Filter {
            search: get("q").unwrap_or_default().chars().take(16).collect(),
            least_notional: number("min"),
            least_size: number("size"),
            side: get("side").and_then(|name| sides.into_iter().find(|side| side_name(*side) == name)),
            blocks: get("blocks") == Some("1"),
            unusual: get("unusual") == Some("1"),
        }
    }

    /// Writes it into an address.
    pub fn write(&self, query: &mut Query) {
        query.put("q", (!self.search.is_empty()).then(|| self.search.clone()));
        query.put("min", (self.least_notional > 0).then(|| self.least_notional.to_string()));
        query.put("size", (self.least_size > 0).then(|| self.least_size.to_string()));
        query.put("side", self.side.map(|side| side_name(side).to_owned()));
        query.put("blocks", self.blocks.then(|| "1".to_owned()));
        query.put("unusual", self.unusual.then(|| "1".to_owned()));
    }

    /// Whether it filters anything.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self != Filter::default()
    }

    /// The keys of the prints it lets through, newest first.
    #[must_use]
    pub fn keys(&self, prints: &Prints) -> Vec<Key> {
        let search = self.search.trim().to_ascii_uppercase();
        let notional = Money::from_pico(i128::from(self.least_notional) * 10_i128.pow(12));
        let size = Shares::from_micro(self.least_size.saturating_mul(1_000_000));
        let passes = |print: &PrintRow| {
            print.notional >= notional
                && print.size >= size
                && self.side.is_none_or(|side| side == print.side)
                && (!self.blocks || print.block)
                && (!self.unusual || is_unusual(print))
                && (search.is_empty() || print.ticker.as_str().to_ascii_uppercase().contains(&search))
        };
        prints.newest().filter(|(_, print)| passes(print)).map(|(key, _)| key.clone()).collect()
    }
}

/// The newest prints of one ticker, at most so many.
#[must_use]
pub fn of_ticker(prints: &Prints, ticker: &Ticker, most: usize) -> Vec<Arc<PrintRow>> {
    prints.newest().map(|(_, print)| print).filter(|print| print.ticker == *ticker).take(most).cloned().collect()
}

/// Whether its size is unusual for its ticker.
#[must_use]
pub fn is_unusual(print: &PrintRow) -> bool {
    print.z.is_some_and(|z| z.e4() >= UNUSUAL_E4)
}

/// What is special about a print, in short words with what they mean.
#[must_use]
pub fn marks(print: &PrintRow) -> Vec<(&'static str, &'static str)> {
    let mut marks = Vec::new();
    if print.block {
        marks.push(("BLOCK", "At least 10,000 shares or $200,000"));
    }
    if is_unusual(print) {
        marks.push(("SIZE", "Unusually large for this ticker"));
    }
    if print.late {
        marks.push(("LATE", "Reported more than 10 s after it was executed"));
    }
    if print.extended {
        marks.push(("EXT", "Outside regular hours"));
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(id: &str, ticker: &str, price: &str, size: &str, side: &str) -> (Key, Arc<PrintRow>) {
        let notional = price.parse::<shared::units::Price>().unwrap().notional(size.parse().unwrap());
        let block = notional.cents() >= 20_000_000;
        let json = format!(
            r#"{{"id":"{id}","ticker":"{ticker}","price":"{price}","size":"{size}","notional":"{notional}",
            "side":"{side}","rule":null,"bid":null,"ask":null,"conditions":[],"trf":202,"late":false,
            "block":{block},"extended":false,"z":{z},"ts":1}}"#,
            z = if block { r#""4.0000""# } else { "null" }
        );
        (id.into(), Arc::new(serde_json::from_str(&json).unwrap()))
    }

    fn prints() -> Prints {
        let mut prints = Prints::default();
        for (key, print) in [
            print("2", "AAPL", "200.00", "1000", "bearish"),
            print("3", "IBM", "100.00", "500", "neutral"),
            print("1", "IBM", "100.00", "10", "bullish"),
        ] {
            prints.put(&key, print, 3);
        }
        prints
    }

    #[test]
    fn filters_let_through_what_they_say_newest_first() {
        let check = |filter: Filter, expected: &[&str]| {
            let keys = filter.keys(&prints());
            assert_eq!(keys.iter().map(|k| &**k).collect::<Vec<_>>(), expected, "{filter:?}");
        };
        check(Filter::default(), &["3", "2", "1"]);
        check(Filter { search: "ib".into(), ..Filter::default() }, &["3", "1"]);
        check(Filter { least_notional: 50_000, ..Filter::default() }, &["3", "2"]);
        check(Filter { least_notional: 50_001, ..Filter::default() }, &["2"]);
        check(Filter { least_size: 500, ..Filter::default() }, &["3", "2"]);
        check(Filter { side: Some(Side::Bullish), ..Filter::default() }, &["1"]);
        check(Filter { blocks: true, ..Filter::default() }, &["2"]);
        check(Filter { unusual: true, ..Filter::default() }, &["2"]);
    }

    #[test]
    fn a_panel_shows_its_own_ticker_and_no_more_than_it_has_room_for() {
        let of = |most| of_ticker(&prints(), &"IBM".parse().unwrap(), most);
        assert_eq!(of(9).iter().map(|p| &*p.id).collect::<Vec<_>>(), ["3", "1"]);
        assert_eq!(of(1).len(), 1);
    }

    #[test]
    fn the_oldest_prints_go_first() {
        let mut prints = prints();
        let (key, row) = print("4", "F", "1.00", "1", "neutral");
        prints.put(&key, row, 3);
        assert_eq!(prints.newest().map(|(key, _)| &**key).collect::<Vec<_>>(), ["4", "3", "2"]);
        prints.remove("3");
        assert!(prints.get(&"3".into()).is_none() && prints.get(&"4".into()).is_some());
    }

    #[test]
    fn a_filter_is_read_back_from_its_address() {
        let filter = Filter {
            search: "MS".into(),
            least_notional: 200_000,
            least_size: 100,
            side: Some(Side::Bearish),
            blocks: true,
            unusual: true,
        };
        let mut query = Query::default();
        filter.write(&mut query);
        assert_eq!(Filter::read(&Query::parse(&query.text())), filter);
        Filter::default().write(&mut query);
        assert!(query.is_empty() && !Filter::read(&query).is_set());
    }
}
