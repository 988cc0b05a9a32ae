//! What the connection badge says: one word, one detail, and how bad it is. It never says *live*
//! while something it knows of makes that untrue.

use std::collections::BTreeMap;

use shared::link::{Phase, Status};
use shared::units::Moment;
use shared::wire::SourceState;

use super::text;

/// How good or bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Data arrives, but not as it should.
    Warn,
    /// Data does not arrive.
    Bad,
    /// Nothing is known yet.
    Quiet,
}

impl Tone {
    /// The class that paints it.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Quiet => "quiet",
        }
    }
}

/// What the page knows about where its data comes from.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The link's own account.
    pub status: &'a Status,
    /// Now.
    pub now: Moment,
    /// There and back to the server, in milliseconds.
    pub rtt_ms: Option<u64>,
    /// How the providers are doing, as the server last said.
    pub sources: &'a BTreeMap<Box<str>, SourceState>,
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// How it is painted.
    pub tone: Tone,
    /// What it is.
    pub word: &'static str,
    /// A latency, a countdown, an age.
    pub detail: String,
    /// Rows on the screen are no longer kept up to date.
    pub lost: bool,
}

impl Badge {
    /// The badge for these facts.
    #[must_use]
    pub fn of(facts: &Facts<'_>) -> Badge {
        let age = facts.status.heard.map(|heard| (facts.now - heard).as_millis());
        let age = age.map(|ms| text::age(i64::try_from(ms).unwrap_or(i64::MAX)));
        let old = age.map_or_else(String::new, |age| if age == "now" { age } else { format!("{age} old") });
        let badge = |tone, word, detail, lost| Badge { tone, word, detail, lost };
        match &facts.status.phase {
            Phase::Connecting { attempt: 0 } => badge(Tone::Quiet, "Connecting", old, false),
            Phase::Connecting { attempt } => badge(Tone::Bad, "Reconnecting", format!("attempt {attempt}"), true),
            Phase::Backoff { until, .. } => {
                let seconds = (*until - facts.now).as_millis().div_ceil(1000);
                badge(Tone::Bad, "Reconnecting", format!("in {seconds} s"), true)
            }
            Phase::Live if facts.status.stale => badge(Tone::Warn, "Stale", old, true),
            Phase::Live => Badge::live(facts),
            Phase::Polling { .. } if facts.status.stale => badge(Tone::Bad, "Polling", old, true),
            Phase::Polling { .. } => badge(Tone::Warn, "Polling", old, false),
            Phase::Offline => badge(Tone::Bad, "Offline", old, true),
            Phase::Stopped { code, .. } => badge(Tone::Bad, "Stopped", format!("code {code}"), true),
        }
    }

    fn live(facts: &Facts<'_>) -> Badge {
        let way = facts.rtt_ms.map_or_else(String::new, |ms| format!("{ms} ms"));
        let worst = facts.sources.iter().max_by_key(|(_, state)| **state);
        let (tone, word, detail) = match worst {
            None | Some((_, SourceState::Live)) => (Tone::Good, "Live", way),
            Some((name, SourceState::Lagging)) => (Tone::Warn, "Lagging", name.to_string()),
            Some((name, SourceState::Stale)) => (Tone::Warn, "Source silent", name.to_string()),
            Some((name, SourceState::Down)) => (Tone::Bad, "Source down", name.to_string()),
        };
        Badge { tone, word, detail, lost: false }
    }
}

/// The sentence behind the badge, for the panel and for screen readers.
#[must_use]
pub fn sentence(phase: &Phase) -> String {
    match phase {
        Phase::Connecting { attempt: 0 } => "Connecting to the server.".to_owned(),
        Phase::Connecting { attempt } => format!("Connection lost; attempt {attempt} is under way."),
        Phase::Backoff { attempt, .. } => format!("Connection lost; attempt {attempt} follows shortly."),
        Phase::Live => "Connected by WebSocket; changes arrive as they happen.".to_owned(),
        Phase::Polling { .. } => {
            "The WebSocket cannot be opened; data comes by HTTP until it can. Nothing is lost.".to_owned()
        }
        Phase::Offline => "This device is offline; the connection is tried again when it is back.".to_owned(),
        Phase::Stopped { reason, .. } => format!("The server asked not to be called again: {reason}. Reload to retry."),
    }
}

/// A source whose name says that its prices are not those of a market now.
#[must_use]
pub fn pretence(sources: &BTreeMap<Box<str>, SourceState>) -> Option<&'static str> {
    let named = |name: &str| sources.keys().any(|key| &**key == name);
    match (named("demo"), named("demo_odds"), named("replay")) {
        (true, true, _) => Some("Demo market: tickers, matches and prices are invented."),
        (true, false, _) => Some("Demo market: tickers and prices are invented."),
        (false, true, true) => Some("Replay: recorded prints, not the market now. Matches and odds are invented."),
        (false, true, false) => Some("Demo odds: matches and their prices are invented."),
        (false, false, true) => Some("Replay: recorded prints, not the market now."),
        (false, false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badge(
        phase: Phase,
        stale: bool,
        heard_ms: Option<u64>,
        sources: &[(&str, SourceState)],
    ) -> (Tone, String, bool) {
        let status = Status { phase, heard: heard_ms.map(Moment::from_ms), stale };
        let sources = sources.iter().map(|(name, state)| (Box::from(*name), *state)).collect();
        let facts = Facts { status: &status, now: Moment::from_ms(30_000), rtt_ms: Some(23), sources: &sources };
        let badge = Badge::of(&facts);
        (badge.tone, format!("{} {}", badge.word, badge.detail), badge.lost)
    }

    #[test]
    fn the_badge_tells_the_truth() {
        let until = Moment::from_ms(32_001);
        let fine = [("massive", SourceState::Live)];
        let down = [("massive", SourceState::Live), ("odds", SourceState::Down)];
        let check = |actual: (Tone, String, bool), tone, text: &str, lost| {
            assert_eq!(actual, (tone, text.to_owned(), lost));
        };
        check(badge(Phase::Connecting { attempt: 0 }, false, None, &[]), Tone::Quiet, "Connecting ", false);
        check(badge(Phase::Live, false, Some(29_000), &fine), Tone::Good, "Live 23 ms", false);
        check(badge(Phase::Live, false, Some(29_000), &down), Tone::Bad, "Source down odds", false);
        check(badge(Phase::Live, true, Some(5_000), &fine), Tone::Warn, "Stale 25s old", true);
        check(badge(Phase::Backoff { attempt: 1, until }, false, None, &fine), Tone::Bad, "Reconnecting in 3 s", true);
        check(
            badge(Phase::Polling { next_try: None }, false, Some(26_000), &fine),
            Tone::Warn,
            "Polling 4s old",
            false,
        );
        check(badge(Phase::Offline, true, Some(0), &fine), Tone::Bad, "Offline 30s old", true);
        let stopped = Phase::Stopped { code: 4501, reason: "no".into() };
        check(badge(stopped, true, None, &fine), Tone::Bad, "Stopped code 4501", true);
    }

    #[test]
    fn invented_prices_are_called_so() {
        let named = |names: &str| {
            pretence(&names.split(' ').map(|name| (Box::from(name), SourceState::Live)).collect()).unwrap_or("true")
        };
        for (names, word) in [
            ("demo massive", "tickers and"),
            ("demo demo_odds", "tickers, matches"),
            ("demo_odds massive", "Demo odds"),
            ("replay odds_api", "recorded"),
            ("demo_odds replay", "odds are invented"),
            ("massive odds_api", "true"),
        ] {
            assert!(named(names).contains(word), "{names}: {}", named(names));
        }
    }
}
