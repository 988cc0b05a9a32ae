//! The markets of a topic, known by their heads: what orders and filters them. Their prices stay as
//! the server wrote them until a reader looks: thousands change each second, and a screen shows fifty.

use serde_json::value::RawValue;
use shared::domain::odds::{MarketKind, SportKey};
use shared::stream::{Change, Key};
use shared::units::Timestamp;
use shared::wire::{Fields, RawRows};

use super::read;
use crate::model::sorted::Sorted;

/// Where the prices of a row begin.
const PRICES: &str = "\"selections\":";
/// Once for each selection.
const SELECTION: &str = "\"books\":{";

/// What is known of a market without its prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The event's id.
    pub event: SportKey,
    /// Home team, or first player.
    pub home: Box<str>,
    /// Away team, or second player.
    pub away: Box<str>,
    /// When it begins.
    pub commence: Timestamp,
    /// It has begun.
    pub live: bool,
    /// It is over.
    pub over: bool,
    /// What is bet on.
    pub market: MarketKind,
    /// The handicap of the home team, or the points.
    pub line: Option<Box<str>>,
    /// How many outcomes it has.
    pub selections: usize,
}

/// The markets of one topic.
#[derive(Clone, Debug, Default)]
pub struct Board {
    markets: Sorted<Market>,
    changes: u32,
    shape: u32,
    unreadable: u32,
}

#[derive(Clone, Debug)]
struct Market {
    head: Head,
    /// The row before its prices, from which the head was read.
    text: Box<str>,
    version: u32,
}

impl Head {
    /// Where its line stands among others, in hundredths: -1.5 before 2.25.
    #[must_use]
    pub fn rank(&self) -> i64 {
        let number = |text: &str| {
            let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
            let hundredths = format!("{decimals:0<2.2}").parse::<i64>().ok()?;
            let whole_hundredths = whole.parse::<i64>().ok()?.checked_mul(100)?;
            let below = whole.starts_with('-');
            Some(if below { whole_hundredths - hundredths } else { whole_hundredths + hundredths })
        };
        self.line.as_deref().and_then(number).unwrap_or(0)
    }
}

impl Board {
    /// All rows; what was there before is gone.
    pub fn snapshot(&mut self, rows: &RawRows) {
        self.markets.clear();
        self.shape = self.shape.wrapping_add(1);
        self.changes = self.changes.wrapping_add(1);
        rows.iter().for_each(|(key, row)| self.put(key, row));
    }

    /// What changed.
    pub fn update(&mut self, change: &Change<Box<RawValue>>) {
        self.changes = self.changes.wrapping_add(1);
        for key in change.dels() {
            if self.markets.remove(key) {
                self.shape = self.shape.wrapping_add(1);
            }
        }
        change.sets().iter().for_each(|(key, row)| self.put(key, row));
    }

    /// The markets by their id.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Head)> {
        self.markets.iter().map(|(key, market)| (key, &market.head))
    }

    /// A market's head.
    #[must_use]
    pub fn head(&self, key: &str) -> Option<&Head> {
        self.markets.get(key).map(|market| &market.head)
    }

    /// Which version of the market this is, from 1; 0 when it is not known.
    #[must_use]
    pub fn version(&self, key: &str) -> u32 {
        self.markets.get(key).map_or(0, |market| market.version)
    }

    /// How many markets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.markets.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.markets.is_empty()
    }

    /// Counts every change.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.changes
    }

    /// Counts the changes of heads: while it stands, every order and every filter stands.
    #[must_use]
    pub const fn shape(&self) -> u32 {
        self.shape
    }

    /// How many rows could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn put(&mut self, key: &Key, row: &RawValue) {
        // What has no prices is no market: an event's topic also has how its prices moved.
        let Some((text, prices)) = row.get().split_once(PRICES) else { return };
        let selections = prices.matches(SELECTION).count();
        if let Some(market) = self.markets.get_mut(key) {
            market.version = market.version.wrapping_add(1).max(1);
            if *market.text == *text && market.head.selections == selections {
                return;
            }
        }
        let Some(head) = head(text, selections) else {
            self.unreadable = self.unreadable.saturating_add(1);
            return;
        };
        let version = self.version(key).max(1);
        self.markets.insert(key.clone(), Market { head, text: text.into(), version });
        self.shape = self.shape.wrapping_add(1);
    }
}

fn head(text: &str, selections: usize) -> Option<Head> {
    let object = format!("{text}}}");
    let fields = Fields::of(&object)?;
    Some(Head {
        event: fields.read("event")?,
        home: fields.text("home")?.into(),
        away: fields.text("away")?.into(),
        commence: read::time(&fields, "commence_ms")?,
        live: fields.plain("live")?,
        over: fields.inner("score").and_then(|score| score.plain("completed")).unwrap_or(false),
        market: read::kind(&fields)?,
        line: fields.text("line").map(Box::from),
        selections,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::read::tests::MARKET;
    use super::*;

    fn row(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    /// A board of rows `id: text`.
    pub(in crate::domain::odds) fn board(rows: &[(&str, String)]) -> Board {
        let mut board = Board::default();
        board.snapshot(&rows.iter().map(|(key, text)| ((*key).into(), row(text))).collect());
        board
    }

    #[test]
    fn a_head_is_what_the_whole_row_says() {
        let board = board(&[("e1:totals:2.5", MARKET.to_owned())]);
        let (head, whole) = (board.head("e1:totals:2.5").unwrap(), read::market(MARKET).unwrap());
        assert_eq!((&head.event, &head.home, &head.away), (&whole.event, &whole.home, &whole.away));
        assert_eq!((head.commence, head.live, head.market), (whole.commence_ms, whole.live, whole.market));
        assert_eq!((&head.line, head.selections), (&whole.line, whole.selections.len()));
    }

    #[test]
    fn a_price_changes_the_version_and_a_head_also_the_shape() {
        let mut board = board(&[("m", MARKET.to_owned())]);
        let (version, shape) = (board.version("m"), board.shape());
        let mut update = |text: String| {
            let mut change = Change::new();
            change.set("m".into(), row(&text));
            board.update(&change);
            (board.version("m") - version, board.shape() - shape, board.changes())
        };
        assert_eq!(update(MARKET.replace("2.05", "2.06")), (1, 0, 2));
        let one_more = MARKET.replace(r#""books":{}}]"#, r#""books":{}},{"id":"x","name":"x","books":{}}]"#);
        assert_eq!(update(one_more), (2, 1, 3));
        assert_eq!(update(MARKET.replace("\"live\":true", "\"live\":false")), (3, 2, 4));
        assert_eq!(board.head("m").map(|head| (head.live, head.selections)), Some((false, 2)));
        let mut gone = Change::new();
        gone.del("m".into());
        board.update(&gone);
        assert_eq!((board.len(), board.version("m")), (0, 0));
    }

    #[test]
    fn what_is_no_market_is_left_out_and_a_broken_one_is_counted() {
        let history = r#"{"kind":"history","market":"m","selection":"home","book":"x","points":[]}"#.to_owned();
        let board = board(&[("h", history), ("b", r#"{"event":"e","selections":[]}"#.to_owned())]);
        assert_eq!((board.len(), board.unreadable()), (0, 1));
    }
}
