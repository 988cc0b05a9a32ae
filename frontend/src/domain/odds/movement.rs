//! How prices moved, as the lines of a chart: each holds from its time to the next one's.

use shared::units::{Odds, Timestamp};

use shared::order::order;

/// A line: prices by the second, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// The book; `fair` for the consensus, `best` for the best of all books.
    pub book: Box<str>,
    /// Seconds since 1970, each greater than the one before.
    pub seconds: Vec<i64>,
    /// Decimal odds in millionths.
    pub micros: Vec<i64>,
}

/// Points of a line: since when, and what.
type Points = [(Timestamp, Odds)];

impl Movement {
    /// The line of a book, until `now`.
    #[must_use]
    pub fn of(book: &str, points: &Points, now: Timestamp) -> Movement {
        let mut line = Movement { book: book.into(), ..Movement::default() };
        points.iter().for_each(|(ts, odds)| line.push(*ts, micro(*odds)));
        if let Some(last) = line.micros.last().copied() {
            line.push(now, last);
        }
        line
    }

    /// The best price of several books at each time.
    #[must_use]
    pub fn best(books: &[&Points], now: Timestamp) -> Movement {
        let changes: Vec<(Timestamp, usize, Odds)> = books
            .iter()
            .enumerate()
            .flat_map(|(book, points)| points.iter().map(move |(ts, odds)| (*ts, book, *odds)))
            .collect();
        let mut present: Vec<Option<Odds>> = vec![None; books.len()];
        let mut points: Vec<(Timestamp, Odds)> = Vec::new();
        for at in order(changes.len(), &mut |a, b| changes[a].0.cmp(&changes[b].0)) {
            let (ts, book, odds) = changes[at];
            present[book] = Some(odds);
            let best = present.iter().flatten().max().copied().unwrap_or(odds);
            match points.last() {
                Some(last) if last.1 == best => {}
                Some(_) | None => points.push((ts, best)),
            }
        }
        Movement::of("best", &points, now)
    }

    /// What happens within a second ends it: a chart has one value for each.
    fn push(&mut self, ts: Timestamp, micro: i64) {
        let second = ts.ms().div_euclid(1000);
        match self.seconds.last() {
            Some(last) if *last >= second => {
                if let Some(value) = self.micros.last_mut() {
                    *value = micro;
                }
            }
            Some(_) | None => {
                self.seconds.push(second);
                self.micros.push(micro);
            }
        }
    }
}

fn micro(odds: Odds) -> i64 {
    let micro = u128::from(odds.numerator()) * 1_000_000 / u128::from(odds.denominator());
    i64::try_from(micro).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(points: &[(i64, &str)]) -> Vec<(Timestamp, Odds)> {
        points.iter().map(|(s, odds)| (Timestamp::from_ms(s * 1000 + 1), odds.parse().unwrap())).collect()
    }

    fn text(line: &Movement) -> String {
        let both = line.seconds.iter().zip(&line.micros);
        both.map(|(second, micro)| format!("{second}:{}", micro / 10_000)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_line_holds_its_last_price_until_now() {
        let now = Timestamp::from_ms(9_000);
        assert_eq!(text(&Movement::of("x", &points(&[(1, "2.00"), (3, "2.10")]), now)), "1:200 3:210 9:210");
        assert_eq!(text(&Movement::of("x", &points(&[(1, "2.00"), (1, "2.50"), (9, "3.00")]), now)), "1:250 9:300");
        assert_eq!(text(&Movement::of("x", &[], now)), "");
    }

    #[test]
    fn the_best_is_the_greatest_of_what_stands_at_each_time() {
        let (a, b) = (points(&[(1, "2.00"), (4, "1.80"), (6, "1.70")]), points(&[(2, "1.90"), (5, "2.20")]));
        let best = Movement::best(&[&a, &b], Timestamp::from_ms(9_000));
        assert_eq!(text(&best), "1:200 4:190 5:220 9:220");
        assert_eq!(&*best.book, "best");
    }
}
