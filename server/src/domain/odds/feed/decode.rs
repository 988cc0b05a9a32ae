//! Answers of the provider, and what others write in its form, to events: exact, and matched by name,
//! since outcomes come in any order.
//!
//! What cannot be read is left out and counted, and costs its neighbours nothing: `ignored` is what is
//! not used (other markets, outright winners, events without a score), `garbage` what should have been
//! part of an event.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::odds::SportKey;
use shared::units::{Money, OddsFormat, Timestamp};

use super::item::{Item, TeamScore, name, same};
use super::number::{points, time};
use super::offers::Reading;
use crate::domain::Tally;
use crate::domain::odds::{Event, EventOdds, Outcome, Score};

/// How an answer was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// How its prices are written.
    pub format: OddsFormat,
    /// When it was received.
    pub at: Timestamp,
    /// How long it took; `None` when nobody was asked.
    pub response_ms: Option<u32>,
    /// The books in it are all there are.
    pub all_books: bool,
}

/// A sport as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sport {
    /// Its key: `soccer_epl`.
    pub key: SportKey,
    /// It is in season.
    pub active: bool,
    /// Winners of whole competitions are bet on, not events.
    pub outrights: bool,
}

/// Why the provider answers nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Trouble {
    /// A sentence.
    #[serde(default)]
    pub message: Box<str>,
    /// A word: `OUT_OF_USAGE_CREDITS`, `INVALID_KEY`, `UNKNOWN_SPORT`.
    #[serde(default)]
    pub error_code: Box<str>,
}

/// An answer of `/odds` for a sport: all of its events. When each of them could be read, the last event says
/// that these are all.
pub fn odds(sport: &SportKey, text: &str, context: &Context, events: &mut Vec<Event>) -> Tally {
    let mut tally = Tally::default();
    let before = events.len();
    let Some(items) = items(text) else { return Tally { garbage: 1, ..tally } };
    let mut all = true;
    for raw in items {
        let Some(item) = Item::read(raw) else {
            (tally.garbage, all) = (tally.garbage + 1, false);
            continue;
        };
        if item.is_outright() {
            tally.ignored += 1;
        } else if let Some(odds) = event_odds(&item, context, &mut tally) {
            events.push(Event::Odds(odds));
        } else {
            (tally.garbage, all) = (tally.garbage + 1, false);
        }
    }
    if all {
        let listed = events[before..].iter().filter_map(|event| match event {
            Event::Odds(odds) => Some(odds.event.clone()),
            Event::Score(_) | Event::Listed { .. } | Event::Publish(_) | Event::Pool { .. } => None,
        });
        events.push(Event::Listed { sport: sport.clone(), events: listed.collect(), at: context.at });
    }
    tally
}

/// An answer of `/scores`.
pub fn scores(text: &str, at: Timestamp, events: &mut Vec<Event>) -> Tally {
    let mut tally = Tally::default();
    let Some(items) = items(text) else { return Tally { garbage: 1, ..tally } };
    for raw in items {
        match Item::read(raw) {
            Some(item) => score(&item, at, events, &mut tally),
            None => tally.garbage += 1,
        }
    }
    tally
}

/// One event or an array of such, as others write them: with prices, with a score, with a pool's stakes, or
/// with several of these. `None`: it is neither an object nor an array.
pub fn pushed(text: &str, context: &Context, events: &mut Vec<Event>) -> Option<Tally> {
    let one: &RawValue = serde_json::from_str(text).ok()?;
    let items = match one.get().as_bytes().first() {
        Some(b'{') => vec![one],
        _ => items(text)?,
    };
    let mut tally = Tally::default();
    for raw in items {
        let before = events.len();
        let garbage = tally.garbage;
        let Some(item) = Item::read(raw) else {
            tally.garbage += 1;
            continue;
        };
        if item.bookmakers.is_some() {
            match event_odds(&item, context, &mut tally) {
                Some(odds) => events.push(Event::Odds(odds)),
                None => tally.garbage += 1,
            }
        }
        score(&item, context.at, events, &mut tally);
        for stakes in item.pool.iter().flatten() {
            match pool(stakes) {
                Some(pool) => events.push(pool),
                None => tally.garbage += 1,
            }
        }
        if events.len() == before && tally.garbage == garbage {
            tally.garbage += 1;
        }
    }
    Some(tally)
}

/// The answer of `/sports`. Those that cannot be read are left out; `None`: it is no list.
#[must_use]
pub fn sports(text: &str) -> Option<Vec<Sport>> {
    #[derive(Deserialize)]
    struct Listed {
        key: SportKey,
        #[serde(default)]
        active: bool,
        #[serde(default)]
        has_outrights: bool,
    }
    let sport = |raw: &RawValue| {
        let Listed { key, active, has_outrights } = serde_json::from_str(raw.get()).ok()?;
        Some(Sport { key, active, outrights: has_outrights })
    };
    Some(items(text)?.into_iter().filter_map(sport).collect())
}

/// What the provider says instead of an answer.
#[must_use]
pub fn trouble(text: &str) -> Trouble {
    serde_json::from_str(text).unwrap_or_default()
}

fn items(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

/// `None` without an id, a sport, a time, or two teams.
fn event_odds(item: &Item<'_>, context: &Context, tally: &mut Tally) -> Option<EventOdds> {
    let teams = item.teams()?;
    let (event, sport): (SportKey, SportKey) = (item.event()?, item.sport_key.as_deref()?.parse().ok()?);
    let commence = time(item.commence_time?)?;
    let title = item.sport_title.as_deref().and_then(name).unwrap_or(sport.as_str()).into();
    let (home, away) = (teams.home.into(), teams.away.into());
    let reading = Reading { teams, format: context.format, at: context.at };
    let mut books = BTreeMap::new();
    for raw in item.bookmakers.iter().flatten() {
        match reading.book(raw, tally) {
            Some(book) if !books.contains_key(&book.book) => {
                books.insert(book.book.clone(), book);
            }
            Some(_) | None => tally.garbage += 1,
        }
    }
    Some(EventOdds {
        event,
        sport,
        sport_title: title,
        home,
        away,
        commence,
        books: books.into_values().collect(),
        all_books: context.all_books,
        at: context.at,
        response_ms: context.response_ms,
    })
}

/// Appends the score, if there is one.
fn score(item: &Item<'_>, at: Timestamp, events: &mut Vec<Event>, tally: &mut Tally) {
    let Some(scores) = &item.scores else {
        // It has not begun, or nobody counts.
        tally.ignored += u64::from(item.completed.is_some());
        return;
    };
    let read = || {
        let teams = item.teams()?;
        let points_of = |team: &str| {
            scores.iter().find_map(|raw| {
                let score: TeamScore<'_> = serde_json::from_str(raw.get()).ok()?;
                same(&score.name, team).then(|| points(score.score))?
            })
        };
        Some(Score {
            event: item.event()?,
            home: points_of(teams.home)?,
            away: points_of(teams.away)?,
            completed: item.completed.unwrap_or(false),
            at: item.last_update.and_then(time).unwrap_or(at).min(at),
        })
    };
    match read() {
        Some(score) => events.push(Event::Score(score)),
        None => tally.garbage += 1,
    }
}

/// `{"market":"...","stakes":{"home":"120.50"},"payouts":{"home":"253.05"}}`
fn pool(raw: &RawValue) -> Option<Event> {
    #[derive(Deserialize)]
    struct Stakes {
        market: Box<str>,
        stakes: BTreeMap<Box<str>, Money>,
        #[serde(default)]
        payouts: BTreeMap<Box<str>, Money>,
    }
    let Stakes { market, stakes, payouts } = serde_json::from_str(raw.get()).ok()?;
    let mut sums = stakes.iter().chain(&payouts);
    let sound = sums.all(|(selection, sum)| Outcome::of(selection).is_some() && *sum >= Money::ZERO);
    let pool =
        |market| Event::Pool { market, stakes: stakes.into_iter().collect(), payouts: payouts.into_iter().collect() };
    (sound && name(&market).is_some()).then(|| pool(market))
}
