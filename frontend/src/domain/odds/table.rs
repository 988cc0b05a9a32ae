//! What each book offers in one market, side by side.

use shared::domain::odds::{BookPrice, MarketRow};
use shared::units::Timestamp;

use crate::model::pins::Pins;

/// One book's prices of a market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offers<'a> {
    /// The book.
    pub book: &'a str,
    /// One for each selection, in the market's order.
    pub prices: Vec<Option<BookPrice>>,
    /// Sum of implied probabilities less 1, in ten-thousandths; absent unless it has a price of each.
    pub margin_e4: Option<i64>,
    /// When one of them last changed.
    pub changed: Timestamp,
}

/// The books that have a price, the pinned ones first.
#[must_use]
pub fn offers<'a>(market: &'a MarketRow, pins: &'a Pins) -> Vec<Offers<'a>> {
    let mut books: Vec<&str> = Vec::new();
    for book in market.selections.iter().flat_map(|selection| selection.books.keys()) {
        if let Err(place) = books.binary_search(&&**book) {
            books.insert(place, book);
        }
    }
    let has = |book: &&str| books.binary_search(book).is_ok();
    pins.order(books.iter().copied()).into_iter().filter(has).map(|book| offers_of(market, book)).collect()
}

fn offers_of<'a>(market: &MarketRow, book: &'a str) -> Offers<'a> {
    let prices: Vec<Option<BookPrice>> = market.selections.iter().map(|s| s.books.get(book).copied()).collect();
    let changed = prices.iter().flatten().map(|price| price.ts).max().unwrap_or_default();
    // In millionths, so that the sum of several is right to the ten-thousandth.
    let implied = |price: &Option<BookPrice>| {
        let odds = price.as_ref()?.decimal;
        i64::try_from(1_000_000 * u128::from(odds.denominator()) / u128::from(odds.numerator())).ok()
    };
    let sum: Option<i64> = prices.iter().map(implied).sum();
    Offers { book, prices, margin_e4: sum.map(|sum| (sum - 1_000_000 + 50).div_euclid(100)), changed }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::super::read::tests::MARKET;
    use super::*;

    #[test]
    fn a_book_has_a_margin_only_when_it_has_all_prices() {
        let both = r#""books":{"pinnacle":{"decimal":"1.91","ts":970,"suspended":false}}}],"#;
        let market = read::market(&MARKET.replace(r#""books":{}}],"#, both)).unwrap();
        let pins = Pins::parse("pinnacle,nobody");
        let table = offers(&market, &pins);
        let text = |offers: &Offers<'_>| (offers.book.to_owned(), offers.margin_e4, offers.changed.ms());
        // 1/2.05 + 1/1.91 - 1 = 0.01136
        let expected = [("pinnacle".to_owned(), Some(114), 970), ("betfair_ex_uk".to_owned(), None, 900)];
        assert_eq!(table.iter().map(text).collect::<Vec<_>>(), expected);
        assert_eq!(table[1].prices.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
    }
}
