//! The provider's answers as text.

use std::fmt::Write as _;

use super::books::Book;
use super::contest::Contest;
use super::prices::{as_of, offered};

/// An event with every book's prices, as `/events/{id}/odds` answers.
pub(super) fn odds(contest: &Contest<'_>, books: &[Book], at_ms: i64) -> String {
    let mut text = head(contest);
    text.push_str(r#","bookmakers":["#);
    let mut first = true;
    for book in books {
        let updated = time(as_of(book, at_ms));
        let comma = if std::mem::take(&mut first) { "" } else { "," };
        let (key, title) = (&book.key, &book.title);
        put(
            &mut text,
            format_args!(r#"{comma}{{"key":"{key}","title":"{title}","last_update":"{updated}","markets":["#),
        );
        for (nth, offer) in offered(contest, book, at_ms).iter().enumerate() {
            let (comma, market) = (if nth == 0 { "" } else { "," }, offer.market);
            put(&mut text, format_args!(r#"{comma}{{"key":"{market}","last_update":"{updated}","outcomes":["#));
            for (nth, (name, price, line)) in offer.outcomes.iter().enumerate() {
                let (comma, price) = (if nth == 0 { "" } else { "," }, Hundredths(*price));
                put(&mut text, format_args!(r#"{comma}{{"name":"{name}","price":{price}"#));
                if let Some(line) = line {
                    put(&mut text, format_args!(r#","point":{}"#, Hundredths(*line)));
                }
                text.push('}');
            }
            text.push_str("]}");
        }
        text.push_str("]}");
    }
    text.push_str("]}");
    text
}

/// How events stand, as `/scores` answers.
pub(super) fn scores(contests: &[Contest<'_>], at_ms: i64) -> String {
    let one = |contest: &Contest<'_>| {
        let (mut text, standing) = (head(contest), contest.standing(at_ms));
        let (completed, home, away) = (at_ms >= contest.end_ms(), contest.home, contest.away);
        put(
            &mut text,
            format_args!(
                r#","completed":{completed},"scores":[{{"name":"{home}","score":"{}"}},{{"name":"{away}","score":"{}"}}],"last_update":"{}"}}"#,
                standing.home,
                standing.away,
                time(at_ms)
            ),
        );
        text
    };
    format!("[{}]", contests.iter().map(one).collect::<Vec<_>>().join(","))
}

/// What both begin with. No name has a character that JSON would escape.
fn head(contest: &Contest<'_>) -> String {
    let game = contest.game;
    format!(
        r#"{{"id":"{}","sport_key":"{}","sport_title":"{}","commence_time":"{}","home_team":"{}","away_team":"{}""#,
        contest.id(),
        game.key,
        game.title,
        time(contest.commence_ms),
        contest.home,
        contest.away
    )
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = text.write_fmt(arguments);
}

/// To the second.
fn time(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1_000)).map(|time| time.to_string()).unwrap_or_default()
}

struct Hundredths(i64);

impl std::fmt::Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let (whole, rest) = (size / 100, size % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", rest / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}
