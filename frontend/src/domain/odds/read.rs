//! The rows as `shared` defines them, read by name. Unknown fields are ignored, and a row that
//! lacks one it must have is none; a test holds each against serde's reading of the same text.

use std::collections::BTreeMap;

use shared::domain::odds::{
    ArbKind, ArbRow, BestPrice, BookPrice, BookRow, BookStatus, ClosedArbRow, Devig, HistoryRow, LegRow, MarketKind,
    MarketRow, PriceSource, ScoreRow, SelectionRow, SportRow,
};
use shared::units::{Odds, Timestamp};
use shared::wire::{Fields, items, unquoted};

/// A row of `odds/sports`.
#[must_use]
pub fn sport(text: &str) -> Option<SportRow> {
    let fields = Fields::of(text)?;
    Some(SportRow {
        id: fields.read("id")?,
        title: fields.text("title")?.into(),
        events: fields.plain("events")?,
        live: fields.plain("live")?,
        markets: fields.plain("markets")?,
        updated_ms: time(&fields, "updated_ms")?,
    })
}

/// A row of `odds/books`.
#[must_use]
pub fn book(text: &str) -> Option<BookRow> {
    let fields = Fields::of(text)?;
    Some(BookRow {
        id: fields.text("id")?.into(),
        name: fields.text("name")?.into(),
        status: match &*fields.text("status")? {
            "online" => BookStatus::Online,
            "degraded" => BookStatus::Degraded,
            "offline" => BookStatus::Offline,
            _ => return None,
        },
        response_ms: fields.plain("response_ms"),
        markets: fields.plain("markets")?,
        active_bets: fields.plain("active_bets")?,
        commission_pct: fields.read("commission_pct")?,
        margin_pct: fields.read("margin_pct"),
        updated_ms: time(&fields, "updated_ms")?,
    })
}

/// A market, of `odds/board/{sport}` or of `odds/event/{event}`.
#[must_use]
pub fn market(text: &str) -> Option<MarketRow> {
    let fields = Fields::of(text)?;
    Some(MarketRow {
        id: fields.text("id")?.into(),
        event: fields.read("event")?,
        sport: fields.read("sport")?,
        home: fields.text("home")?.into(),
        away: fields.text("away")?.into(),
        commence_ms: time(&fields, "commence_ms")?,
        live: fields.plain("live")?,
        market: kind(&fields)?,
        line: fields.text("line").map(Box::from),
        selections: fields.items("selections")?.into_iter().map(selection).collect::<Option<_>>()?,
        overround: fields.read("overround"),
        devig: match &*fields.text("devig")? {
            "multiplicative" => Devig::Multiplicative,
            "additive" => Devig::Additive,
            "power" => Devig::Power,
            "shin" => Devig::Shin,
            "odds_ratio" => Devig::OddsRatio,
            _ => return None,
        },
        source: match fields.text("source").as_deref() {
            Some("books") => Some(PriceSource::Books),
            Some("both") => Some(PriceSource::Both),
            Some("pool") => Some(PriceSource::Pool),
            _ => None,
        },
        complete: fields.plain("complete")?,
        score: fields.inner("score").and_then(|score| score_of(&score)),
        updated_ms: time(&fields, "updated_ms")?,
    })
}

/// How a price moved, of `odds/event/{event}`.
#[must_use]
pub fn history(text: &str) -> Option<HistoryRow> {
    let fields = Fields::of(text)?;
    let point = |point: &str| {
        let both = items(point)?;
        let [ts, odds] = both[..] else { return None };
        Some((Timestamp::from_ms(ts.parse().ok()?), unquoted(odds)?.parse::<Odds>().ok()?))
    };
    Some(HistoryRow {
        market: fields.text("market")?.into(),
        selection: fields.text("selection")?.into(),
        book: fields.text("book")?.into(),
        points: fields.items("points")?.into_iter().map(point).collect::<Option<_>>()?,
    })
}

/// A row of `odds/arbs`.
#[must_use]
pub fn arb(text: &str) -> Option<ArbRow> {
    arb_of(&Fields::of(text)?)
}

/// A row of `odds/closed`.
#[must_use]
pub fn closed_arb(text: &str) -> Option<ClosedArbRow> {
    let fields = Fields::of(text)?;
    Some(ClosedArbRow {
        arb: arb_of(&fields)?,
        closed_ms: time(&fields, "closed_ms")?,
        lived_ms: fields.plain("lived_ms")?,
        peak_roi_pct: fields.read("peak_roi_pct")?,
    })
}

/// What is bet on.
pub(super) fn kind(fields: &Fields<'_>) -> Option<MarketKind> {
    match &*fields.text("market")? {
        "h2h" => Some(MarketKind::H2h),
        "spreads" => Some(MarketKind::Spreads),
        "totals" => Some(MarketKind::Totals),
        _ => None,
    }
}

/// A time in milliseconds.
pub(super) fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    fields.plain(name).map(Timestamp::from_ms)
}

fn selection(text: &str) -> Option<SelectionRow> {
    let fields = Fields::of(text)?;
    let best = |best: &Fields<'_>| Some(BestPrice { book: best.text("book")?.into(), decimal: best.read("decimal")? });
    let mut books = BTreeMap::new();
    for (book, price) in fields.inner("books")?.entries() {
        let price = Fields::of(price)?;
        let price = BookPrice {
            decimal: price.read("decimal")?,
            ts: time(&price, "ts")?,
            suspended: price.plain("suspended")?,
        };
        books.insert(Box::from(&**book), price);
    }
    let spark = fields.items("spark").unwrap_or_default();
    Some(SelectionRow {
        id: fields.text("id")?.into(),
        name: fields.text("name")?.into(),
        best: fields.inner("best").as_ref().and_then(best),
        books,
        fair: fields.read("fair"),
        hybrid: fields.read("hybrid"),
        hybrid_decimal: fields.read("hybrid_decimal"),
        spark: spark.into_iter().filter_map(|point| point.parse().ok()).collect(),
    })
}

fn score_of(score: &Fields<'_>) -> Option<ScoreRow> {
    Some(ScoreRow { home: score.plain("home")?, away: score.plain("away")?, completed: score.plain("completed")? })
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
        market: kind(fields)?,
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

#[cfg(test)]
pub(super) mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    pub(in crate::domain::odds) const MARKET: &str = r#"{"id":"e1:totals:2.5","event":"e1","sport":"soccer_epl",
        "home":"Arsenal","away":"Chelsea \"B\"","commence_ms":1000,"live":true,"market":"totals","line":"2.5",
        "selections":[
            {"id":"over","name":"Over 2.5","best":{"book":"pinnacle","decimal":"2.05"},"books":{
                "betfair_ex_uk":{"decimal":"1.909090909091","ts":900,"suspended":true},
                "pinnacle":{"decimal":"2.05","ts":950,"suspended":false}},
             "fair":"0.5012","hybrid":"0.5000","hybrid_decimal":"2.00","spark":[490,501]},
            {"id":"under","name":"Under 2.5","books":{}}],
        "overround":"0.9876","devig":"power","source":"both","complete":true,
        "score":{"home":1,"away":0,"completed":false},"updated_ms":960}"#;
    const ARB: &str = r#"{"id":"a1","kind":"arb","event":"e1","sport":"tennis_atp","home":"A","away":"B","commence_ms":1,
        "live":false,"market":"h2h","line":null,"legs":[{"market_id":"e1:h2h","selection":"home","name":"A",
        "book":"x","decimal":"2.10","commission_pct":"2.00","line":null,"stake":"50.00"}],"booksum":"0.9524",
        "roi_pct":"5.00","profit_per_100":"5.00","best_pct":"5.00","push_possible":false,"opened_ms":1,"updated_ms":2"#;

    /// Both readings of a row, as Rust writes them.
    fn check<T: DeserializeOwned + std::fmt::Debug>(text: &str, read: fn(&str) -> Option<T>) {
        let expected: T = serde_json::from_str(text).unwrap();
        assert_eq!(format!("{:?}", read(text).unwrap()), format!("{expected:?}"), "{text}");
    }

    #[test]
    fn rows_are_read_as_serde_reads_them() {
        check(r#"{"id":"soccer_epl","title":"EPL","events":10,"live":2,"markets":30,"updated_ms":5}"#, sport);
        for (status, more) in
            [("online", r#","response_ms":120,"margin_pct":"4.10""#), ("degraded", ""), ("offline", "")]
        {
            let text = format!(
                r#"{{"id":"x","name":"X","status":"{status}","markets":3,"active_bets":1,"commission_pct":"2.00","updated_ms":5{more}}}"#
            );
            check(&text, book);
        }
        check(MARKET, market);
        for devig in ["multiplicative", "additive", "shin", "odds_ratio"] {
            check(&MARKET.replace("power", devig), market);
        }
        for (from, to) in [("totals", "h2h"), ("totals", "spreads"), ("both", "books"), ("both", "pool")] {
            check(&MARKET.replace(from, to), market);
        }
        let history_row =
            r#"{"market":"m","selection":"home","book":"fair","points":[[1,"2.05"],[2,"1.909090909091"]]}"#;
        check(history_row, history);
        check(&format!("{ARB}}}"), arb);
        check(&(ARB.replace("\"arb\"", "\"middle\"") + "}"), arb);
        check(&format!(r#"{ARB},"closed_ms":9,"lived_ms":8,"peak_roi_pct":"6.25"}}"#), closed_arb);
    }

    #[test]
    fn a_row_that_lacks_something_is_none() {
        let broken = [
            ("\"event\"", "\"e\""),
            ("\"totals\"", "\"props\""),
            ("\"2.05\",\"ts\"", "\"x\",\"ts\""),
            ("true}", "7}"),
            ("[", "{"),
        ];
        for (from, to) in broken {
            assert!(market(&MARKET.replacen(from, to, 1)).is_none(), "{from}");
        }
        assert!(history(r#"{"market":"m","selection":"s","book":"b","points":[[1]]}"#).is_none());
        assert!(sport("{}").is_none() && book("[]").is_none() && arb("").is_none());
    }
}
