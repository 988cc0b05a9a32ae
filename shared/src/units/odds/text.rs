//! Odds as people write and read them. On the wire they are always decimal.

use super::{Odds, OddsError, OddsFormat};

/// The greatest denominator that is shown: prices of up to three decimals are exact.
const SHOWN: u64 = 1_000;
/// American odds have at most so many digits before the point: 1.000000000001 is -100000000000000.
const AMERICAN_DIGITS: u32 = 15;

impl Odds {
    /// For people: `1.91`, `-110` or `+150`, `10/11`.
    ///
    /// Decimal odds have two decimals, or three where that is exact. American odds are rounded to whole numbers,
    /// fractions to the nearest one with a denominator of at most 1000. So it is not for reckoning or sending.
    #[must_use]
    pub fn format(self, format: OddsFormat) -> String {
        match format {
            OddsFormat::Decimal => self.decimal(),
            OddsFormat::American => format!("{:+}", self.american()),
            OddsFormat::Fractional => {
                let (wins, stake) = self.fraction();
                let (wins, stake) = nearest(wins, stake);
                format!("{wins}/{stake}")
            }
        }
    }

    fn decimal(self) -> String {
        if SHOWN.is_multiple_of(self.den) {
            return self.to_string();
        }
        let (num, den) = (u128::from(self.num), u128::from(self.den));
        // Half up.
        let cents = (200 * num + den) / (2 * den);
        // A price near 1 is written out rather than as 1.00, which is none.
        if cents > 100 { format!("{}.{:02}", cents / 100, cents % 100) } else { self.to_string() }
    }

    /// Reads odds in any of the ways people write them: `2.05`, `-110`, `+150`, `10/11`, `evens`.
    ///
    /// American odds need their sign, since `150` may as well be a decimal price. They may have decimals: `-102.5`.
    ///
    /// # Errors
    /// None of these, or no price.
    pub fn parse_any(text: &str) -> Result<Odds, OddsError> {
        let text = text.trim();
        if ["evens", "even", "evs", "ev"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Odds::new(2, 1);
        }
        if let Some((wins, stake)) = text.split_once('/') {
            let whole = |part: &str| decimal(part.trim(), 18, 0).map(|(digits, _)| digits);
            return Odds::from_fraction(whole(wins)?, whole(stake)?);
        }
        if let Some(wins) = text.strip_prefix('+') {
            let (wins, unit) = hundreds(wins)?;
            return Odds::from_wide(wins + unit, unit);
        }
        // Pages write a minus sign, keyboards a hyphen.
        if let Some(stake) = text.strip_prefix(['-', '\u{2212}']) {
            let (stake, unit) = hundreds(stake)?;
            return Odds::from_wide(stake + unit, stake);
        }
        text.parse()
    }
}

/// The size of American odds as digits, and 100 in the same unit.
fn hundreds(text: &str) -> Result<(u128, u128), OddsError> {
    let (digits, unit) = decimal(text, AMERICAN_DIGITS, 3)?;
    let (size, hundred) = (u128::from(digits), 100 * u128::from(unit));
    if size < hundred { Err(OddsError::NoProfit) } else { Ok((size, hundred)) }
}

/// Reads `12.50` as 125 tenths, without a sign: at most so many digits before the point and behind it, 18 together.
pub(super) fn decimal(text: &str, whole_digits: u32, decimals: u32) -> Result<(u64, u64), OddsError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(OddsError::Syntax);
    }
    let fraction = fraction.trim_end_matches('0');
    let behind = u32::try_from(fraction.len()).map_err(|_| OddsError::Range)?;
    if whole.len() > whole_digits as usize || behind > decimals {
        return Err(OddsError::Range);
    }
    let digits = whole.bytes().chain(fraction.bytes()).fold(0, |value, b| value * 10 + u64::from(b - b'0'));
    Ok((digits, 10_u64.pow(behind)))
}

/// The fraction with a denominator of at most [`SHOWN`] that is nearest, by continued fractions; never 0.
fn nearest(wins: u64, stake: u64) -> (u64, u64) {
    if stake <= SHOWN {
        return (wins, stake);
    }
    let (mut before, mut last) = ((0, 1), (1, 0));
    let (mut n, mut d) = (wins, stake);
    loop {
        let whole = n / d;
        let next = (before.0 + whole * last.0, before.1 + whole * last.1);
        if next.1 > SHOWN {
            break;
        }
        (before, last) = (last, next);
        (n, d) = (d, n % d);
    }
    // Between the last one that fits and the first that does not, the one furthest along.
    let steps = (SHOWN - before.1) / last.1;
    let between = (before.0 + steps * last.0, before.1 + steps * last.1);
    let nearer = if 2 * u128::from(d) * u128::from(between.1) <= u128::from(stake) { last } else { between };
    if nearer.0 == 0 { (1, stake / wins) } else { nearer }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn odds_are_shown_in_three_ways() {
        for (odds, decimal, american, fractional) in [
            (Odds::from_american(-110), "1.91", "-110", "10/11"),
            (Odds::from_american(150), "2.50", "+150", "3/2"),
            (Odds::new(2, 1), "2.00", "+100", "1/1"),
            ("1.909".parse(), "1.909", "-110", "909/1000"),
            ("1.9091".parse(), "1.91", "-110", "10/11"),
            ("3.1416".parse(), "3.14", "+214", "1951/911"),
            ("13.125".parse(), "13.125", "+1213", "97/8"),
            ("1.0004".parse(), "1.0004", "-250000", "1/2500"),
            ("1.000000000001".parse(), "1.000000000001", "-100000000000000", "1/1000000000000"),
            ("999999.99".parse(), "999999.99", "+99999899", "99999899/100"),
        ] {
            let odds = odds.unwrap();
            assert_eq!(odds.format(OddsFormat::Decimal), decimal);
            assert_eq!(odds.format(OddsFormat::American), american);
            assert_eq!(odds.format(OddsFormat::Fractional), fractional);
        }
    }

    #[test]
    fn odds_are_read_however_people_write_them() {
        for (text, expected) in [
            ("2.05", Ok("2.05")),
            (" 2 ", Ok("2.00")),
            ("-110", Ok("1.909090909091")),
            ("\u{2212}110", Ok("1.909090909091")),
            ("+150", Ok("2.50")),
            ("-102.5", Ok("1.975609756098")),
            ("-100", Ok("2.00")),
            ("10/11", Ok("1.909090909091")),
            ("100 / 30", Ok("4.333333333333")),
            ("Evens", Ok("2.00")),
            ("EVS", Ok("2.00")),
            ("150", Ok("150.00")),
            ("", Err(OddsError::Syntax)),
            ("+", Err(OddsError::Syntax)),
            ("-1/2", Err(OddsError::Syntax)),
            ("1/2/3", Err(OddsError::Syntax)),
            ("1.5/2", Err(OddsError::Range)),
            ("--110", Err(OddsError::Syntax)),
            ("1e3", Err(OddsError::Syntax)),
            ("NaN", Err(OddsError::Syntax)),
            ("1/0", Err(OddsError::NoProfit)),
            ("0/1", Err(OddsError::NoProfit)),
            ("1", Err(OddsError::NoProfit)),
            ("0.5", Err(OddsError::NoProfit)),
            ("-99", Err(OddsError::NoProfit)),
            ("-0.0", Err(OddsError::NoProfit)),
            ("+99.99", Err(OddsError::NoProfit)),
            ("+100000000", Err(OddsError::Range)),
            ("1000000", Err(OddsError::Range)),
            ("-9999999999999999", Err(OddsError::Range)),
            ("2.0000000000001", Err(OddsError::Range)),
        ] {
            let actual = Odds::parse_any(text).map(|odds| odds.to_string());
            assert_eq!(actual, expected.map(str::to_owned), "{text:?}");
        }
    }
}
