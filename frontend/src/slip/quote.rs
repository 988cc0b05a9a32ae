//! What a book offers for a selection right now, read from the row of its market.

use shared::units::{Odds, Ratio, Timestamp};
use shared::wire::Fields;

/// A book's price of a selection, and what the market thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Stake included.
    pub decimal: Odds,
    /// Nobody can bet at it now.
    pub suspended: bool,
    /// Since when it is this price.
    pub since: Timestamp,
    /// The probability without margin, where there is a consensus.
    pub fair: Option<Ratio>,
}

/// How a price stands to the one that a reader saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    /// The market has not arrived yet.
    #[default]
    Unknown,
    /// Not at all.
    Same,
    /// It pays more now.
    Better(Odds),
    /// It pays less now.
    Worse(Odds),
    /// Nobody can bet at it now.
    Suspended,
    /// The book offers nothing there any more.
    Gone,
}

impl Quote {
    /// From a row of a board or an event; `None` when the book offers nothing there.
    #[must_use]
    pub fn of(market: &str, selection: &str, book: &str) -> Option<Quote> {
        let selections = Fields::of(market)?.items("selections")?;
        let own = |text: &&str| Fields::of(text).is_some_and(|fields| fields.text("id").as_deref() == Some(selection));
        let fields = Fields::of(selections.into_iter().find(own)?)?;
        let price = fields.inner("books")?.inner(book)?;
        Some(Quote {
            decimal: price.read("decimal")?,
            suspended: price.plain("suspended")?,
            since: Timestamp::from_ms(price.plain("ts")?),
            fair: fields.read("fair"),
        })
    }
}

impl Moved {
    /// How `quote` stands to the price that was seen.
    #[must_use]
    pub fn since(seen: Odds, quote: Option<&Quote>) -> Moved {
        match quote {
            None => Moved::Gone,
            Some(quote) if quote.suspended => Moved::Suspended,
            Some(quote) if quote.decimal > seen => Moved::Better(quote.decimal),
            Some(quote) if quote.decimal < seen => Moved::Worse(quote.decimal),
            Some(_) => Moved::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKET: &str = r#"{"kind":"market","id":"e1:h2h","selections":[
        {"id":"home","name":"A","books":{"x":{"decimal":"2.10","ts":5,"suspended":false}},"fair":"0.4700"},
        {"id":"away","name":"B","books":{"x":{"decimal":"1.90","ts":6,"suspended":true}}}]}"#;

    #[test]
    fn a_price_is_found_by_selection_and_book() {
        let home = Quote::of(MARKET, "home", "x").unwrap();
        assert_eq!((home.decimal.to_string().as_str(), home.since.ms(), home.suspended), ("2.10", 5, false));
        assert_eq!(home.fair, Some(Ratio::from_e4(4700)));
        assert_eq!(Quote::of(MARKET, "away", "x").map(|quote| (quote.suspended, quote.fair)), Some((true, None)));
        assert_eq!(Quote::of(MARKET, "draw", "x").or(Quote::of(MARKET, "home", "y")).or(Quote::of("", "", "")), None);
    }

    #[test]
    fn what_moved_is_told_from_where_the_reader_stands() {
        let seen = |text: &str| text.parse::<Odds>().unwrap();
        let home = Quote::of(MARKET, "home", "x");
        let away = Quote::of(MARKET, "away", "x");
        for (seen_at, quote, expected) in [
            ("2.10", &home, Moved::Same),
            ("2.05", &home, Moved::Better(seen("2.10"))),
            ("2.15", &home, Moved::Worse(seen("2.10"))),
            ("1.90", &away, Moved::Suspended),
            ("1.90", &None, Moved::Gone),
        ] {
            assert_eq!(Moved::since(seen(seen_at), quote.as_ref()), expected);
        }
    }
}
