//! How markets, lines and selections are called.

use std::fmt::Write;
use std::sync::Arc;

use shared::domain::odds::{MarketKind, SportKey};

use super::super::Outcome;

/// Outcomes that a market has at most.
pub(super) const SLOTS: usize = 3;

/// Which market of an event.
pub(super) type MarketOf = (MarketKind, Option<i32>);

/// The outcomes of a market, each with its place among [`SLOTS`]; as rows list them.
pub(super) const fn outcomes(kind: MarketKind, three_way: bool) -> &'static [(usize, Outcome)] {
    match (kind, three_way) {
        (MarketKind::H2h, true) => &[(0, Outcome::Home), (1, Outcome::Draw), (2, Outcome::Away)],
        (MarketKind::H2h, false) | (MarketKind::Spreads, _) => &[(0, Outcome::Home), (2, Outcome::Away)],
        (MarketKind::Totals, _) => &[(0, Outcome::Over), (2, Outcome::Under)],
    }
}

/// The place of an outcome; `None` where the kind of market has no such outcome.
pub(super) fn slot(kind: MarketKind, outcome: Outcome) -> Option<usize> {
    outcomes(kind, true).iter().find(|(_, of)| *of == outcome).map(|(slot, _)| *slot)
}

/// Whether a market of the kind can have the line.
pub(super) const fn fits(kind: MarketKind, line: Option<i32>) -> bool {
    // Lines are whole, half or quarter; there is none of a million points.
    match (kind, line) {
        (MarketKind::H2h, None) => true,
        (MarketKind::Spreads, Some(line)) => line.unsigned_abs() < 100_000_000 && line % 25 == 0,
        (MarketKind::Totals, Some(line)) => line >= 0 && line < 100_000_000 && line % 25 == 0,
        (MarketKind::H2h, Some(_)) | (MarketKind::Spreads | MarketKind::Totals, None) => false,
    }
}

/// The kind's name on the wire.
pub(super) const fn kind_name(kind: MarketKind) -> &'static str {
    match kind {
        MarketKind::H2h => "h2h",
        MarketKind::Spreads => "spreads",
        MarketKind::Totals => "totals",
    }
}

/// A line as text: -150 is `-1.5`, 225 is `2.25`, 0 is `0`.
pub(super) fn line_text(line: i32) -> Box<str> {
    let sign = if line < 0 { "-" } else { "" };
    let (whole, hundredths) = (line.unsigned_abs() / 100, line.unsigned_abs() % 100);
    match (hundredths, hundredths % 10) {
        (0, _) => format!("{sign}{whole}"),
        (_, 0) => format!("{sign}{whole}.{}", hundredths / 10),
        _ => format!("{sign}{whole}.{hundredths:02}"),
    }
    .into()
}

/// The line of a text that [`line_text`] wrote.
pub(super) fn parse_line(text: &str) -> Option<i32> {
    let (whole, fraction) =
        text.strip_prefix('-').unwrap_or(text).split_once('.').unwrap_or((text.strip_prefix('-').unwrap_or(text), ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let size = format!("{whole}{fraction:0<2}").parse::<i32>().ok()?;
    let line = if text.starts_with('-') { -size } else { size };
    // One text for each line, so that a market has one id.
    (&*line_text(line) == text).then_some(line)
}

/// A market's id: `{event}:{market}` or `{event}:{market}:{line}`.
pub(super) fn market_id(event: &SportKey, (kind, line): MarketOf) -> Arc<str> {
    let mut id = format!("{event}:{}", kind_name(kind));
    if let Some(line) = line {
        id.push(':');
        id.push_str(&line_text(line));
    }
    id.into()
}

/// The event and the market of an id.
pub(super) fn parse_market(id: &str) -> Option<(SportKey, MarketOf)> {
    let (event, rest) = id.split_once(':')?;
    let (kind, line) = match rest.split_once(':') {
        Some((kind, line)) => (kind, Some(parse_line(line)?)),
        None => (rest, None),
    };
    let kind =
        [MarketKind::H2h, MarketKind::Spreads, MarketKind::Totals].into_iter().find(|of| kind_name(*of) == kind)?;
    fits(kind, line).then_some((event.parse().ok()?, (kind, line)))
}

/// A selection as people call it: `Arsenal`, `Draw`, `Arsenal -1.5`, `Over 2.5`.
pub(super) fn selection_name(home: &str, away: &str, (kind, line): MarketOf, outcome: Outcome) -> String {
    let mut name = match outcome {
        Outcome::Home => home.to_owned(),
        Outcome::Draw => "Draw".to_owned(),
        Outcome::Away => away.to_owned(),
        Outcome::Over => "Over".to_owned(),
        Outcome::Under => "Under".to_owned(),
    };
    if let Some(line) = leg_line(outcome, line) {
        let sign = if kind == MarketKind::Spreads && line > 0 { "+" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(name, " {sign}{}", line_text(line));
    }
    name
}

/// The line as a selection has it: the away team's handicap is the opposite of the home team's.
pub(super) const fn leg_line(outcome: Outcome, line: Option<i32>) -> Option<i32> {
    match (outcome, line) {
        (Outcome::Away, Some(line)) => Some(-line),
        (Outcome::Home | Outcome::Draw | Outcome::Over | Outcome::Under, line) => line,
        (Outcome::Away, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_text() {
        for (line, text) in [(-150, "-1.5"), (225, "2.25"), (-25, "-0.25"), (0, "0"), (22_300, "223"), (50, "0.5")] {
            assert_eq!(&*line_text(line), text);
            assert_eq!(parse_line(text), Some(line));
        }
        for other in ["", "-", "-0", "1.50", "+1", "01", "1.", ".5", "1.255", "1e3", "99999999", "1-2"] {
            assert_eq!(parse_line(other), None, "{other}");
        }
    }

    #[test]
    fn a_market_is_found_by_its_id() {
        let event: SportKey = "d4021f6f".parse().unwrap();
        let all = [(MarketKind::H2h, None), (MarketKind::Spreads, Some(-150)), (MarketKind::Totals, Some(250))];
        for market in all {
            assert_eq!(parse_market(&market_id(&event, market)), Some((event.clone(), market)));
        }
        assert_eq!(&*market_id(&event, all[1]), "d4021f6f:spreads:-1.5");
        for other in ["", "e", "e:h2h:1", "e:spreads", "e:totals:-1", "e:spreads:0.1", "e:x", "e:h2h:", ":h2h"] {
            assert_eq!(parse_market(other), None, "{other}");
        }
    }

    #[test]
    fn a_handicap_stands_behind_the_team_with_its_sign() {
        let name = |market, outcome| selection_name("Arsenal", "Chelsea", market, outcome);
        let spread = (MarketKind::Spreads, Some(-150));
        assert_eq!(name(spread, Outcome::Home), "Arsenal -1.5");
        assert_eq!(name(spread, Outcome::Away), "Chelsea +1.5");
        assert_eq!(name((MarketKind::Spreads, Some(0)), Outcome::Away), "Chelsea 0");
        assert_eq!(name((MarketKind::Totals, Some(225)), Outcome::Over), "Over 2.25");
        assert_eq!(name((MarketKind::H2h, None), Outcome::Draw), "Draw");
    }
}
