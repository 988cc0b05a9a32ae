//! One sport: which of its events are known, how urgent that makes it, when it was last asked for.

use std::collections::BTreeMap;

use shared::domain::odds::SportKey;
use shared::units::{Moment, Timestamp};

use crate::domain::odds::Event;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// An event that began so long ago is over, whatever the provider says of it.
const LONGEST_MS: i64 = 5 * HOUR_MS;
/// One that began so long ago may be over.
const SHORTEST_MS: i64 = 100 * 60 * 1000;

/// How much a sport is worth asking for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Nothing begins today.
    Quiet,
    /// Something begins within a day.
    Today,
    /// Something begins within three hours.
    Soon,
    /// Something is under way.
    Live,
}

impl Urgency {
    /// How many times as often as a quiet sport it is asked for.
    pub(super) const fn weight(self) -> u32 {
        match self {
            Urgency::Quiet => 1,
            Urgency::Today => 2,
            Urgency::Soon => 6,
            Urgency::Live => 12,
        }
    }
}

/// What is known of a sport.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    /// When each event begins, and whether it is over.
    events: BTreeMap<SportKey, (Timestamp, bool)>,
    /// When its prices were last answered.
    pub odds: Option<Moment>,
    /// When its scores were last answered.
    pub scores: Option<Moment>,
    /// After a failure it is not asked for before.
    pub not_before: Moment,
}

impl Agenda {
    /// What an answer says of its events.
    pub(super) fn learn(&mut self, events: &[Event], wall: Timestamp) {
        let is_past = |commence: Timestamp| wall.ms_since(commence) >= LONGEST_MS;
        // Those to come are listed anew; what has begun may be listed no more and still want its score.
        if events.iter().any(|event| matches!(event, Event::Listed { .. })) {
            self.events.retain(|_, (commence, _)| *commence <= wall && !is_past(*commence));
        }
        for event in events {
            match event {
                Event::Odds(odds) if !is_past(odds.commence) => {
                    self.events.entry(odds.event.clone()).or_insert((odds.commence, false)).0 = odds.commence;
                }
                Event::Score(score) => {
                    if let Some((_, over)) = self.events.get_mut(&score.event) {
                        *over |= score.completed;
                    }
                }
                Event::Odds(_) | Event::Listed { .. } | Event::Publish(_) | Event::Pool { .. } => {}
            }
        }
    }

    /// How long each event has been under way.
    fn under_way(&self, wall: Timestamp) -> impl Iterator<Item = i64> {
        let open = self.events.values().filter(|(_, over)| !over);
        open.map(move |(commence, _)| wall.ms_since(*commence)).filter(|ms| (0..LONGEST_MS).contains(ms))
    }

    pub(super) fn urgency(&self, wall: Timestamp) -> Urgency {
        if self.under_way(wall).next().is_some() {
            return Urgency::Live;
        }
        let next = self.events.values().map(|(commence, _)| commence.ms_since(wall)).filter(|ms| *ms > 0).min();
        match next {
            Some(ms) if ms <= 3 * HOUR_MS => Urgency::Soon,
            Some(ms) if ms <= 24 * HOUR_MS => Urgency::Today,
            Some(_) | None => Urgency::Quiet,
        }
    }

    /// Some event may be over, so that results are worth their higher price.
    pub(super) fn may_have_results(&self, wall: Timestamp) -> bool {
        self.under_way(wall).any(|ms| ms >= SHORTEST_MS)
    }
}
