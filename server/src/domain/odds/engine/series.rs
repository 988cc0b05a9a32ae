//! How a price moved: few points, the newer the denser.

use shared::units::{Odds, Timestamp};

/// Points of a book's price at most; of the consensus twice as many.
pub(super) const POINTS: usize = 60;

/// A price from a second on, to the next point's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// Seconds since 1970.
    pub(super) at_s: u32,
    num: u32,
    den: u32,
}

/// Points by time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Series {
    points: Vec<Point>,
    /// Whether whoever follows the event was told of the newest.
    pub(super) told: bool,
}

impl Point {
    /// A price of which only 3 decimals are kept if its fraction is a long one.
    pub(super) fn new(at: Timestamp, odds: Odds) -> Point {
        let at_s = u32::try_from(at.ms() / 1000).unwrap_or(if at.ms() < 0 { 0 } else { u32::MAX });
        match (u32::try_from(odds.numerator()), u32::try_from(odds.denominator())) {
            (Ok(num), Ok(den)) => Point { at_s, num, den },
            _ => {
                let thousandths = u128::from(odds.numerator()) * 1000 / u128::from(odds.denominator());
                Point { at_s, num: u32::try_from(thousandths).unwrap_or(u32::MAX).max(1001), den: 1000 }
            }
        }
    }

    /// Time and price; `None` where stored text held no price.
    pub(super) fn get(self) -> Option<(Timestamp, Odds)> {
        let odds = Odds::new(self.num.into(), self.den.into()).ok()?;
        Some((Timestamp::from_ms(i64::from(self.at_s) * 1000), odds))
    }

    /// `1 / price`.
    pub(super) fn implied(self) -> f64 {
        f64::from(self.den) / f64::from(self.num)
    }

    /// As it is stored.
    pub(super) const fn to_parts(self) -> (u32, u32, u32) {
        (self.at_s, self.num, self.den)
    }
}

impl Series {
    /// From stored points; what is no price is left out.
    pub(super) fn restore(parts: &[(u32, u32, u32)]) -> Series {
        let points = parts.iter().map(|&(at_s, num, den)| Point { at_s, num, den });
        Series { points: points.filter(|point| point.get().is_some()).take(2 * POINTS).collect(), told: false }
    }

    /// The points, oldest first.
    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The price is this from now on. Of several in a second the last stays. Beyond `most` every
    /// second point goes, but not of the newest quarter. Says how many points more there are.
    pub(super) fn push(&mut self, point: Point, most: usize) -> isize {
        let before = self.points.len();
        match self.points.last_mut() {
            Some(last) if (last.num, last.den) == (point.num, point.den) => return 0,
            Some(last) if last.at_s >= point.at_s => *last = Point { at_s: last.at_s, ..point },
            Some(_) | None => self.points.push(point),
        }
        self.told = false;
        if self.points.len() > most.max(4) {
            let coarse = self.points.len() / 4 * 3;
            let mut place = 0;
            self.points.retain(|_| {
                place += 1;
                place > coarse || place % 2 == 1
            });
        }
        self.points.len().cast_signed() - before.cast_signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odds(thousandths: u64) -> Odds {
        Odds::new(thousandths, 1000).unwrap()
    }

    #[test]
    fn old_points_become_fewer_and_new_ones_stay() {
        let mut series = Series::default();
        let mut total = 0;
        for n in 0..1000_u32 {
            total += series.push(Point::new(Timestamp::from_ms(i64::from(n) * 1000), odds(1500 + u64::from(n))), 60);
            assert!(series.points().len() <= 60);
            assert_eq!(series.points().len().cast_signed(), total);
        }
        let times: Vec<u32> = series.points().iter().map(|point| point.at_s).collect();
        assert!(times.is_sorted() && times.len() >= 30);
        assert_eq!((times[0], times[times.len() - 1]), (0, 999));
    }

    #[test]
    fn a_second_has_one_price_and_no_price_is_told_twice() {
        let mut series = Series::default();
        for (ms, price) in [(0, 2000), (400, 2100), (800, 2200), (1000, 2200), (2000, 2300)] {
            series.push(Point::new(Timestamp::from_ms(ms), odds(price)), 60);
        }
        let points: Vec<_> = series.points().iter().filter_map(|point| point.get()).collect();
        assert_eq!(points, [(Timestamp::from_ms(0), odds(2200)), (Timestamp::from_ms(2000), odds(2300))]);
    }

    #[test]
    fn a_long_fraction_keeps_three_decimals() {
        let long: Odds = "1.909090909091".parse().unwrap();
        let (_, kept) = Point::new(Timestamp::default(), long).get().unwrap();
        assert_eq!(kept, odds(1909));
        let exact = Odds::from_american(-110).unwrap();
        assert_eq!(Point::new(Timestamp::default(), exact).get().unwrap().1, exact);
    }
}
