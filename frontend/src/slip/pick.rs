//! A price that a reader picked, and what was typed as the stake.

use shared::domain::odds::{ArbRow, LegRow, MarketRow, SelectionRow, SportKey};
use shared::units::{Money, Odds};

/// A price on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The event's id.
    pub event: SportKey,
    /// The sport's key.
    pub sport: SportKey,
    /// The market's id.
    pub market: Box<str>,
    /// The selection's id.
    pub selection: Box<str>,
    /// Where.
    pub book: Box<str>,
    /// Who plays: `Arsenal - Chelsea`.
    pub title: Box<str>,
    /// What is bet on: `Arsenal -1.5`.
    pub name: Box<str>,
    /// The price that the reader saw.
    pub decimal: Odds,
}

impl Pick {
    /// A leg of an opportunity.
    #[must_use]
    pub fn of_leg(arb: &ArbRow, leg: &LegRow) -> Pick {
        Pick {
            event: arb.event.clone(),
            sport: arb.sport.clone(),
            market: leg.market_id.clone(),
            selection: leg.selection.clone(),
            book: leg.book.clone(),
            title: title(&arb.home, &arb.away),
            name: leg.name.clone(),
            decimal: leg.decimal,
        }
    }

    /// What a book offers in a market; `None` when it offers nothing there, or nobody can bet at it now.
    #[must_use]
    pub fn of_market(market: &MarketRow, selection: &SelectionRow, book: &str) -> Option<Pick> {
        let price = selection.books.get(book).filter(|price| !price.suspended)?;
        Some(Pick {
            event: market.event.clone(),
            sport: market.sport.clone(),
            market: market.id.clone(),
            selection: selection.id.clone(),
            book: book.into(),
            title: title(&market.home, &market.away),
            name: selection.name.clone(),
            decimal: price.decimal,
        })
    }

    /// Whether it is the same selection at the same book.
    #[must_use]
    pub fn is(&self, other: &Pick) -> bool {
        self.market == other.market && self.selection == other.selection && self.book == other.book
    }
}

/// Who plays.
#[must_use]
pub fn title(home: &str, away: &str) -> Box<str> {
    format!("{home} \u{2013} {away}").into()
}

/// What was typed as a stake, or what is wrong with it.
///
/// # Errors
/// A sentence.
pub fn stake(text: &str) -> Result<Money, &'static str> {
    let digits: String = text.trim().trim_start_matches('$').chars().filter(|c| *c != ',').collect();
    if digits.is_empty() {
        return Err("Enter a stake.");
    }
    let money: Money = digits.parse().map_err(|_| "A stake is an amount such as 25 or 12.50.")?;
    if money <= Money::ZERO {
        return Err("A stake is more than nothing.");
    }
    let to_the_cent = Money::from_pico(i128::from(money.cents()) * 10_i128.pow(10)) == money;
    if to_the_cent { Ok(money) } else { Err("Stakes are to the cent.") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A price of a book.
    pub fn pick(book: &str, decimal: &str) -> Pick {
        Pick {
            event: "e1".parse().unwrap(),
            sport: "soccer_epl".parse().unwrap(),
            market: "e1:spreads:-1.5".into(),
            selection: "home".into(),
            book: book.into(),
            title: title("Arsenal", "Chelsea"),
            name: "Arsenal -1.5".into(),
            decimal: decimal.parse().unwrap(),
        }
    }

    #[test]
    fn a_price_is_picked_where_it_can_be_had() {
        let market: MarketRow = serde_json::from_str(
            r#"{"id":"e1:totals:2.5","event":"e1","sport":"soccer_epl","home":"A","away":"B","commence_ms":1,"live":false,
            "market":"totals","line":"2.5","devig":"power","complete":true,"updated_ms":1,"selections":[{"id":"over","name":"Over 2.5",
            "books":{"x":{"decimal":"2.10","ts":1,"suspended":false},"y":{"decimal":"2.20","ts":1,"suspended":true}}}]}"#,
        )
        .unwrap();
        let pick = |book: &str| Pick::of_market(&market, &market.selections[0], book);
        let picked = pick("x").unwrap();
        assert_eq!((&*picked.title, &*picked.name, &*picked.market), ("A \u{2013} B", "Over 2.5", "e1:totals:2.5"));
        assert_eq!(pick("y").or(pick("z")), None);
    }

    #[test]
    fn a_stake_is_an_amount_to_the_cent() {
        for (text, expected) in [
            ("25", Ok("25.00")),
            (" $1,250.5 ", Ok("1250.50")),
            ("0.01", Ok("0.01")),
            ("12.345", Err("Stakes are to the cent.")),
            ("0", Err("A stake is more than nothing.")),
            ("-5", Err("A stake is more than nothing.")),
            ("", Err("Enter a stake.")),
            ("$", Err("Enter a stake.")),
            ("ten", Err("A stake is an amount such as 25 or 12.50.")),
        ] {
            assert_eq!(stake(text).map(|money| money.to_string()), expected.map(str::to_owned), "{text}");
        }
    }
}
