//! What a reader asked to see of a board: kept in the address. It makes the list of lines that is
//! scrolled through: a line for each event, and under it one for each selection of its markets.

use shared::domain::odds::MarketKind;
use shared::stream::Key;

use super::board::{Board, Head};
use crate::model::query::Query;
use shared::order::order;

/// Which events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// All.
    #[default]
    All,
    /// Those that have begun.
    Live,
    /// Those that have not.
    Upcoming,
}

/// The kinds of markets, as offered.
pub const KINDS: [MarketKind; 3] = [MarketKind::H2h, MarketKind::Spreads, MarketKind::Totals];

/// What is shown of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What a team's name has to contain.
    pub search: String,
    /// What is bet on.
    pub kind: MarketKind,
    /// Which events.
    pub when: When,
}

/// One line of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The market; for an event's line, the first of its markets that are shown.
    pub market: Key,
    /// Which of its selections; `None` is the event's own line.
    pub selection: Option<usize>,
}

/// What a kind of markets is called.
#[must_use]
pub const fn kind_name(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::H2h => "Winner",
        MarketKind::Spreads => "Spread",
        MarketKind::Totals => "Total",
    }
}

/// What a market is called: `Winner`, `Total 2.5`.
#[must_use]
pub fn market_name(head: &Head) -> String {
    match &head.line {
        Some(line) => format!("{} {}", kind_name(head.market), line.replace('-', "\u{2212}")),
        None => kind_name(head.market).to_owned(),
    }
}

const fn kind_key(kind: MarketKind) -> Option<&'static str> {
    match kind {
        MarketKind::H2h => None,
        MarketKind::Spreads => Some("spreads"),
        MarketKind::Totals => Some("totals"),
    }
}

impl When {
    /// All of them, as offered.
    pub const ALL: [When; 3] = [When::All, When::Live, When::Upcoming];

    const fn key(self) -> Option<&'static str> {
        match self {
            When::All => None,
            When::Live => Some("live"),
            When::Upcoming => Some("upcoming"),
        }
    }
}

impl Default for View {
    fn default() -> View {
        View { search: String::new(), kind: MarketKind::H2h, when: When::All }
    }
}

impl View {
    /// Reads it from an address; what is missing or wrong is as by default.
    #[must_use]
    pub fn read(query: &Query) -> View {
        let named = |name: &str| query.get(name);
        View {
            search: named("q").unwrap_or_default().chars().take(32).collect(),
            kind: KINDS.into_iter().find(|kind| kind_key(*kind) == named("m")).unwrap_or(MarketKind::H2h),
            when: When::ALL.into_iter().find(|when| when.key() == named("when")).unwrap_or_default(),
        }
    }

    /// Writes it into an address; defaults leave no trace.
    pub fn write(&self, query: &mut Query) {
        query.put("q", (!self.search.is_empty()).then(|| self.search.clone()));
        query.put("m", kind_key(self.kind).map(str::to_owned));
        query.put("when", self.when.key().map(str::to_owned));
    }

    /// Whether some events may be left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.when != When::All
    }

    /// The lines, and of how many events they are. Events are in the order in which they begin,
    /// those that are over last, an event's markets in the order of their lines.
    #[must_use]
    pub fn lines(&self, board: &Board) -> (Vec<Line>, usize) {
        let search = self.search.trim().to_lowercase();
        let markets: Vec<(&Key, &Head)> = board.iter().filter(|(_, head)| self.fits(head, &search)).collect();
        let rank = |at: usize| {
            let (key, head) = markets[at];
            (head.over, head.commence, &head.event, head.rank(), key)
        };
        let mut lines = Vec::new();
        let (mut events, mut before) = (0, None);
        for at in order(markets.len(), &mut |a, b| rank(a).cmp(&rank(b))) {
            let (key, head) = markets[at];
            if before != Some(&head.event) {
                lines.push(Line { market: key.clone(), selection: None });
                (events, before) = (events + 1, Some(&head.event));
            }
            lines.extend((0..head.selections).map(|at| Line { market: key.clone(), selection: Some(at) }));
        }
        (lines, events)
    }

    fn fits(&self, head: &Head, search: &str) -> bool {
        let named = |name: &str| name.to_lowercase().contains(search);
        head.market == self.kind
            && match self.when {
                When::All => true,
                When::Live => head.live,
                When::Upcoming => !head.live,
            }
            && (search.is_empty() || named(&head.home) || named(&head.away))
    }
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::board;
    use super::*;

    fn market(event: &str, names: (&str, &str), commence: i64, live: bool, kind: &str, line: &str) -> String {
        let selections = r#"[{"id":"a","name":"a","books":{}},{"id":"b","name":"b","books":{}}]"#;
        format!(
            r#"{{"id":"x","event":"{event}","sport":"s","home":"{}","away":"{}","commence_ms":{commence},"live":{live},
            "market":"{kind}","line":{line},"selections":{selections},"devig":"power","complete":true,"updated_ms":1}}"#,
            names.0, names.1
        )
    }

    fn sample() -> Board {
        board(&[
            ("a:h2h", market("a", ("Arsenal", "Chelsea"), 200, false, "h2h", "null")),
            ("b:h2h", market("b", ("Brighton", "Ars\u{e8}ne"), 100, true, "h2h", "null")),
            ("a:s1", market("a", ("Arsenal", "Chelsea"), 200, false, "spreads", "\"-1.5\"")),
            ("a:s2", market("a", ("Arsenal", "Chelsea"), 200, false, "spreads", "\"-0.25\"")),
            ("a:s3", market("a", ("Arsenal", "Chelsea"), 200, false, "spreads", "\"10\"")),
            ("a:s4", market("a", ("Arsenal", "Chelsea"), 200, false, "spreads", "\"2\"")),
        ])
    }

    fn list(view: &View) -> String {
        let (lines, events) = view.lines(&sample());
        let text = |line: Line| line.selection.map_or_else(|| format!("[{}]", line.market), |at| at.to_string());
        format!("{events}: {}", lines.into_iter().map(text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn events_stand_by_their_beginning_and_markets_by_their_line() {
        assert_eq!(list(&View::default()), "2: [b:h2h] 0 1 [a:h2h] 0 1");
        let spreads = View { kind: MarketKind::Spreads, ..View::default() };
        let (lines, _) = spreads.lines(&sample());
        let markets: Vec<&str> = lines.iter().filter(|l| l.selection == Some(0)).map(|l| &*l.market).collect();
        assert_eq!(markets, ["a:s1", "a:s2", "a:s4", "a:s3"]);
    }

    #[test]
    fn events_that_are_over_stand_last() {
        let mut rows = vec![("b:h2h", market("b", ("Brighton", "Fulham"), 100, true, "h2h", "null"))];
        let over = market("c", ("Burnley", "Leeds"), 50, true, "h2h", "null");
        let score = r#""score":{"home":1,"away":0,"completed":true},"selections""#;
        rows.push(("c:h2h", over.replace("\"selections\"", score)));
        let (lines, _) = View::default().lines(&board(&rows));
        let heads: Vec<&str> = lines.iter().filter(|l| l.selection.is_none()).map(|l| &*l.market).collect();
        assert_eq!(heads, ["b:h2h", "c:h2h"]);
    }

    #[test]
    fn filters_narrow() {
        assert_eq!(list(&View { when: When::Live, ..View::default() }), "1: [b:h2h] 0 1");
        assert_eq!(list(&View { when: When::Upcoming, ..View::default() }), "1: [a:h2h] 0 1");
        assert_eq!(list(&View { search: " CHEL ".into(), ..View::default() }), "1: [a:h2h] 0 1");
        assert_eq!(list(&View { search: "ars\u{c8}".into(), ..View::default() }), "1: [b:h2h] 0 1");
        assert_eq!(list(&View { kind: MarketKind::Totals, ..View::default() }), "0: ");
    }

    #[test]
    fn a_view_is_read_back_from_its_address() {
        let view = View { search: "a b".into(), kind: MarketKind::Totals, when: When::Live };
        let mut query = Query::default();
        view.write(&mut query);
        assert_eq!(query.text(), "?m=totals&q=a%20b&when=live");
        assert_eq!(View::read(&query), view);
        View::default().write(&mut query);
        assert!(query.is_empty());
        assert_eq!(View::read(&Query::parse("?m=props&when=never")), View::default());
    }
}
