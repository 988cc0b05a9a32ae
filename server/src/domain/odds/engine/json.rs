//! A market's row as text, written by hand: it has every price of every book, and thousands are written a
//! second. What it writes is what [`MarketRow`](shared::domain::odds::MarketRow) reads and writes; a test
//! compares them byte by byte.

use std::fmt::Write;

use shared::domain::odds::{Devig, PriceSource};
use shared::units::{Odds, Ratio, Timestamp};

use super::super::Outcome;
use super::books::Books;
use super::fair::whole;
use super::fixture::Fixture;
use super::market::Market;
use super::names::{kind_name, line_text, selection_name};
use super::settings::OddsSettings;
use crate::domain::RowJson;

/// Points of a spark, the present one too.
const SPARK: usize = 20;

/// What a row is written from.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) fixture: &'a Fixture,
    pub(super) market: &'a Market,
    pub(super) books: &'a Books,
    pub(super) settings: &'a OddsSettings,
    pub(super) now: Timestamp,
}

/// The row of a board. `out` is space to write in.
pub(super) fn board_row(page: &Page<'_>, out: &mut String) -> RowJson {
    out.clear();
    out.push('{');
    page.write(out);
    RowJson::from(&**out)
}

/// The row of an event's topic. `out` is space to write in.
pub(super) fn event_row(page: &Page<'_>, out: &mut String) -> RowJson {
    out.clear();
    out.push_str(r#"{"kind":"market","#);
    page.write(out);
    RowJson::from(&**out)
}

impl Page<'_> {
    fn write(&self, out: &mut String) {
        let Page { fixture, market, .. } = self;
        let facts = &fixture.facts;
        field(out, r#""id":"#, &market.id);
        field(out, r#","event":"#, facts.event.as_str());
        field(out, r#","sport":"#, facts.sport.as_str());
        field(out, r#","home":"#, &facts.home);
        field(out, r#","away":"#, &facts.away);
        number(out, r#","commence_ms":"#, facts.commence.ms());
        flag(out, r#","live":"#, fixture.is_live(self.now));
        field(out, r#","market":"#, kind_name(market.of.0));
        match market.of.1 {
            Some(line) => field(out, r#","line":"#, &line_text(line)),
            None => out.push_str(r#","line":null"#),
        }
        if let Some(score) = facts.score {
            number(out, r#","score":{"home":"#, score.home.into());
            number(out, r#","away":"#, score.away.into());
            flag(out, r#","completed":"#, score.completed);
            out.push('}');
        }
        out.push_str(r#","selections":["#);
        for (index, (slot, outcome)) in market.outcomes().iter().enumerate() {
            out.push_str(if index == 0 { "{" } else { ",{" });
            self.selection(out, *slot, *outcome);
        }
        out.push(']');
        if let Some(overround) = self.overround() {
            ratio(out, r#","overround":"#, overround);
        }
        field(out, r#","devig":"#, devig_name(self.settings.devig));
        if let Some(source) = market.fair.source {
            field(out, r#","source":"#, source_name(source));
        }
        flag(out, r#","complete":"#, market.best.complete);
        number(out, r#","updated_ms":"#, market.updated.ms());
        out.push('}');
    }

    fn selection(&self, out: &mut String, slot: usize, outcome: Outcome) {
        let Page { fixture, market, books, .. } = self;
        let facts = &fixture.facts;
        field(out, r#""id":"#, outcome.as_str());
        field(out, r#","name":"#, &selection_name(&facts.home, &facts.away, market.of, outcome));
        if let Some((book, best)) = market.best.offered[slot] {
            field(out, r#","best":{"book":"#, &books.get(book).name);
            price(out, r#","decimal":"#, best);
            out.push('}');
        }
        out.push_str(r#","books":{"#);
        let mut comma = "";
        for offer in &market.offers {
            let entry = offer.kept.spelt.entry(slot);
            if !entry.is_empty() {
                out.push_str(comma);
                out.push_str(entry);
                // Nobody should bet at a price that is old either.
                out.push_str(if offer.is_fresh() { "false}" } else { "true}" });
                comma = ",";
            }
        }
        out.push('}');
        for (name, probability) in
            [(r#","fair":"#, market.fair.consensus[slot]), (r#","hybrid":"#, market.fair.hybrid[slot])]
        {
            if let Some(probability) = probability {
                ratio(out, name, probability);
            }
        }
        if let Some(odds) = market.fair.offered[slot] {
            price(out, r#","hybrid_decimal":"#, odds);
        }
        self.spark(out, slot);
        out.push('}');
    }

    /// The consensus as it was, evenly picked, and as it is.
    fn spark(&self, out: &mut String, slot: usize) {
        let Some(present) = self.market.fair.consensus[slot] else { return };
        out.push_str(r#","spark":["#);
        let points = self.market.fair_history[slot].points();
        let picked = points.len().min(SPARK - 1);
        let mut digits = itoa::Buffer::new();
        for pick in 0..picked {
            let point = points[pick * points.len() / picked];
            out.push_str(digits.format(whole(point.implied() * 1000.0)));
            out.push(',');
        }
        out.push_str(digits.format(whole(present * 1000.0)));
        out.push(']');
    }

    /// Sum of the implied probabilities of the best prices of a market that is complete.
    fn overround(&self) -> Option<f64> {
        let best = &self.market.best;
        let implied = |(slot, _): &(usize, Outcome)| Some(best.offered[*slot]?.1.implied());
        self.market.outcomes().iter().map(implied).sum::<Option<f64>>().filter(|_| best.complete)
    }
}

/// A method's name on the wire.
pub(super) const fn devig_name(devig: Devig) -> &'static str {
    match devig {
        Devig::Multiplicative => "multiplicative",
        Devig::Additive => "additive",
        Devig::Power => "power",
        Devig::Shin => "shin",
        Devig::OddsRatio => "odds_ratio",
    }
}

const fn source_name(source: PriceSource) -> &'static str {
    match source {
        PriceSource::Books => "books",
        PriceSource::Both => "both",
        PriceSource::Pool => "pool",
    }
}

/// A probability or a sum of some, with 4 decimals.
pub(super) fn to_ratio(number: f64) -> Ratio {
    Ratio::from_e4(whole(number * 1e4))
}

fn field(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    text(out, value);
}

/// A string with its quotes.
pub(super) fn text(out: &mut String, value: &str) {
    if value.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(value).expect("a text is JSON"));
    }
}

pub(super) fn number(out: &mut String, name: &str, value: i64) {
    out.push_str(name);
    out.push_str(itoa::Buffer::new().format(value));
}

fn flag(out: &mut String, name: &str, value: bool) {
    out.push_str(name);
    out.push_str(if value { "true" } else { "false" });
}

fn ratio(out: &mut String, name: &str, value: f64) {
    out.push_str(name);
    // Writing to a string cannot fail.
    let _ = write!(out, "\"{}\"", to_ratio(value));
}

/// Most prices have 4 decimals at most, and need no long division.
pub(super) fn price(out: &mut String, name: &str, odds: Odds) {
    out.push_str(name);
    let (num, den) = (odds.numerator(), odds.denominator());
    if den > 10_000 || 10_000 % den != 0 || num > 1 << 40 {
        let _ = write!(out, "\"{odds}\"");
        return;
    }
    let e4 = num * (10_000 / den);
    let (whole, mut fraction, mut decimals) = (e4 / 10_000, e4 % 10_000, 4);
    while decimals > 2 && fraction % 10 == 0 {
        fraction /= 10;
        decimals -= 1;
    }
    let mut digits = itoa::Buffer::new();
    out.push('"');
    out.push_str(digits.format(whole));
    out.push('.');
    let fraction = digits.format(fraction);
    out.extend(std::iter::repeat_n('0', decimals - fraction.len()));
    out.push_str(fraction);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_as_odds_write_themselves() {
        let prices = ["1.01", "2.00", "2.05", "1.0001", "10.5", "999.99", "1.909090909091", "3.333", "1.0125"];
        let american = [-110, 105, 100, -10_000, 150, -101].map(|a| Odds::from_american(a).unwrap());
        for odds in prices.map(|text| text.parse().unwrap()).into_iter().chain(american) {
            let mut out = String::new();
            price(&mut out, "", odds);
            assert_eq!(out, format!("\"{odds}\""));
        }
    }

    #[test]
    fn names_with_quotes_are_escaped() {
        let mut out = String::new();
        for name in ["Nott'm \"Forest\"", "a\\b", "München", "tab\there"] {
            out.clear();
            text(&mut out, name);
            assert_eq!(out, serde_json::to_string(name).unwrap());
        }
    }
}
