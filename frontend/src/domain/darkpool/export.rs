//! The table as a file: exact values of the rows that are shown, in their order.

use shared::units::{Money, Ratio};

use super::tickers::{Row, Tickers};
use crate::model::{clock, csv};

const HEAD: [&str; 11] = [
    "ticker",
    "net_amount",
    "bullish_amount",
    "bearish_amount",
    "sentiment",
    "prints",
    "off_exchange_pct",
    "dark_shares",
    "last_price",
    "last_size",
    "last_time_utc",
];

/// The rows as CSV.
#[must_use]
pub fn rows(tickers: &Tickers, rows: &[Row]) -> String {
    let ratio = |r: Option<Ratio>| r.map_or_else(String::new, |r| r.to_string());
    let money = |m: Money| m.to_string();
    let line = |row: &Row| {
        let row = *row;
        let last = tickers.last(row);
        vec![
            tickers.symbol(row).map_or_else(String::new, ToString::to_string),
            money(tickers.net(row)),
            money(tickers.bullish(row)),
            money(tickers.bearish(row)),
            ratio(tickers.sentiment(row)),
            tickers.prints(row).to_string(),
            ratio(tickers.off_exchange(row)),
            tickers.dark_shares(row).to_string(),
            last.map_or_else(String::new, |l| l.price.to_string()),
            last.map_or_else(String::new, |l| l.size.to_string()),
            last.map_or_else(String::new, |l| clock::iso(l.ts)),
        ]
    };
    let head = HEAD.iter().map(|name| (*name).to_owned()).collect();
    csv::write(std::iter::once(head).chain(rows.iter().map(line)))
}

#[cfg(test)]
mod tests {
    use super::super::tickers::{Origin, tests::*};
    use super::*;

    #[test]
    fn a_file_has_exact_values() {
        let mut tickers = Tickers::default();
        tickers.put(Origin::Top, row("IBM", -850, 1_381_155_593_314), false);
        let text = rows(&tickers, &[0]);
        let line = text.lines().nth(1).unwrap();
        assert_eq!(line, "IBM,-850.00,100.00,950.00,,3,50.0000,10,10.00,5,2013-10-07T14:19:53.314Z");
    }
}
