//! One match: who plays, when, how it stands, and what is true of how it will end.

use std::cell::OnceCell;

use super::games::Game;
use crate::demo::noise::{Dice, exp, hash, nearest, wave};

const MINUTE_MS: i64 = 60_000;

/// After a score, books that are slow to think take no bets for so long.
const THINKING_MS: i64 = 25_000;

/// A match.
#[derive(Clone, Debug)]
pub(super) struct Contest<'a> {
    pub game: &'a Game,
    pub salt: u64,
    pub home: &'static str,
    pub away: &'static str,
    pub commence_ms: i64,
    /// How likely each team scores in a minute.
    chances: [f64; 2],
    /// When who scores how much, made when it is first asked for.
    scores: OnceCell<Vec<Scored>>,
}

#[derive(Clone, Copy, Debug)]
struct Scored {
    at_ms: i64,
    home: bool,
    points: i32,
}

/// How a match stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub home: i32,
    pub away: i32,
    /// When somebody last scored.
    last_ms: Option<i64>,
}

/// What is true at a moment: home's lead and all points at the end, about normal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    pub lead: f64,
    pub total: f64,
    /// The scale of both as logistic numbers.
    pub scale: f64,
}

impl<'a> Contest<'a> {
    /// The `nth` match of a competition.
    pub fn new(seed: u64, game: &'a Game, sport: u64, nth: i64, commence_ms: i64) -> Contest<'a> {
        let key = hash(hash(seed, 50 + sport), nth.cast_unsigned());
        let teams = game.teams.len().cast_signed();
        // In a round everybody plays once; from round to round others meet.
        let rounds = Ord::max(teams / 2, 1) as i64;
        let (round, place) = (nth.div_euclid(rounds), nth.rem_euclid(rounds));
        let shift = 1 + (hash(seed, round.cast_unsigned()) % rounds.unsigned_abs()).cast_signed();
        let first = place;
        let second = rounds + (place + shift).rem_euclid(rounds);
        let (first, second) = if hash(key, 1).is_multiple_of(2) { (first, second) } else { (second, first) };
        let strength = |team: i64| wave(hash(hash(seed, 60 + sport), team.cast_unsigned()), 0, 1);
        let better = game.spread * (strength(first) - strength(second)) / 2.0;
        let chance = |factor: f64| game.scoring * factor.clamp(0.2, 1.8);
        let name = |team: i64| usize::try_from(team).ok().and_then(|team| game.teams.get(team)).copied();
        Contest {
            game,
            salt: key,
            home: name(first).unwrap_or("Home"),
            away: name(second).unwrap_or("Away"),
            commence_ms,
            // Whoever plays at home is a little better.
            chances: [chance(1.0 + better + game.spread * 0.08), chance(1.0 - better)],
            scores: OnceCell::new(),
        }
    }

    /// The provider's form of an id.
    pub fn id(&self) -> String {
        format!("{:016x}{:016x}", self.salt, hash(self.salt, 2))
    }

    pub fn end_ms(&self) -> i64 {
        self.commence_ms + self.game.minutes * MINUTE_MS
    }

    pub fn is_live(&self, at_ms: i64) -> bool {
        (self.commence_ms..self.end_ms()).contains(&at_ms)
    }

    /// How it stands; at the end nobody has the same, unless there are draws.
    pub fn standing(&self, at_ms: i64) -> Standing {
        let mut standing = Standing::default();
        if at_ms < self.commence_ms {
            return standing;
        }
        for scored in self.scores.get_or_init(|| self.play()).iter().take_while(|scored| scored.at_ms <= at_ms) {
            *(if scored.home { &mut standing.home } else { &mut standing.away }) += scored.points;
            standing.last_ms = Some(scored.at_ms);
        }
        if at_ms >= self.end_ms() && standing.home == standing.away && !self.game.draws {
            *(if hash(self.salt, 3).is_multiple_of(2) { &mut standing.home } else { &mut standing.away }) += 1;
        }
        standing
    }

    /// The whole match, by time.
    fn play(&self) -> Vec<Scored> {
        let mut scores = Vec::new();
        for minute in 0..self.game.minutes {
            let mut dice = Dice::new(hash(self.salt, 100 + minute.unsigned_abs()));
            for (home, chance) in [(true, self.chances[0]), (false, self.chances[1])] {
                let scored = dice.chance(chance);
                let points = self.game.points[usize::from(dice.chance(0.4))];
                let within_ms = dice.below(MINUTE_MS.unsigned_abs()).cast_signed();
                if scored {
                    scores.push(Scored { at_ms: self.commence_ms + minute * MINUTE_MS + within_ms, home, points });
                }
            }
        }
        scores.sort_unstable_by_key(|scored| scored.at_ms);
        scores
    }

    /// Whether most books take no bets at a moment.
    pub fn is_suspended(&self, at_ms: i64, standing: Standing) -> bool {
        let just = |last_ms: i64| at_ms - last_ms < THINKING_MS;
        self.game.is_slow() && self.is_live(at_ms) && standing.last_ms.is_some_and(just)
    }

    /// What is true at a moment at which it stands so.
    pub fn truth(&self, at_ms: i64, standing: Standing) -> Truth {
        let left = (self.end_ms() - at_ms.max(self.commence_ms)).max(0) as f64 / MINUTE_MS as f64;
        let drift = |salt: u64| {
            let slow = wave(hash(self.salt, salt), at_ms, 25 * MINUTE_MS);
            1.0 + 0.05 * slow + 0.015 * wave(hash(self.salt, salt + 1), at_ms, 40_000)
        };
        let (home, away) = (self.chances[0] * drift(4), self.chances[1] * drift(6));
        let (worth, squared) = (self.game.worth(), self.game.worth_squared());
        let variance = left * (home + away) * squared;
        Truth {
            lead: f64::from(standing.home - standing.away) + left * worth * (home - away),
            total: f64::from(standing.home + standing.away) + left * worth * (home + away),
            // The deviation of a logistic distribution is 1.8138 times its scale.
            scale: (variance.sqrt() / 1.8138).max(0.12),
        }
    }
}

impl Truth {
    /// How likely the lead is above `points`.
    pub fn leads_by(&self, points: f64) -> f64 {
        logistic((self.lead - points) / self.scale)
    }

    /// How likely there are more points than these.
    pub fn more_than(&self, points: f64) -> f64 {
        logistic((self.total - points) / self.scale)
    }
}

/// A number of points as a line in hundredths, to the half.
pub(super) fn to_the_half(points: f64) -> i64 {
    nearest(points * 2.0) * 50
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x.clamp(-8.0, 8.0)))
}
