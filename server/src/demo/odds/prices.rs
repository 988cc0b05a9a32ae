//! What a book offers for a match at a moment.

use super::books::Book;
use super::contest::{Contest, Truth, to_the_half};
use crate::demo::noise::{hash, nearest, wave};

/// A book's offer: prices in hundredths with the name of each outcome, in the provider's manner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offered<'a> {
    pub market: &'static str,
    /// Name, price in hundredths, line in hundredths.
    pub outcomes: Vec<(&'a str, i64, Option<i64>)>,
}

/// Lines stay for so long.
const LINE_MS: i64 = 600_000;
/// In each of these spans a book may be mistaken.
const MISTAKE_MS: i64 = 45_000;

/// The moment whose truth a book's prices of now follow.
pub(super) fn as_of(book: &Book, at_ms: i64) -> i64 {
    (at_ms - book.delay_ms).div_euclid(book.every_ms) * book.every_ms
}

/// Its markets; none while it takes no bets, or never does on this match.
pub(super) fn offered<'a>(contest: &Contest<'a>, book: &Book, at_ms: i64) -> Vec<Offered<'a>> {
    let own = hash(contest.salt, book.salt);
    let seen_ms = as_of(book, at_ms);
    // It sees the score at once, and the price late.
    let now = contest.standing(at_ms);
    if own % 100 < 7 || (contest.is_suspended(at_ms, now) && hash(own, 1) % 100 < 96) {
        return Vec::new();
    }
    let truth = contest.truth(seen_ms, contest.standing(seen_ms));
    let lean = lean(contest, book, own, seen_ms);
    let price = |probabilities: &[f64]| prices(probabilities, lean, book.margin);
    let mut offered = Vec::with_capacity(3);
    let mut offer = |market, outcomes: Option<Vec<_>>| {
        offered.extend(outcomes.map(|outcomes| Offered { market, outcomes }));
    };
    offer("h2h", winner(contest, truth, &price));
    if contest.game.lines && hash(own, 2) % 100 < 80 {
        let settled = contest.truth(seen_ms.div_euclid(LINE_MS) * LINE_MS, contest.standing(seen_ms));
        let step = [0, 0, 0, 50, -50][usize::try_from(hash(own, 3) % 5).unwrap_or(0)];
        let handicap = to_the_half(-settled.lead) + step;
        let cover = truth.leads_by(-(handicap as f64) / 100.0);
        let both = price(&[cover, 1.0 - cover]);
        let sides = |p: Vec<i64>| vec![(contest.home, p[0], Some(handicap)), (contest.away, p[1], Some(-handicap))];
        offer("spreads", both.map(sides));
        let points = (to_the_half(settled.total) + step).max(50);
        let over = truth.more_than(points as f64 / 100.0);
        let sides = |p: Vec<i64>| vec![("Over", p[0], Some(points)), ("Under", p[1], Some(points))];
        offer("totals", price(&[over, 1.0 - over]).map(sides));
    }
    offered
}

fn winner<'a>(
    contest: &Contest<'a>,
    truth: Truth,
    price: &dyn Fn(&[f64]) -> Option<Vec<i64>>,
) -> Option<Vec<(&'a str, i64, Option<i64>)>> {
    if contest.game.draws {
        let (home, not_away) = (truth.leads_by(0.5), truth.leads_by(-0.5));
        let p = price(&[home, 1.0 - not_away, not_away - home])?;
        Some(vec![(contest.home, p[0], None), (contest.away, p[1], None), ("Draw", p[2], None)])
    } else {
        let home = truth.leads_by(0.0);
        let p = price(&[home, 1.0 - home])?;
        Some(vec![(contest.home, p[0], None), (contest.away, p[1], None)])
    }
}

/// By how much a book thinks better of the first outcome than is true: its own noise, and now and then a mistake.
fn lean(contest: &Contest<'_>, book: &Book, own: u64, seen_ms: i64) -> f64 {
    let noise = book.noise * (wave(hash(own, 4), seen_ms, 600_000) + 0.4 * wave(hash(own, 5), seen_ms, 20_000));
    let span = seen_ms.div_euclid(MISTAKE_MS).cast_unsigned();
    let roll = hash(hash(contest.salt, 7), span);
    // One book in twelve is mistaken about a match in one of fifty spans.
    let mistaken = roll.is_multiple_of(50) && hash(roll, book.salt).is_multiple_of(12);
    noise + if mistaken { if roll & 64 == 0 { 0.16 } else { -0.16 } } else { 0.0 }
}

/// Prices in hundredths with a margin; `None` when one would be none: it is as good as decided.
fn prices(probabilities: &[f64], lean: f64, margin: f64) -> Option<Vec<i64>> {
    let first = *probabilities.first()?;
    let leaning = (first + lean * first * (1.0 - first)).clamp(0.001, 0.999);
    let rest = (1.0 - leaning) / (1.0 - first).max(0.001);
    let price = |(nth, p): (usize, &f64)| {
        let p = if nth == 0 { leaning } else { p * rest };
        let implied = p * (1.0 + margin) + margin * 0.01;
        (0.004..0.985).contains(&implied).then(|| to_the_tick(1.0 / implied))
    };
    probabilities.iter().enumerate().map(price).collect()
}

/// Rounded to what bookmakers write: the longer, the coarser.
fn to_the_tick(odds: f64) -> i64 {
    let hundredths = nearest(odds * 100.0).max(101);
    let tick = match hundredths {
        ..200 => 1,
        200..300 => 2,
        300..400 => 5,
        400..600 => 10,
        600..1000 => 20,
        1000..2000 => 50,
        _ => 100,
    };
    hundredths / tick * tick
}
