//! Which opportunities are shown, in which order: what the address says.

use std::cmp::Ordering;

use shared::domain::odds::{ArbKind, ArbRow, ClosedArbRow};
use shared::order::{names, ordered};
use shared::stream::Key;
use shared::units::Percent;

use crate::domain::keyed::Keyed;
use crate::model::query::Query;

/// Least edges that are offered, in hundredths of a percent.
pub const EDGES: [i64; 6] = [0, 50, 100, 200, 300, 500];

/// What the list is ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// What is won at worst.
    #[default]
    Edge,
    /// How long it has been there.
    Age,
    /// When the event begins.
    Start,
}

/// Filters and order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// What teams, books or sport have to contain.
    pub search: String,
    /// At least so many hundredths of a percent; of a middle, of what it wins at best.
    pub least: i64,
    /// Only this sport.
    pub sport: Option<String>,
    /// Only with a leg at this book.
    pub book: Option<String>,
    /// Only this kind.
    pub kind: Option<ArbKind>,
    /// What it is ordered by.
    pub sort: SortBy,
    /// The other way round than the order begins with.
    pub reversed: bool,
    /// Those that are over instead of those of now.
    pub over: bool,
}

impl SortBy {
    /// All of them.
    pub const ALL: [SortBy; 3] = [SortBy::Edge, SortBy::Age, SortBy::Start];

    /// Its name in addresses.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            SortBy::Edge => "edge",
            SortBy::Age => "age",
            SortBy::Start => "start",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            SortBy::Edge => "Edge",
            SortBy::Age => "Age",
            SortBy::Start => "Starts",
        }
    }

    /// Whether it begins with what is greatest on the screen: the best edge, but the youngest and the
    /// soonest.
    #[must_use]
    pub const fn descends(self) -> bool {
        matches!(self, SortBy::Edge)
    }
}

/// The name of a kind in addresses.
#[must_use]
pub const fn kind_key(kind: ArbKind) -> &'static str {
    match kind {
        ArbKind::Arb => "arb",
        ArbKind::Middle => "middle",
    }
}

impl View {
    /// Reads it from an address; what is missing or wrong filters nothing.
    #[must_use]
    pub fn read(query: &Query) -> View {
        let get = |name: &str| query.get(name);
        let text = |name: &str| get(name).filter(|text| !text.is_empty()).map(|text| text.chars().take(64).collect());
        let sort = get("sort").unwrap_or_default();
        let kinds = [ArbKind::Arb, ArbKind::Middle];
        View {
            search: get("q").unwrap_or_default().chars().take(40).collect(),
            least: get("min").and_then(|n| n.parse().ok()).unwrap_or(0),
            sport: text("sport"),
            book: text("book"),
            kind: get("kind").and_then(|name| kinds.into_iter().find(|kind| kind_key(*kind) == name)),
            sort: SortBy::ALL.into_iter().find(|by| by.key() == sort.trim_start_matches('-')).unwrap_or_default(),
            reversed: sort.starts_with('-'),
            over: get("list") == Some("closed"),
        }
    }

    /// Writes it into an address.
    pub fn write(&self, query: &mut Query) {
        let sort = format!("{}{}", if self.reversed { "-" } else { "" }, self.sort.key());
        query.put("q", (!self.search.is_empty()).then(|| self.search.clone()));
        query.put("min", (self.least > 0).then(|| self.least.to_string()));
        query.put("sport", self.sport.clone());
        query.put("book", self.book.clone());
        query.put("kind", self.kind.map(|kind| kind_key(kind).to_owned()));
        query.put("sort", (sort != SortBy::Edge.key()).then_some(sort));
        query.put("list", self.over.then(|| "closed".to_owned()));
    }

    /// Whether it leaves anything out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        let View { search, least, sport, book, kind, .. } = self;
        !search.is_empty() || *least > 0 || sport.is_some() || book.is_some() || kind.is_some()
    }

    /// The same order without the filters.
    #[must_use]
    pub fn unfiltered(&self) -> View {
        View { sort: self.sort, reversed: self.reversed, over: self.over, ..View::default() }
    }

    /// Orders by something, or turns that order round.
    pub fn order_by(&mut self, by: SortBy) {
        self.reversed = self.sort == by && !self.reversed;
        self.sort = by;
    }

    /// Whether the order shown descends, as a heading says it.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.sort.descends() != self.reversed
    }

    /// Those of now that it lets through, in its order; of equal ones the first by id.
    #[must_use]
    pub fn open(&self, arbs: &Keyed<ArbRow>) -> Vec<Key> {
        let rows: Vec<_> = arbs.rows().iter().filter(|(_, row)| self.passes(row, row.roi_pct)).collect();
        let rows = ordered(&rows, |(a_key, a), (b_key, b)| {
            let order = self.compare(a, b);
            let order = if self.reversed { order.reverse() } else { order };
            order.then_with(|| a_key.cmp(b_key))
        });
        rows.into_iter().map(|(key, _)| key.clone()).collect()
    }

    /// Those that are over that it lets through, the newest first.
    #[must_use]
    pub fn closed(&self, arbs: &Keyed<ClosedArbRow>) -> Vec<Key> {
        let passes = |row: &ClosedArbRow| self.passes(&row.arb, row.peak_roi_pct);
        arbs.rows().iter().rev().filter(|(_, row)| passes(row)).map(|(key, _)| key.clone()).collect()
    }

    fn compare(&self, a: &ArbRow, b: &ArbRow) -> Ordering {
        match self.sort {
            SortBy::Edge => b.roi_pct.cmp(&a.roi_pct),
            SortBy::Age => b.opened_ms.cmp(&a.opened_ms),
            SortBy::Start => a.commence_ms.cmp(&b.commence_ms),
        }
    }

    fn passes(&self, row: &ArbRow, edge: Percent) -> bool {
        let edge = match row.kind {
            ArbKind::Arb => edge,
            ArbKind::Middle => row.best_pct,
        };
        (self.least <= 0 || edge >= Percent::from_micro(self.least.saturating_mul(10_000)))
            && self.sport.as_deref().is_none_or(|sport| row.sport.as_str() == sport)
            && self.book.as_deref().is_none_or(|book| row.legs.iter().any(|leg| *leg.book == *book))
            && self.kind.is_none_or(|kind| row.kind == kind)
            && self.finds(row)
    }

    fn finds(&self, row: &ArbRow) -> bool {
        let search = self.search.trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&search);
        search.is_empty()
            || [&*row.home, &*row.away, row.sport.as_str()].into_iter().any(has)
            || row.legs.iter().any(|leg| has(&leg.book) || has(&leg.name))
    }
}

/// The sports and the books that there is something of, for a reader to choose from.
#[must_use]
pub fn offered(open: &Keyed<ArbRow>, closed: &Keyed<ClosedArbRow>) -> (Vec<String>, Vec<String>) {
    let rows = || open.rows().values().chain(closed.rows().values().map(|row| &row.arb));
    let books = rows().flat_map(|row| row.legs.iter().map(|leg| leg.book.to_string()));
    (names(rows().map(|row| row.sport.to_string())), names(books))
}

#[cfg(test)]
pub(crate) mod tests {
    use shared::domain::odds::OddsTopic;
    use shared::wire::RawRows;

    use super::*;

    /// A two-way opportunity on a total, as the server writes it.
    pub const ARB: &str = r#"{"id":"a1","kind":"arb","event":"e1","sport":"basketball_nba","home":"Lakers","away":"Celtics",
        "commence_ms":1700000000000,"live":false,"market":"totals","line":"220.5","legs":[
        {"market_id":"e1:totals:220.5","selection":"over","name":"Over 220.5","book":"pinnacle","decimal":"2.10",
         "commission_pct":"0.00","line":"220.5","stake":"49.40"},
        {"market_id":"e1:totals:220.5","selection":"under","name":"Under 220.5","book":"betfair_ex","decimal":"2.05",
         "commission_pct":"2.00","line":"220.5","stake":"50.60"}],
        "booksum":"0.9735","roi_pct":"2.72","profit_per_100":"2.72","best_pct":"2.74","push_possible":false,
        "opened_ms":1699999990000,"updated_ms":1699999995000}"#;

    fn raw(text: String) -> Box<serde_json::value::RawValue> {
        serde_json::value::RawValue::from_string(text).unwrap()
    }

    /// Opportunities: id, sport, edge, when they were first seen.
    fn arbs() -> Keyed<ArbRow> {
        let row = |(id, sport, roi, opened): (&str, &str, &str, &str)| {
            let text = ARB.replace("\"a1\"", &format!("\"{id}\"")).replace("basketball_nba", sport);
            let roi = format!("\"roi_pct\":\"{roi}\"");
            (Key::from(id), raw(text.replace("\"roi_pct\":\"2.72\"", &roi).replace("1699999990000", opened)))
        };
        let rows = [("a", "nba", "1.50", "30"), ("b", "epl", "0.40", "10"), ("c", "nba", "3.00", "20")];
        let mut arbs = Keyed::new(OddsTopic::Arbs.kind().class, |text| serde_json::from_str(text).ok());
        arbs.snapshot(&rows.into_iter().map(row).collect());
        arbs
    }

    fn closed() -> Keyed<ClosedArbRow> {
        let row = |(key, peak): (&str, &str)| {
            let end = format!(r#""closed_ms":9,"lived_ms":5,"peak_roi_pct":"{peak}","legs""#);
            (Key::from(key), raw(ARB.replace("\"legs\"", &end)))
        };
        let mut closed = Keyed::new(OddsTopic::Closed.kind().class, |text| serde_json::from_str(text).ok());
        closed.snapshot(&RawRows::from([("5-x", "0.90"), ("9-y", "3.10")].map(row)));
        closed
    }

    #[test]
    fn those_that_are_over_are_the_newest_first_and_judged_by_their_peak() {
        let keys = |least| View { least, over: true, ..View::default() }.closed(&closed());
        assert_eq!(keys(0).iter().map(|key| &**key).collect::<Vec<_>>(), ["9-y", "5-x"]);
        assert_eq!(keys(100).len(), 1);
    }

    fn ids(view: &View) -> String {
        view.open(&arbs()).iter().map(|key| &**key).collect()
    }

    #[test]
    fn each_order_begins_with_what_a_reader_looks_for() {
        let mut view = View::default();
        assert_eq!(ids(&view), "cab", "the best edge");
        view.order_by(SortBy::Age);
        assert_eq!(ids(&view), "acb", "the youngest");
        assert!(!view.is_descending(), "the age ascends");
        view.order_by(SortBy::Age);
        assert_eq!(ids(&view), "bca", "the oldest");
        view.order_by(SortBy::Start);
        assert_eq!(ids(&view), "abc", "equals by id");
        view.order_by(SortBy::Start);
        assert_eq!(ids(&view), "abc", "equals by id, whichever way");
    }

    #[test]
    fn filters_let_through_what_they_say() {
        let check = |view: View, expected: &str| assert_eq!(ids(&view), expected, "{view:?}");
        check(View { least: 150, ..View::default() }, "ca");
        check(View { least: 151, ..View::default() }, "c");
        check(View { sport: Some("epl".into()), ..View::default() }, "b");
        check(View { book: Some("pinnacle".into()), ..View::default() }, "cab");
        check(View { book: Some("other".into()), ..View::default() }, "");
        check(View { kind: Some(ArbKind::Middle), ..View::default() }, "");
        check(View { search: " lakers ".into(), sport: Some("nba".into()), ..View::default() }, "ca");
        check(View { search: "under".into(), ..View::default() }, "cab");
        check(View { search: "arsenal".into(), ..View::default() }, "");
    }

    #[test]
    fn a_view_is_read_back_from_its_address() {
        let view = View {
            search: "a&b".into(),
            least: 100,
            sport: Some("soccer_epl".into()),
            book: Some("pinnacle".into()),
            kind: Some(ArbKind::Middle),
            sort: SortBy::Edge,
            reversed: true,
            over: true,
        };
        let mut query = Query::default();
        view.write(&mut query);
        assert_eq!(View::read(&Query::parse(&query.text())), view);
        assert!(view.is_filtered() && !view.unfiltered().is_filtered() && view.unfiltered().over);
        View::default().write(&mut query);
        assert!(query.is_empty());
        assert_eq!(View::read(&Query::parse("?sort=-x&min=z&kind=&book=")), View { reversed: true, ..View::default() });
    }

    #[test]
    fn what_is_offered_is_what_there_is() {
        let (sports, books) = offered(&arbs(), &closed());
        assert_eq!(sports, ["basketball_nba", "epl", "nba"]);
        assert_eq!(books, ["betfair_ex", "pinnacle"]);
    }
}
