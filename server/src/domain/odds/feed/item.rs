//! What the provider writes of an event, with every part that can be wrong by itself still unread.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::odds::SportKey;

/// The longest name that is taken.
const LONGEST_NAME: usize = 200;

/// An element of an answer of `/odds` or `/scores`. Of what others write, it may be both.
#[derive(Deserialize)]
pub(super) struct Item<'a> {
    pub id: Option<Cow<'a, str>>,
    pub sport_key: Option<Cow<'a, str>>,
    pub sport_title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub commence_time: Option<&'a RawValue>,
    pub home_team: Option<Cow<'a, str>>,
    pub away_team: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub bookmakers: Option<Vec<&'a RawValue>>,
    pub completed: Option<bool>,
    #[serde(borrow)]
    pub scores: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub last_update: Option<&'a RawValue>,
    /// Not the provider's: stakes of another pool.
    #[serde(borrow)]
    pub pool: Option<Vec<&'a RawValue>>,
}

/// A book's part of it.
#[derive(Deserialize)]
pub(super) struct Bookmaker<'a> {
    pub key: Cow<'a, str>,
    pub title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub last_update: Option<&'a RawValue>,
    #[serde(borrow)]
    pub markets: Vec<&'a RawValue>,
}

/// A book's market.
#[derive(Deserialize)]
pub(super) struct Market<'a> {
    pub key: Cow<'a, str>,
    #[serde(borrow)]
    pub last_update: Option<&'a RawValue>,
    #[serde(borrow)]
    pub outcomes: Vec<&'a RawValue>,
    /// Not the provider's: the book takes no bets on it now.
    pub suspended: Option<bool>,
}

/// A price.
#[derive(Deserialize)]
pub(super) struct Price<'a> {
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub price: &'a RawValue,
    #[serde(borrow)]
    pub point: Option<&'a RawValue>,
}

/// A team's points.
#[derive(Deserialize)]
pub(super) struct TeamScore<'a> {
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub score: &'a RawValue,
}

/// Who plays.
pub(super) struct Teams<'a> {
    pub home: &'a str,
    pub away: &'a str,
}

impl<'a> Item<'a> {
    pub fn read(raw: &'a RawValue) -> Option<Item<'a>> {
        serde_json::from_str(raw.get()).ok()
    }

    /// Its id, if it is one that can be a topic.
    pub fn event(&self) -> Option<SportKey> {
        self.id.as_deref()?.parse().ok()
    }

    /// An outright winner is bet on: nobody plays against anybody.
    pub fn is_outright(&self) -> bool {
        self.home_team.is_none() && self.away_team.is_none()
    }

    /// Both teams, if they can be told apart.
    pub fn teams(&self) -> Option<Teams<'_>> {
        let (home, away) = (name(self.home_team.as_deref()?)?, name(self.away_team.as_deref()?)?);
        (!same(home, away)).then_some(Teams { home, away })
    }
}

/// A name that can be shown.
pub(super) fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(char::is_control);
    fits.then_some(name)
}

/// Whether two names are the same, as people see it.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a == b || a.to_lowercase() == b.to_lowercase()
}
