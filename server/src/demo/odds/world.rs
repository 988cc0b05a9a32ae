//! The demo market of odds as a function of its seed and the time: ask for any half second, get its answers.

use super::Settings;
use super::books::{Book, books};
use super::contest::Contest;
use super::games::{GAMES, Game};
use super::write;
use crate::demo::noise::hash;

/// A slot of time, in milliseconds.
pub(super) const SLOT_MS: i64 = 500;

/// A match is offered from so long before its end.
const OFFERED_MS: i64 = 5 * 60 * 60_000;
/// Its result is told for so long.
const TOLD_MS: i64 = 120_000;
/// Markets of a match: who wins, and two lines each of handicap and total.
const MARKETS: usize = 5;
/// A match is answered for every so many slots...
const QUIET_SLOTS: u64 = 40;
/// ...and while it is on every so many.
const LIVE_SLOTS: u64 = 4;
/// Scores are answered every so many slots.
const SCORE_SLOTS: u64 = 4;

/// A demo market of odds.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    books: Vec<Book>,
    /// Between two matches of a competition.
    spacing_ms: i64,
    changing_pct: Option<u32>,
}

/// An answer of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One event's prices, of all books.
    Odds {
        /// The answer.
        text: String,
        /// How long it took.
        response_ms: u32,
    },
    /// How some events stand.
    Scores(String),
}

impl World {
    /// A market of about that size.
    #[must_use]
    pub fn new(settings: &Settings) -> World {
        let matches = (settings.markets / MARKETS / GAMES.len()).max(1);
        let matches = i64::try_from(matches).unwrap_or(i64::MAX);
        World {
            seed: settings.seed,
            books: books(settings.seed, settings.books.max(1)),
            spacing_ms: (OFFERED_MS / matches).max(1),
            changing_pct: settings.changing_pct,
        }
    }

    /// What is answered in the slot that begins at `slot * 500` milliseconds since 1970.
    #[must_use]
    pub fn answers(&self, slot: i64) -> Vec<Answer> {
        let at_ms = slot * SLOT_MS;
        let contests = self.contests(at_ms);
        let turn =
            |contest: &Contest<'_>, slots: u64| (slot.unsigned_abs() + contest.salt % slots).is_multiple_of(slots);
        let due = |contest: &&Contest<'_>| {
            let usual = if contest.is_live(at_ms) { LIVE_SLOTS } else { QUIET_SLOTS };
            let slots = self.changing_pct.map_or(usual, |pct| u64::from((100 / pct.max(1)).max(1)));
            at_ms < contest.end_ms() && turn(contest, slots)
        };
        let mut answers: Vec<_> = contests.iter().filter(due).map(|contest| self.odds(contest, at_ms)).collect();
        let told = |c: &&Contest<'_>| c.commence_ms <= at_ms && turn(c, SCORE_SLOTS);
        let told: Vec<_> = contests.iter().filter(told).cloned().collect();
        if !told.is_empty() {
            answers.push(Answer::Scores(write::scores(&told, at_ms)));
        }
        answers
    }

    /// Everything there is at a moment.
    #[must_use]
    pub fn everything(&self, at_ms: i64) -> Vec<Answer> {
        let contests = self.contests(at_ms);
        let open = contests.iter().filter(|contest| at_ms < contest.end_ms());
        let mut answers: Vec<_> = open.map(|contest| self.odds(contest, at_ms)).collect();
        let begun: Vec<_> = contests.iter().filter(|contest| contest.commence_ms <= at_ms).cloned().collect();
        if !begun.is_empty() {
            answers.push(Answer::Scores(write::scores(&begun, at_ms)));
        }
        answers
    }

    fn odds(&self, contest: &Contest<'_>, at_ms: i64) -> Answer {
        let roll = hash(contest.salt, at_ms.cast_unsigned());
        let response_ms = 40 + u32::try_from(roll % 120).unwrap_or(0);
        Answer::Odds { text: write::odds(contest, &self.books, at_ms), response_ms }
    }

    /// The matches that are offered or whose result is told.
    fn contests(&self, at_ms: i64) -> Vec<Contest<'static>> {
        (0..).zip(&GAMES).flat_map(|(sport, game)| self.of(sport, game, at_ms)).collect()
    }

    fn of(&self, sport: u64, game: &'static Game, at_ms: i64) -> Vec<Contest<'static>> {
        let playing_ms = game.minutes * 60_000;
        // Competitions do not begin their matches all at once.
        let offset_ms = (hash(hash(self.seed, 30), sport) % self.spacing_ms.unsigned_abs()).cast_signed();
        let number = |commence_ms: i64| (commence_ms - offset_ms).div_euclid(self.spacing_ms);
        let (oldest, newest) = (number(at_ms - playing_ms - TOLD_MS), number(at_ms + OFFERED_MS - playing_ms));
        let contest = |nth: i64| {
            let commence_ms = (nth * self.spacing_ms + offset_ms).div_euclid(60_000) * 60_000;
            Contest::new(self.seed, game, sport, nth, commence_ms)
        };
        let is_there = |contest: &Contest<'_>| at_ms < contest.end_ms() + TOLD_MS;
        (oldest..=newest).map(contest).filter(is_there).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use shared::units::{OddsFormat, Timestamp};

    use super::*;
    use crate::domain::odds::feed::decode::{self, Context};
    use crate::domain::odds::{Event, EventOdds, Score};

    /// 2026-06-16, 14:00 UTC.
    const START_MS: i64 = 1_781_618_400_000;

    fn world() -> World {
        World::new(&Settings::default())
    }

    fn events(answers: &[Answer], at_ms: i64) -> Vec<Event> {
        let at = Timestamp::from_ms(at_ms);
        let mut events = Vec::new();
        for answer in answers {
            let tally = match answer {
                Answer::Odds { text, response_ms } => {
                    let response_ms = Some(*response_ms);
                    let context = Context { format: OddsFormat::Decimal, at, response_ms, all_books: true };
                    decode::pushed(text, &context, &mut events).unwrap()
                }
                Answer::Scores(text) => decode::scores(text, at, &mut events),
            };
            assert_eq!((tally.garbage, tally.ignored), (0, 0), "{answer:?}");
        }
        events
    }

    fn odds(events: &[Event]) -> Vec<&EventOdds> {
        events.iter().filter_map(|event| if let Event::Odds(odds) = event { Some(odds) } else { None }).collect()
    }

    fn scores(events: &[Event]) -> Vec<&Score> {
        events.iter().filter_map(|event| if let Event::Score(score) = event { Some(score) } else { None }).collect()
    }

    #[test]
    fn a_slot_is_the_same_whoever_asks_and_another_seed_is_another_market() {
        let slot = START_MS / SLOT_MS;
        let other = World::new(&Settings { seed: 2, ..Settings::default() });
        assert_eq!(world().answers(slot), world().answers(slot));
        assert_ne!(world().answers(slot), other.answers(slot));
        let matches = |world: &World| -> Vec<_> {
            world.contests(START_MS).iter().map(|c| (c.id(), c.home, c.away, c.standing(START_MS))).collect()
        };
        assert_eq!(matches(&world()), matches(&world()));
        let ids: BTreeSet<_> = matches(&world()).into_iter().map(|(id, ..)| id).collect();
        assert!(matches(&other).iter().all(|(id, ..)| !ids.contains(id)), "nor are its matches the same");
    }

    #[test]
    fn what_a_slot_answers_is_what_there_is_at_that_moment() {
        let world = world();
        for slot in START_MS / SLOT_MS..START_MS / SLOT_MS + 8 {
            let everything = world.everything(slot * SLOT_MS);
            let odds = |answer: &&Answer| matches!(answer, Answer::Odds { .. });
            let answers = world.answers(slot);
            assert!(answers.iter().filter(odds).count() > 5);
            assert!(answers.iter().filter(odds).all(|answer| everything.contains(answer)), "{slot}");
        }
    }

    #[test]
    fn each_sport_has_about_as_many_events_as_asked_for_and_some_are_live() {
        let events = events(&world().everything(START_MS), START_MS);
        let mut sports: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
        let mut markets = 0;
        for odds in odds(&events) {
            let (count, live, books) = sports.entry(odds.sport.as_str()).or_default();
            *count += 1;
            *live += usize::from(odds.commence.ms() <= START_MS);
            *books = (*books).max(odds.books.len());
            let offers = odds.books.iter().flat_map(|book| &book.offers);
            markets += offers.map(|offer| (offer.kind, offer.line)).collect::<BTreeSet<_>>().len();
        }
        assert_eq!(sports.len(), 8);
        for (sport, (count, live, books)) in sports {
            assert!((14..=16).contains(&count) && live >= 4 && live + 3 <= count, "{sport} {count} {live}");
            assert_eq!(books, 14);
        }
        assert!((450..750).contains(&markets), "{markets}");
    }

    #[test]
    fn nobody_plays_against_himself_and_ids_are_not_shared() {
        let events = events(&World::new(&Settings { markets: 5_000, ..Settings::default() }).everything(START_MS), 0);
        let odds = odds(&events);
        assert!(odds.iter().all(|odds| odds.home != odds.away));
        let ids: BTreeSet<_> = odds.iter().map(|odds| &odds.event).collect();
        assert!(ids.len() == odds.len() && ids.len() > 900, "{} {}", ids.len(), odds.len());
    }

    #[test]
    fn every_price_is_answered_for_before_it_is_old() {
        let world = world();
        let mut last: BTreeMap<String, i64> = BTreeMap::new();
        for slot in START_MS / SLOT_MS..START_MS / SLOT_MS + 120 {
            let at_ms = slot * SLOT_MS;
            let events = events(&world.answers(slot), at_ms);
            for odds in odds(&events) {
                let before = last.insert(odds.event.to_string(), at_ms);
                let longest = if odds.commence.ms() + 20_000 <= at_ms { 2_000 } else { 20_000 };
                assert!(before.is_none_or(|before| at_ms - before <= longest));
            }
        }
        assert!(last.len() > 100);
    }

    #[test]
    fn books_have_a_margin_and_there_is_an_arbitrage_now_and_then() {
        let world = world();
        let (mut arbs, mut markets, mut sums) = (0, 0, Vec::new());
        for minute in 0..8 {
            let at_ms = START_MS + minute * 60_000;
            let events = events(&world.everything(at_ms), at_ms);
            for odds in odds(&events) {
                let mut best: BTreeMap<_, BTreeMap<_, f64>> = BTreeMap::new();
                for offer in odds.books.iter().flat_map(|book| &book.offers) {
                    sums.push(offer.prices.iter().map(|(_, odds)| odds.implied()).sum::<f64>());
                    let market = best.entry((offer.kind, offer.line)).or_default();
                    for (outcome, odds) in &offer.prices {
                        let price = market.entry(*outcome).or_insert(0.0);
                        *price = price.max(odds.to_f64());
                    }
                }
                markets += best.len();
                arbs += best.values().filter(|market| market.values().map(|o| 1.0 / o).sum::<f64>() < 1.0).count();
            }
        }
        let mean = sums.iter().sum::<f64>() / sums.len() as f64;
        assert!((1.03..1.09).contains(&mean), "{mean}");
        assert!(sums.iter().all(|sum| *sum > 1.0), "{:?}", sums.iter().copied().fold(f64::MAX, f64::min));
        let share = f64::from(u32::try_from(arbs).unwrap()) / f64::from(u32::try_from(markets).unwrap());
        assert!((0.001..0.06).contains(&share), "{arbs} of {markets}");
    }

    #[test]
    fn a_match_is_played_to_its_end_and_its_score_only_grows() {
        // A minute is less than a result is told for: none is missed, and each is there twice.
        const STEP_MS: i64 = TOLD_MS / 2;
        let (world, end_ms) = (world(), START_MS + 3 * 3_600_000);
        let mut seen: BTreeMap<String, Score> = BTreeMap::new();
        let (mut completed, mut ends) = (BTreeSet::new(), BTreeSet::new());
        for at_ms in (START_MS..end_ms).step_by(usize::try_from(STEP_MS).unwrap()) {
            let contests = world.contests(at_ms);
            let end_soon = contests.iter().filter(|c| (at_ms + 1..=at_ms + STEP_MS).contains(&c.end_ms()));
            ends.extend(end_soon.filter(|c| c.end_ms() < end_ms).map(Contest::id));
            let begun: Vec<_> = contests.into_iter().filter(|c| c.commence_ms <= at_ms).collect();
            for score in scores(&events(&[Answer::Scores(write::scores(&begun, at_ms))], at_ms)) {
                if let Some(before) = seen.insert(score.event.to_string(), score.clone()) {
                    assert!(score.home >= before.home && score.away >= before.away, "{before:?} {score:?}");
                    if score.completed && !before.completed {
                        completed.insert(score.event.to_string());
                    }
                    assert!(!before.completed || *score == Score { at: score.at, ..before });
                }
            }
        }
        assert_eq!(completed, ends);
        // Of each of 8 competitions one begins every 20 minutes.
        assert!((64..=80).contains(&ends.len()), "{}", ends.len());
        let goals: i32 = seen.values().map(|score| score.home + score.away).sum();
        assert!(goals > 500, "{goals}");
    }

    #[test]
    fn after_a_goal_most_books_take_no_bets_for_a_while() {
        let world = world();
        let mut suspended = 0;
        for slot in START_MS / SLOT_MS..START_MS / SLOT_MS + 600 {
            let events = events(&world.answers(slot), slot * SLOT_MS);
            let empty = |odds: &&&EventOdds| odds.books.iter().filter(|book| book.offers.is_empty()).count() > 8;
            suspended += odds(&events).iter().filter(empty).count();
        }
        assert!(suspended > 0);
    }

    #[test]
    fn a_share_of_all_prices_can_be_asked_to_change_at_once() {
        let settings = Settings { markets: 5_000, books: 20, changing_pct: Some(20), ..Settings::default() };
        let answers = World::new(&settings).answers(START_MS / SLOT_MS);
        let odds = answers.iter().filter(|answer| matches!(answer, Answer::Odds { .. })).count();
        assert!((150..260).contains(&odds), "{odds}");
    }
}
