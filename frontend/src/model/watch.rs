//! The reader's watchlist: an ordered set of tickers, kept as one line of text.

use shared::units::Ticker;

/// How many tickers a watchlist holds; each outside the top is a topic of its own, and a
/// connection may follow 128.
pub const MOST: usize = 100;

/// The tickers a reader watches, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watchlist(Vec<Ticker>);

impl Watchlist {
    /// Reads `AAPL,BRK.B`; what is no ticker is left out, and so is what is too much.
    #[must_use]
    pub fn parse(text: &str) -> Watchlist {
        let mut list = Watchlist::default();
        for ticker in text.split(',').filter_map(|t| t.trim().parse().ok()) {
            if !list.has(&ticker) {
                list.toggle(&ticker);
            }
        }
        list
    }

    /// Writes it.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(Ticker::as_str).collect::<Vec<_>>().join(",")
    }

    /// Whether it holds `ticker`.
    #[must_use]
    pub fn has(&self, ticker: &Ticker) -> bool {
        self.0.binary_search(ticker).is_ok()
    }

    /// Takes a ticker in or out, and says whether it is in now. A full list takes no more.
    pub fn toggle(&mut self, ticker: &Ticker) -> bool {
        match self.0.binary_search(ticker) {
            Ok(at) => {
                self.0.remove(at);
                false
            }
            Err(at) if self.0.len() < MOST => {
                self.0.insert(at, ticker.clone());
                true
            }
            Err(_) => false,
        }
    }

    /// Its tickers in order.
    pub fn iter(&self) -> impl Iterator<Item = &Ticker> {
        self.0.iter()
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_is_written_and_nonsense_is_left_out() {
        let mut list = Watchlist::parse("TSLA, AAPL,,<b>,BRK.B");
        assert_eq!(list.text(), "AAPL,BRK.B,TSLA");
        assert!(!list.toggle(&"TSLA".parse().unwrap()));
        assert!(list.toggle(&"IBM".parse().unwrap()));
        assert_eq!(list.text(), "AAPL,BRK.B,IBM");
    }

    #[test]
    fn a_full_list_takes_no_more() {
        let text = (0..MOST + 5).map(|n| format!("T{n}")).collect::<Vec<_>>().join(",");
        let mut list = Watchlist::parse(&text);
        assert_eq!(list.len(), MOST);
        assert!(!list.toggle(&"NEW".parse().unwrap()));
    }
}
