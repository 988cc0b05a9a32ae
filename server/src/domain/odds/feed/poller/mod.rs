//! What to ask the provider next: one request at a time, as often as the quota allows, sooner where
//! something is under way.
//!
//! A driver does what [`Poller::poll_request`] says, tells what came back, and calls again when
//! [`Poller::poll_timeout`] has come.

mod agenda;
mod ask;
mod quota;

use std::collections::BTreeMap;
use std::time::Duration;

use shared::domain::odds::SportKey;
use shared::units::{Moment, Timestamp};
use shared::wire::SourceState;

use self::agenda::{Agenda, Urgency};
use super::decode::{Sport, Trouble};
use crate::domain::odds::Event;

pub use ask::{Ask, PollSettings};
pub use quota::Quota;

/// Between two requests: more at once are refused.
const GAP: Duration = Duration::from_millis(100);
/// The provider's own prices are no newer than this.
const SHORTEST: Duration = Duration::from_secs(30);
/// However little is left, a sport is asked for once a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// A quiet sport's interval where the provider does not say what is left.
const UNKNOWN: Duration = Duration::from_secs(30 * 60);
/// Seasons begin and end.
const SPORTS_EVERY: Duration = Duration::from_secs(6 * 60 * 60);
/// How often it is seen whether a used-up quota was renewed, which costs nothing.
const RENEWED_EVERY: Duration = Duration::from_secs(60 * 60);
/// After a refusal of the key: somebody has to change something first.
const REFUSED_EVERY: Duration = Duration::from_secs(30 * 60);
/// A sport that the provider does not know.
const UNKNOWN_SPORT_EVERY: Duration = Duration::from_secs(60 * 60);
/// Failures wait 2, 4, 8 .. s, up to this.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(5 * 60);
/// How often it is seen whether something has become more urgent.
const REVIEW_EVERY: Duration = Duration::from_secs(60);
/// Failures for so long make what is there old.
const STALE_AFTER: Duration = Duration::from_secs(10 * 60);

/// Followed when nobody says what to follow, as far as they are in season.
const MAIN: [&str; 10] = [
    "soccer_epl",
    "americanfootball_nfl",
    "basketball_nba",
    "icehockey_nhl",
    "baseball_mlb",
    "soccer_uefa_champs_league",
    "soccer_spain_la_liga",
    "soccer_germany_bundesliga",
    "soccer_italy_serie_a",
    "soccer_usa_mls",
];
/// Of which so many.
const MAIN_AT_ONCE: usize = 6;

/// Says which request is due. See the [module](self).
#[derive(Debug)]
pub struct Poller {
    settings: PollSettings,
    agendas: BTreeMap<SportKey, Agenda>,
    /// When the list of sports was last answered.
    listed: Option<Moment>,
    asking: Option<Ask>,
    /// Nothing is asked before.
    not_before: Moment,
    failures: u32,
    /// When the last answer with data came.
    answered: Option<Moment>,
    quota: Quota,
    trouble: Option<(SourceState, Box<str>)>,
    told: Option<Health>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// What the headers say.
    pub quota: Quota,
    /// `retry-after`
    pub retry_after: Option<Duration>,
    /// What was read.
    pub learnt: Learnt<'a>,
}

/// What was read of an answer.
#[derive(Clone, Debug)]
pub enum Learnt<'a> {
    /// The list of sports.
    Sports(Vec<Sport>),
    /// Events of prices or scores.
    Events(&'a [Event]),
    /// It is no answer.
    Trouble(Trouble),
}

/// How the source is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: SourceState,
    /// What an operator should know.
    pub message: Box<str>,
}

impl Poller {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(settings: PollSettings, now: Moment) -> Poller {
        let agendas = settings.sports.iter().map(|sport| (sport.clone(), Agenda::default())).collect();
        Poller {
            settings,
            agendas,
            listed: None,
            asking: None,
            not_before: now,
            failures: 0,
            answered: None,
            quota: Quota::default(),
            trouble: None,
            told: None,
        }
    }

    /// The request that is due, if one is. It has to be answered by one of the `handle` methods before the next.
    pub fn poll_request(&mut self, now: Moment, wall: Timestamp) -> Option<Ask> {
        let (due, ask) = self.next(wall)?;
        if self.asking.is_some() || now < due {
            return None;
        }
        self.asking = Some(ask.clone());
        Some(ask)
    }

    /// When to call [`Poller::poll_request`] again; `None` while an answer is awaited. Something may begin
    /// before the next request is due, so it is never long.
    #[must_use]
    pub fn poll_timeout(&self, now: Moment, wall: Timestamp) -> Option<Moment> {
        if self.asking.is_some() { None } else { self.next(wall).map(|(due, _)| due.min(now + REVIEW_EVERY)) }
    }

    /// An answer came.
    pub fn handle_answer(&mut self, now: Moment, wall: Timestamp, answer: &Answer<'_>, random: u64) {
        let Some(ask) = self.asking.take() else { return };
        self.quota.learn(answer.quota);
        self.not_before = now + GAP;
        match (&answer.learnt, answer.status) {
            (Learnt::Sports(sports), _) => {
                self.season(sports);
                self.listed = Some(now);
                self.succeeded(now);
            }
            (Learnt::Events(events), _) => {
                if let Some(agenda) = ask.sport().and_then(|sport| self.agendas.get_mut(sport)) {
                    agenda.learn(events, wall);
                    let asked = if matches!(ask, Ask::Odds(_)) { &mut agenda.odds } else { &mut agenda.scores };
                    *asked = Some(now);
                }
                self.succeeded(now);
            }
            (Learnt::Trouble(trouble), status) => self.troubled(now, &ask, status, trouble, answer.retry_after, random),
        }
    }

    /// No answer came.
    pub fn handle_failure(&mut self, now: Moment, why: &str, random: u64) {
        if let Some(ask) = self.asking.take() {
            self.failed(now, &ask, why, None, random);
        }
    }

    /// How it is doing, when that changed.
    pub fn poll_health(&mut self, now: Moment, wall: Timestamp) -> Option<Health> {
        let health = self.health(now, wall);
        if self.told.as_ref() == Some(&health) {
            return None;
        }
        self.told = Some(health.clone());
        Some(health)
    }

    /// What is left.
    #[must_use]
    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// What is followed, and how.
    #[must_use]
    pub const fn settings(&self) -> &PollSettings {
        &self.settings
    }

    /// The request that is due first, and when.
    fn next(&self, wall: Timestamp) -> Option<(Moment, Ask)> {
        let after = |at: Option<Moment>, wait: Duration| at.map_or(Moment::default(), |at| at + wait);
        let spent = !self.agendas.is_empty() && !self.quota.affords(self.cost_of_prices().max(1));
        let sports = after(self.listed, if spent { RENEWED_EVERY } else { SPORTS_EVERY });
        let mut dues = vec![(sports, Ask::Sports)];
        // The list comes first: it costs nothing and shows whether the key is good and what is left.
        for (sport, agenda) in self.agendas.iter().filter(|_| self.listed.is_some() && !spent) {
            let interval = self.interval(agenda.urgency(wall), wall);
            let due = |at| after(at, interval).max(agenda.not_before);
            if agenda.urgency(wall) == Urgency::Live {
                let results = agenda.may_have_results(wall);
                dues.push((due(agenda.scores), Ask::Scores { sport: sport.clone(), results }));
            }
            dues.push((due(agenda.odds), Ask::Odds(sport.clone())));
        }
        // Of two that are due at once the first.
        let (due, ask) = dues.into_iter().min_by_key(|(due, _)| *due)?;
        Some((due.max(self.not_before), ask))
    }

    fn cost_of_prices(&self) -> u64 {
        self.settings.markets.len() as u64 * self.settings.regions.len() as u64
    }

    /// How often a sport of this urgency is asked for.
    fn interval(&self, urgency: Urgency, wall: Timestamp) -> Duration {
        if let Some(interval) = self.settings.interval {
            return interval;
        }
        let demand = self.agendas.values().map(|agenda| {
            let urgency = agenda.urgency(wall);
            let scores = if urgency == Urgency::Live { 2 } else { 0 };
            u64::from(urgency.weight()) * (self.cost_of_prices() + scores)
        });
        let round = self.quota.round(wall, demand.sum()).unwrap_or(UNKNOWN);
        (round / urgency.weight()).clamp(SHORTEST, LONGEST)
    }

    /// Which sports are in season, where nobody said what to follow.
    fn season(&mut self, sports: &[Sport]) {
        if !self.settings.sports.is_empty() {
            return;
        }
        let open = || sports.iter().filter(|sport| sport.active && !sport.outrights).map(|sport| &sport.key);
        let main = MAIN.iter().filter_map(|main| open().find(|key| key.as_str() == *main));
        let mut chosen: Vec<&SportKey> = main.take(MAIN_AT_ONCE).collect();
        if chosen.is_empty() {
            chosen = open().take(MAIN_AT_ONCE).collect();
        }
        self.agendas.retain(|sport, _| chosen.contains(&sport));
        for sport in chosen {
            self.agendas.entry(sport.clone()).or_default();
        }
    }

    fn succeeded(&mut self, now: Moment) {
        (self.failures, self.trouble, self.answered) = (0, None, Some(now));
    }

    fn troubled(
        &mut self,
        now: Moment,
        ask: &Ask,
        status: u16,
        trouble: &Trouble,
        retry_after: Option<Duration>,
        random: u64,
    ) {
        let said = if trouble.message.is_empty() { String::new() } else { format!(": {}", trouble.message) };
        match (status, &*trouble.error_code, ask.sport()) {
            (_, "OUT_OF_USAGE_CREDITS", _) => {
                self.quota.remaining = Some(0);
                self.listed = Some(now);
                (self.failures, self.trouble) = (0, None);
            }
            (401 | 403, ..) => {
                let sentence = format!(
                    "the provider refuses the key{said}; correct UNDERCURRENT_ODDS_API_KEY and restart (it is tried \
                     again every half hour)"
                );
                self.trouble = Some((SourceState::Down, sentence.into()));
                self.not_before = now + REFUSED_EVERY;
            }
            (404 | 422, _, Some(sport)) => {
                let sentence =
                    format!("the provider does not answer for {sport}{said}; see UNDERCURRENT_ODDS_API_SPORTS");
                self.trouble = Some((SourceState::Lagging, sentence.into()));
                if let Some(agenda) = self.agendas.get_mut(sport) {
                    agenda.not_before = now + UNKNOWN_SPORT_EVERY;
                }
            }
            _ => self.failed(now, ask, &format!("the provider answers {status}{said}"), retry_after, random),
        }
    }

    fn failed(&mut self, now: Moment, ask: &Ask, why: &str, retry_after: Option<Duration>, random: u64) {
        self.failures += 1;
        let wait = Duration::from_secs(1 << self.failures.min(8)).min(LONGEST_BACK_OFF);
        // Up to a quarter more, so that servers that failed together do not come back together.
        let quarter_ms = u64::try_from(wait.as_millis() / 4).unwrap_or(u64::MAX);
        let wait = (wait + Duration::from_millis(random % quarter_ms.max(1))).max(retry_after.unwrap_or_default());
        self.not_before = now + wait;
        if let Some(agenda) = ask.sport().and_then(|sport| self.agendas.get_mut(sport)) {
            // The others have their turn first.
            agenda.not_before = self.not_before + GAP;
        }
        let sentence = format!("{why}; trying again in {} s", wait.as_secs());
        self.trouble = Some((SourceState::Lagging, sentence.into()));
    }

    fn health(&self, now: Moment, wall: Timestamp) -> Health {
        let health = |state, message: String| Health { state, message: message.into() };
        let old = self.answered.is_none_or(|answered| now - answered >= STALE_AFTER);
        match (&self.trouble, self.answered) {
            (Some((SourceState::Lagging, why)), Some(_)) if old => health(SourceState::Stale, why.to_string()),
            (Some((SourceState::Lagging, why)), None) => health(SourceState::Down, why.to_string()),
            (Some((state, why)), _) => health(*state, why.to_string()),
            (None, None) if self.quota.remaining != Some(0) => health(SourceState::Down, "not asked yet".to_owned()),
            (None, _) if !self.agendas.is_empty() && !self.quota.affords(self.cost_of_prices().max(1)) => {
                let sentence = "the month's quota is used up: prices stay as they are until it is renewed";
                health(SourceState::Stale, sentence.to_owned())
            }
            (None, _) if self.agendas.is_empty() => health(
                SourceState::Stale,
                "no sport is in season; name some in UNDERCURRENT_ODDS_API_SPORTS".to_owned(),
            ),
            (None, _) => health(SourceState::Live, self.pace(wall)),
        }
    }

    /// What is left, and how often is asked.
    fn pace(&self, wall: Timestamp) -> String {
        let most = self.agendas.values().map(|agenda| agenda.urgency(wall)).max().unwrap_or(Urgency::Quiet);
        let every = self.interval(most, wall).as_secs();
        let Quota { remaining: Some(remaining), used: Some(used), .. } = self.quota else {
            return format!("asking every {every} s where most goes on");
        };
        format!("{remaining} requests left this month, {used} used; asking every {every} s where most goes on")
    }
}
