//! An event of a sport: who plays when, how it stands, and its markets.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::domain::odds::{ScoreRow, SportKey};
use shared::units::Timestamp;

use super::super::EventOdds;
use super::names::MarketOf;
use super::settings::{OddsSettings, after, whole_ms};

/// That an event is mentioned still is stored so often; it only decides when it is forgotten.
const MENTIONED_MS: i64 = 600_000;

/// An event, which is called so here because an engine's events are what it is told.
#[derive(Clone, Debug)]
pub(super) struct Fixture {
    pub(super) facts: Facts,
    /// Its markets' numbers.
    pub(super) markets: BTreeMap<MarketOf, usize>,
    /// What is waited for.
    pub(super) deadline: Option<Timestamp>,
    /// What is stored is older.
    pub(super) unstored: bool,
    /// When it was last mentioned, by what is stored.
    stored: Timestamp,
}

/// What is known of an event, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) event: SportKey,
    pub(super) sport: SportKey,
    pub(super) sport_title: Box<str>,
    pub(super) home: Arc<str>,
    pub(super) away: Arc<str>,
    pub(super) commence: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<ScoreRow>,
    /// Since when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) over: Option<Timestamp>,
    /// When it was last mentioned.
    pub(super) heard: Timestamp,
}

impl Fixture {
    pub(super) const fn new(facts: Facts) -> Fixture {
        let stored = facts.heard;
        Fixture { facts, markets: BTreeMap::new(), deadline: None, unstored: true, stored }
    }

    /// Takes what an answer says. Says whether anything is different but that it was mentioned.
    pub(super) fn update(&mut self, odds: &EventOdds) -> bool {
        let changed = self.facts.update(odds);
        self.unstored |= changed || self.facts.heard.ms_since(self.stored) >= MENTIONED_MS;
        changed
    }

    /// Whether it has to be stored now.
    pub(super) const fn take_unstored(&mut self) -> bool {
        self.stored = self.facts.heard;
        std::mem::replace(&mut self.unstored, false)
    }

    /// Whether it has begun.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        now >= self.facts.commence
    }

    /// Whether it is on nobody's board any more.
    pub(super) fn is_past(&self, now: Timestamp, settings: &OddsSettings) -> bool {
        now >= self.end(settings)
    }

    /// When time alone will change it: it begins, or it leaves.
    pub(super) fn next(&self, now: Timestamp, settings: &OddsSettings) -> Timestamp {
        let begins = self.facts.over.is_none() && !self.is_live(now);
        if begins { self.facts.commence } else { self.end(settings) }
    }

    fn end(&self, settings: &OddsSettings) -> Timestamp {
        let Facts { over, commence, heard, .. } = &self.facts;
        match over {
            Some(over) => after(*over, whole_ms(settings.linger)),
            None => after(*commence.max(heard), whole_ms(settings.forget)),
        }
    }
}

impl Facts {
    pub(super) fn of(odds: &EventOdds) -> Facts {
        Facts {
            event: odds.event.clone(),
            sport: odds.sport.clone(),
            sport_title: odds.sport_title.clone(),
            home: (*odds.home).into(),
            away: (*odds.away).into(),
            commence: odds.commence,
            score: None,
            over: None,
            heard: odds.at,
        }
    }

    fn update(&mut self, odds: &EventOdds) -> bool {
        self.heard = self.heard.max(odds.at);
        let same = (&*self.sport_title, &*self.home, &*self.away, self.commence)
            == (&*odds.sport_title, &*odds.home, &*odds.away, odds.commence);
        if same && self.over.is_none() {
            return false;
        }
        // A sport is part of a board's name: an event does not change it.
        let (event, sport, score) = (self.event.clone(), self.sport.clone(), self.score);
        *self = Facts { event, sport, score, heard: self.heard, ..Facts::of(odds) };
        true
    }
}
