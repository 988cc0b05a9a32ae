//! The rows of the arbitrage topics, read by name as the dark pool's are; a test holds each against
//! serde's reading of the same text.

use shared::domain::odds::{ArbKind, ArbRow, ClosedArbRow, LegRow, MarketKind};
use shared::units::Timestamp;
use shared::wire::Fields;

/// A row of `odds/arbs`.
#[must_use]
pub fn arb(text: &str) -> Option<ArbRow> {
    arb_of(&Fields::of(text)?)
}

/// A row of `odds/closed`.
#[must_use]
pub fn closed(text: &str) -> Option<ClosedArbRow> {
    let fields = Fields::of(text)?;
    Some(ClosedArbRow {
        arb: arb_of(&fields)?,
        closed_ms: time(&fields, "closed_ms")?,
        lived_ms: fields.plain("lived_ms")?,
        peak_roi_pct: fields.read("peak_roi_pct")?,
    })
}

fn arb_of(fields: &Fields<'_>) -> Option<ArbRow> {
    Some(ArbRow {
        id: fields.text("id")?.into(),
        kind: match &*fields.text("kind")? {
            "arb" => ArbKind::Arb,
            "middle" => ArbKind::Middle,
            _ => return None,
        },
        event: fields.read("event")?,
        sport: fields.read("sport")?,
        home: fields.text("home")?.into(),
        away: fields.text("away")?.into(),
        commence_ms: time(fields, "commence_ms")?,
        live: fields.plain("live")?,
        market: match &*fields.text("market")? {
            "h2h" => MarketKind::H2h,
            "spreads" => MarketKind::Spreads,
            "totals" => MarketKind::Totals,
            _ => return None,
        },
        line: fields.text("line").map(Box::from),
        legs: fields.items("legs")?.into_iter().map(leg).collect::<Option<_>>()?,
        booksum: fields.read("booksum")?,
        roi_pct: fields.read("roi_pct")?,
        profit_per_100: fields.read("profit_per_100")?,
        best_pct: fields.read("best_pct")?,
        push_possible: fields.plain("push_possible")?,
        opened_ms: time(fields, "opened_ms")?,
        updated_ms: time(fields, "updated_ms")?,
    })
}

fn leg(text: &str) -> Option<LegRow> {
    let fields = Fields::of(text)?;
    Some(LegRow {
        market_id: fields.text("market_id")?.into(),
        selection: fields.text("selection")?.into(),
        name: fields.text("name")?.into(),
        book: fields.text("book")?.into(),
        decimal: fields.read("decimal")?,
        commission_pct: fields.read("commission_pct")?,
        line: fields.text("line").map(Box::from),
        stake: fields.read("stake")?,
    })
}

fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.plain(name).map(Timestamp::from_ms)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A two-way opportunity on a total, as the server writes it.
    pub const ARB: &str = r#"{"id":"a1","kind":"arb","event":"e1","sport":"basketball_nba","home":"Lakers","away":"Celtics",
        "commence_ms":1700000000000,"live":false,"market":"totals","line":"220.5","legs":[
        {"market_id":"e1:totals:220.5","selection":"over","name":"Over 220.5","book":"pinnacle","decimal":"2.10",
         "commission_pct":"0.00","line":"220.5","stake":"49.40"},
        {"market_id":"e1:totals:220.5","selection":"under","name":"Under 220.5","book":"betfair_ex","decimal":"2.05",
         "commission_pct":"2.00","line":"220.5","stake":"50.60"}],
        "booksum":"0.9735","roi_pct":"2.72","profit_per_100":"2.72","best_pct":"2.74","push_possible":false,
        "opened_ms":1699999990000,"updated_ms":1699999995000,"new":{}}"#;

    #[test]
    fn an_opportunity_is_read_as_serde_reads_it() {
        assert_eq!(arb(ARB).unwrap(), serde_json::from_str::<ArbRow>(ARB).unwrap());
        let winner = ARB.replace(r#""line":"220.5""#, r#""line":null"#).replace("totals", "h2h");
        assert_eq!(arb(&winner).unwrap(), serde_json::from_str::<ArbRow>(&winner).unwrap());
    }

    #[test]
    fn one_that_is_over_is_read_as_serde_reads_it() {
        let over = ARB.replace("\"new\":{}", r#""closed_ms":1700000001000,"lived_ms":11000,"peak_roi_pct":"3.10""#);
        assert_eq!(closed(&over).unwrap(), serde_json::from_str::<ClosedArbRow>(&over).unwrap());
        assert!(closed(ARB).is_none());
    }

    #[test]
    fn a_row_without_what_it_must_have_is_none() {
        assert!(arb(&ARB.replace("\"kind\":\"arb\"", "\"kind\":\"other\"")).is_none());
        assert!(arb(&ARB.replace("\"decimal\":\"2.05\"", "\"decimal\":\"1.00\"")).is_none());
        assert!(arb("{}").is_none());
    }
}
