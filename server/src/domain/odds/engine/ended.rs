//! Events that ended: told once to whoever settles bets, and remembered for some days, since providers go on
//! reporting them.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::odds::SportKey;
use shared::units::Timestamp;

use crate::domain::market::FinalScore;

/// Providers report results for three days.
const KEPT_MS: i64 = 4 * 24 * 3_600_000;
/// More results than that are not remembered.
const MOST: usize = 50_000;

/// Events that ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    known: BTreeMap<SportKey, Final>,
    /// Not told yet.
    finals: Vec<FinalScore>,
    /// What is stored is older.
    unstored: BTreeSet<SportKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Final {
    home: i32,
    away: i32,
    at: Timestamp,
}

impl Ended {
    pub(super) fn is_known(&self, event: &SportKey) -> bool {
        self.known.contains_key(event)
    }

    /// An event ended so. What is known already is not told again, a correction is.
    pub(super) fn add(&mut self, event: &SportKey, home: i32, away: i32, at: Timestamp) {
        if self.known.get(event).is_some_and(|known| (known.home, known.away) == (home, away)) {
            return;
        }
        self.make_room(at);
        self.known.insert(event.clone(), Final { home, away, at });
        self.unstored.insert(event.clone());
        self.finals.push(FinalScore { event: event.as_str().into(), home, away, at });
    }

    /// Forgets what is old; the oldest if that is not enough.
    fn make_room(&mut self, at: Timestamp) {
        let old = |of: &Final| at.ms_since(of.at) > KEPT_MS;
        let mut gone: Vec<SportKey> =
            self.known.iter().filter(|(_, of)| old(of)).map(|(event, _)| event.clone()).collect();
        if gone.is_empty() && self.known.len() >= MOST {
            gone.extend(self.known.iter().min_by_key(|(_, of)| of.at).map(|(event, _)| event.clone()));
        }
        for event in gone {
            self.known.remove(&event);
            self.unstored.insert(event);
        }
    }

    /// Those that nobody was told of.
    pub(super) fn take(&mut self) -> Vec<FinalScore> {
        std::mem::take(&mut self.finals)
    }

    /// Events whose stored text is older, each with its text; `None`: it is forgotten.
    pub(super) fn take_unstored(&mut self) -> impl Iterator<Item = (SportKey, Option<String>)> + use<'_> {
        std::mem::take(&mut self.unstored).into_iter().map(|event| {
            let text = self.known.get(&event).map(|of| format!("{} {} {}", of.home, of.away, of.at.ms()));
            (event, text)
        })
    }

    /// Takes up a stored result and tells it again: whether it was told before the restart is not known, and
    /// settling twice changes nothing. `None`: it cannot be read.
    pub(super) fn restore(&mut self, event: &str, text: &str) -> Option<()> {
        let mut numbers = text.split(' ');
        let home = numbers.next()?.parse().ok()?;
        let away = numbers.next()?.parse().ok()?;
        let at = Timestamp::from_ms(numbers.next()?.parse().ok()?);
        let event: SportKey = event.parse().ok()?;
        self.finals.push(FinalScore { event: event.as_str().into(), home, away, at });
        self.known.insert(event, Final { home, away, at });
        Some(())
    }
}
