//! The tickers that the page knows, in columns: a plain store that everything is written to,
//! visible or not. A row has a version; who shows a row remembers which version it shows.

use shared::domain::darkpool::{SentimentRow, Side};
use shared::units::{Money, Price, Ratio, Shares, Ticker, Timestamp};

/// The place of a ticker in every column. It stays as long as the ticker is known.
pub type Row = usize;

/// Where a row comes from. A ticker outside the top is known by its own topic alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `darkpool/top`.
    Top,
    /// `darkpool/ticker/{ticker}`.
    Own,
}

/// The columns.
#[derive(Clone, Debug, Default)]
pub struct Tickers {
    /// By ticker.
    rows: Vec<(Ticker, Row)>,
    free: Vec<Row>,
    in_top: Vec<bool>,
    is_followed: Vec<bool>,
    version: Vec<u32>,
    versions: u32,
    newest: Timestamp,

    symbol: Vec<Option<Ticker>>,
    net: Vec<Money>,
    bullish: Vec<Money>,
    bearish: Vec<Money>,
    neutral: Vec<Money>,
    sentiment: Vec<Option<Ratio>>,
    prints: Vec<u64>,
    off_exchange: Vec<Option<Ratio>>,
    dark_shares: Vec<Shares>,
    last: Vec<Option<Last>>,
    updated: Vec<Timestamp>,
    spark: Vec<Box<[i64]>>,
}

/// The newest print of a ticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// Dollars per share.
    pub price: Price,
    /// Shares.
    pub size: Shares,
    /// Which side it leans to.
    pub side: Side,
    /// The provider's time.
    pub ts: Timestamp,
}

impl Tickers {
    /// Puts a ticker's row at its new value. A value that is older than what is known by the other
    /// origin does not overwrite it; `anew` (a snapshot) always does.
    pub fn put(&mut self, origin: Origin, row: SentimentRow, anew: bool) {
        let at = self.row_for(&row.ticker);
        match origin {
            Origin::Top => self.in_top[at] = true,
            Origin::Own => self.is_followed[at] = true,
        }
        if !anew && row.updated_ms < self.updated[at] {
            return;
        }
        self.net[at] = row.net_amount;
        self.bullish[at] = row.bullish_amount;
        self.bearish[at] = row.bearish_amount;
        self.neutral[at] = row.neutral_amount;
        self.sentiment[at] = row.sentiment;
        self.prints[at] = row.prints;
        self.off_exchange[at] = row.off_exchange_pct;
        self.dark_shares[at] = row.dark_shares;
        self.last[at] =
            row.last_print.map(|last| Last { price: last.price, size: last.size, side: last.side, ts: last.ts });
        self.updated[at] = row.updated_ms;
        self.newest = self.newest.max(row.updated_ms);
        if let Some(spark) = row.spark {
            self.spark[at] = spark;
        }
        self.touch(at);
    }

    /// Gives a ticker outside the top its spark, made from its minutes.
    pub fn put_spark(&mut self, ticker: &Ticker, spark: Box<[i64]>) {
        if let Some(at) = self.find(ticker)
            && !self.in_top[at]
            && self.spark[at] != spark
        {
            self.spark[at] = spark;
            self.touch(at);
        }
    }

    /// A ticker left `origin`; it goes when no other origin knows it.
    pub fn remove(&mut self, origin: Origin, ticker: &Ticker) {
        let Ok(place) = self.place(ticker) else { return };
        let at = self.rows[place].1;
        match origin {
            Origin::Top => self.in_top[at] = false,
            Origin::Own => self.is_followed[at] = false,
        }
        if !self.in_top[at] && !self.is_followed[at] {
            self.rows.remove(place);
            self.symbol[at] = None;
            self.free.push(at);
        }
        self.versions = self.versions.wrapping_add(1);
    }

    /// Everything that came from `darkpool/top` is gone.
    pub fn clear_top(&mut self) {
        let tickers: Vec<Ticker> = self.rows.iter().map(|(ticker, _)| ticker.clone()).collect();
        tickers.iter().for_each(|ticker| self.remove(Origin::Top, ticker));
    }

    /// How many tickers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Counts every change of any row; equal numbers mean that nothing changed.
    #[must_use]
    pub const fn changes(&self) -> u32 {
        self.versions
    }

    /// The row of a ticker.
    #[must_use]
    pub fn find(&self, ticker: &Ticker) -> Option<Row> {
        self.place(ticker).ok().map(|place| self.rows[place].1)
    }

    /// All rows, by ticker.
    pub fn iter(&self) -> impl Iterator<Item = (&Ticker, Row)> {
        self.rows.iter().map(|(ticker, row)| (ticker, *row))
    }

    /// The time of the newest print that was ever seen.
    #[must_use]
    pub const fn newest(&self) -> Timestamp {
        self.newest
    }

    /// The ticker of a row; `None` when the row is free.
    #[must_use]
    pub fn symbol(&self, row: Row) -> Option<&Ticker> {
        self.symbol.get(row)?.as_ref()
    }

    /// Which version of the row this is, from 1.
    #[must_use]
    pub fn version(&self, row: Row) -> u32 {
        self.version[row]
    }

    /// Whether `darkpool/top` has it.
    #[must_use]
    pub fn is_in_top(&self, row: Row) -> bool {
        self.in_top[row]
    }

    /// Bullish less bearish.
    #[must_use]
    pub fn net(&self, row: Row) -> Money {
        self.net[row]
    }

    /// Bullish notional.
    #[must_use]
    pub fn bullish(&self, row: Row) -> Money {
        self.bullish[row]
    }

    /// Bearish notional.
    #[must_use]
    pub fn bearish(&self, row: Row) -> Money {
        self.bearish[row]
    }

    /// All off-exchange notional.
    #[must_use]
    pub fn notional(&self, row: Row) -> Money {
        self.bullish[row] + self.bearish[row] + self.neutral[row]
    }

    /// From -1 to 1.
    #[must_use]
    pub fn sentiment(&self, row: Row) -> Option<Ratio> {
        self.sentiment[row]
    }

    /// How many off-exchange prints.
    #[must_use]
    pub fn prints(&self, row: Row) -> u64 {
        self.prints[row]
    }

    /// Off-exchange share of all shares, in percent.
    #[must_use]
    pub fn off_exchange(&self, row: Row) -> Option<Ratio> {
        self.off_exchange[row]
    }

    /// Shares printed off exchange.
    #[must_use]
    pub fn dark_shares(&self, row: Row) -> Shares {
        self.dark_shares[row]
    }

    /// The newest print.
    #[must_use]
    pub fn last(&self, row: Row) -> Option<Last> {
        self.last[row]
    }

    /// Cumulative net amount of the last hour, in thousands of dollars.
    #[must_use]
    pub fn spark(&self, row: Row) -> &[i64] {
        &self.spark[row]
    }

    /// Where a ticker is among the rows, or would be.
    fn place(&self, ticker: &Ticker) -> Result<usize, usize> {
        self.rows.binary_search_by(|(other, _)| other.cmp(ticker))
    }

    fn touch(&mut self, at: Row) {
        self.versions = self.versions.wrapping_add(1);
        // 0 is no version: who shows nothing shows that.
        self.version[at] = self.version[at].wrapping_add(1).max(1);
    }

    fn row_for(&mut self, ticker: &Ticker) -> Row {
        let place = match self.place(ticker) {
            Ok(place) => return self.rows[place].1,
            Err(place) => place,
        };
        let row = self.free.pop().unwrap_or_else(|| self.grow());
        self.rows.insert(place, (ticker.clone(), row));
        self.symbol[row] = Some(ticker.clone());
        self.updated[row] = Timestamp::default();
        self.spark[row] = Box::default();
        (self.in_top[row], self.is_followed[row]) = (false, false);
        row
    }

    fn grow(&mut self) -> Row {
        self.in_top.push(false);
        self.is_followed.push(false);
        self.version.push(0);
        self.symbol.push(None);
        self.net.push(Money::ZERO);
        self.bullish.push(Money::ZERO);
        self.bearish.push(Money::ZERO);
        self.neutral.push(Money::ZERO);
        self.sentiment.push(None);
        self.prints.push(0);
        self.off_exchange.push(None);
        self.dark_shares.push(Shares::ZERO);
        self.last.push(None);
        self.updated.push(Timestamp::default());
        self.spark.push(Box::default());
        self.symbol.len() - 1
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row with a net amount in dollars, updated at some time.
    pub(crate) fn row(ticker: &str, net: i64, updated_ms: i64) -> SentimentRow {
        let (bullish, bearish) = if net >= 0 { (net + 100, 100) } else { (100, 100 - net) };
        let text = format!(
            r#"{{"ticker":"{ticker}","bullish_amount":"{bullish}.00","bearish_amount":"{bearish}.00",
            "neutral_amount":"0.00","net_amount":"{net}.00","prints":3,"bullish_prints":1,"bearish_prints":1,
            "neutral_prints":1,"dark_shares":"10","total_shares":"20","off_exchange_pct":"50.0000",
            "last_print":{{"id":"1","price":"10.00","size":"5","side":"bullish","ts":{updated_ms}}},
            "extended":{{"bullish_amount":"0.00","bearish_amount":"0.00","neutral_amount":"0.00","prints":0}},
            "session":"2013-10-07","updated_ms":{updated_ms}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn ticker(text: &str) -> Ticker {
        text.parse().unwrap()
    }

    #[test]
    fn a_ticker_stays_until_no_origin_knows_it() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, row("A", 1, 1), false);
        tickers.put(Origin::Own, row("A", 2, 2), false);
        tickers.remove(Origin::Top, &ticker("A"));
        assert_eq!(tickers.len(), 1);
        tickers.remove(Origin::Own, &ticker("A"));
        assert!(tickers.is_empty());
    }

    #[test]
    fn the_slower_topic_does_not_overwrite_the_faster_one() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Own, row("A", 2, 20), false);
        tickers.put(Origin::Top, row("A", 1, 10), false);
        let at = tickers.find(&ticker("A")).unwrap();
        assert_eq!(tickers.net(at).cents(), 200);
        tickers.put(Origin::Top, row("A", 1, 10), true);
        assert_eq!(tickers.net(at).cents(), 100);
    }

    #[test]
    fn a_free_row_is_used_again_and_remembers_nothing() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, SentimentRow { spark: Some([1, 2].into()), ..row("A", 1, 50) }, false);
        let at = tickers.find(&ticker("A")).unwrap();
        let before = tickers.version(at);
        tickers.remove(Origin::Top, &ticker("A"));
        assert_eq!(tickers.symbol(at), None);
        tickers.put(Origin::Top, row("B", 3, 1), false);
        assert_eq!(tickers.find(&ticker("B")), Some(at));
        assert_ne!(tickers.version(at), before);
        assert!(tickers.spark(at).is_empty());
    }
}
