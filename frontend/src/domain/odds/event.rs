//! What is said of an event: when it begins, how it stands.

use shared::domain::odds::ScoreRow;
use shared::units::Timestamp;

use crate::model::clock;

/// How an event stands, in a few words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// It has begun and is not over.
    pub live: bool,
    /// `1–0`; empty while it is not known.
    pub score: String,
    /// `14:30 · in 2h 05m`, `Sat 28 Nov 14:30`, `live`, `final`.
    pub when: String,
}

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

impl Standing {
    /// How it stands `now`. `offset_min` is added to UTC for the reader's times.
    #[must_use]
    pub fn of(live: bool, commence: Timestamp, score: Option<ScoreRow>, now: Timestamp, offset_min: i64) -> Standing {
        let over = score.is_some_and(|score| score.completed);
        let when = match (over, live) {
            (true, _) => "final".to_owned(),
            (false, true) => "live".to_owned(),
            (false, false) => kick_off(commence, now, offset_min),
        };
        let score = score.map_or_else(String::new, |score| format!("{}\u{2013}{}", score.home, score.away));
        Standing { live: live && !over, score, when }
    }
}

/// When it begins, with a countdown on the last day.
#[must_use]
pub fn kick_off(commence: Timestamp, now: Timestamp, offset_min: i64) -> String {
    let at = clock::minute(commence, offset_min);
    let s = commence.ms_since(now).div_euclid(1000);
    match s {
        i64::MIN..0 => format!("{at} \u{b7} about to begin"),
        0..MINUTE_S => format!("{at} \u{b7} in {s}s"),
        MINUTE_S..HOUR_S => format!("{at} \u{b7} in {}m", s / MINUTE_S),
        HOUR_S..DAY_S => format!("{at} \u{b7} in {}h {:02}m", s / HOUR_S, s / MINUTE_S % 60),
        DAY_S.. => format!("{} {at}", clock::day(commence, offset_min)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn a_countdown_is_as_fine_as_it_is_near() {
        let commence = ms(1_381_155_593_000);
        let before = |s: i64| kick_off(commence, ms(commence.ms() - s * 1000), 60);
        assert_eq!(before(-1), "15:19 \u{b7} about to begin");
        assert_eq!(before(0), "15:19 \u{b7} in 0s");
        assert_eq!(before(59), "15:19 \u{b7} in 59s");
        assert_eq!(before(60), "15:19 \u{b7} in 1m");
        assert_eq!(before(3600 + 5 * 60), "15:19 \u{b7} in 1h 05m");
        assert_eq!(before(86_399), "15:19 \u{b7} in 23h 59m");
        assert_eq!(before(86_400), "Mon 7 Oct 15:19");
    }

    #[test]
    fn an_event_that_has_begun_says_so_and_how_it_stands() {
        let score = |completed| Some(ScoreRow { home: 2, away: 1, completed });
        let text = |standing: Standing| format!("{} {} {}", standing.live, standing.score, standing.when);
        assert_eq!(text(Standing::of(true, ms(0), score(false), ms(9), 0)), "true 2\u{2013}1 live");
        assert_eq!(text(Standing::of(true, ms(0), score(true), ms(9), 0)), "false 2\u{2013}1 final");
        assert_eq!(text(Standing::of(true, ms(0), None, ms(9), 0)), "true  live");
    }
}
