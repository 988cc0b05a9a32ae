//! Bets as a file: exact values of those that are shown, in their order.

use shared::domain::bets::BetRow;

use super::profit::profit;
use super::words::status_key;
use crate::model::{clock, csv};

const HEAD: [&str; 17] = [
    "id",
    "placed_utc",
    "event",
    "sport",
    "bet",
    "market",
    "selection",
    "book",
    "stake",
    "decimal",
    "american",
    "potential_payout",
    "status",
    "settled_utc",
    "payout",
    "profit",
    "notes",
];

/// The rows as CSV.
#[must_use]
pub fn rows<'a>(rows: impl Iterator<Item = &'a BetRow>) -> String {
    let line = |row: &BetRow| {
        let text = |text: &str| text.to_owned();
        let money = |money: Option<shared::units::Money>| money.map_or_else(String::new, |money| money.to_string());
        vec![
            text(&row.id),
            clock::iso(row.placed_ms),
            text(&row.event),
            text(&row.sport),
            text(&row.name),
            text(&row.market),
            text(&row.selection),
            text(&row.book),
            row.stake.to_string(),
            row.decimal.to_string(),
            row.american.to_string(),
            row.potential_payout.to_string(),
            text(status_key(row.status)),
            row.settled_ms.map_or_else(String::new, clock::iso),
            money(row.payout),
            money(profit(row)),
            text(row.notes.as_deref().unwrap_or_default()),
        ]
    };
    let head = HEAD.iter().map(|name| (*name).to_owned()).collect();
    csv::write(std::iter::once(head).chain(rows.map(line)))
}

#[cfg(test)]
mod tests {
    use super::super::store::tests::bet;
    use super::*;

    #[test]
    fn a_file_has_exact_values_and_no_formulas() {
        let mut row = bet("7", "half_won", Some(("145.45", 1_700_007_200_000)));
        row.notes = Some("=1+1".into());
        let text = rows([row].iter());
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "7,2023-11-14T22:13:20.000Z,Arsenal - Chelsea,soccer_epl,Arsenal -1.5,e1:spreads:-1.5,home,pinnacle,100.00,\
             1.909090909091,-110,190.91,half_won,2023-11-15T00:13:20.000Z,145.45,45.45,\"'=1+1\""
        );
    }
}
