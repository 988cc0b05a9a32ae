//! Prices, lines, scores and times out of the text of a JSON value: never through a floating-point
//! number, which would change some.

use serde_json::value::RawValue;
use shared::units::{Odds, OddsFormat, Timestamp};

/// The first millisecond of the year 10000.
const END_OF_TIME_MS: i64 = 253_402_300_800_000;

/// The text of a number, or of a string that holds one.
pub(super) fn text_of(raw: &RawValue) -> &str {
    let text = raw.get();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
}

/// A price as the provider was asked to write it.
pub(super) fn price(raw: &RawValue, format: OddsFormat) -> Option<Odds> {
    let text = text_of(raw);
    match format {
        OddsFormat::Decimal => {
            let (digits, scale) = scaled(text, 17)?;
            Odds::new(u64::try_from(digits).ok()?, 10_u64.checked_pow(scale)?).ok()
        }
        OddsFormat::American => match scaled(text, 0)? {
            (american, 0) => Odds::from_american(american).ok(),
            _ => None,
        },
        OddsFormat::Fractional => {
            let (wins, stake) = text.split_once('/')?;
            Odds::from_fraction(wins.trim().parse().ok()?, stake.trim().parse().ok()?).ok()
        }
    }
}

/// A handicap or a number of points, in hundredths: at most 9,999.99 either way.
pub(super) fn line(raw: &RawValue) -> Option<i32> {
    let (digits, scale) = scaled(text_of(raw), 2)?;
    let hundredths = digits.checked_mul(10_i64.pow(2 - scale))?;
    i32::try_from(hundredths).ok().filter(|line| line.abs() < 1_000_000)
}

/// Points of a team: a whole number.
pub(super) fn points(raw: &RawValue) -> Option<i32> {
    match scaled(text_of(raw), 0)? {
        (points, 0) => i32::try_from(points).ok(),
        _ => None,
    }
}

/// `2025-08-15T20:00:00Z`, or seconds since 1970.
pub(super) fn time(raw: &RawValue) -> Option<Timestamp> {
    let text = text_of(raw);
    let seconds = text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
    let ms = seconds.or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond))?;
    (1..END_OF_TIME_MS).contains(&ms).then(|| Timestamp::from_ms(ms))
}

/// `[+-]digits[.digits]` as a whole number and how many of its digits are decimals, zeros at the end left
/// out; `None` with more decimals than `most`.
fn scaled(text: &str, most: usize) -> Option<(i64, u32)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut digits = whole.bytes().chain(fraction.bytes());
    if whole.is_empty() || fraction.len() > most || !digits.clone().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let add = |sum: i64, digit: u8| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0'));
    let number = digits.try_fold(0, add)?;
    Some((if text.starts_with('-') { -number } else { number }, u32::try_from(fraction.len()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn prices(format: OddsFormat, cases: &[(&str, Option<(u64, u64)>)]) {
        for (text, expected) in cases {
            let odds = price(&raw(text), format).map(|odds| (odds.numerator(), odds.denominator()));
            assert_eq!(odds, *expected, "{text}");
        }
    }

    #[test]
    fn decimal_prices_are_what_is_written() {
        prices(
            OddsFormat::Decimal,
            &[
                ("2", Some((2, 1))),
                ("2.0", Some((2, 1))),
                ("1.91", Some((191, 100))),
                ("1.9090909090909092", Some((4_772_727_272_727_273, 2_500_000_000_000_000))),
                ("\"3.25\"", Some((13, 4))),
                ("1000.00000", Some((1_000, 1))),
                ("1", None),
                ("1.0", None),
                ("0.5", None),
                ("-2", None),
                ("2e1", None),
                ("1000000", None),
                ("9999999999999999999999", None),
                ("\"\"", None),
                ("\"2,5\"", None),
                ("true", None),
            ],
        );
    }

    #[test]
    fn american_and_fractional_prices_are_exact() {
        let american = [
            ("-110", Some((21, 11))),
            ("150", Some((5, 2))),
            ("\"+150\"", Some((5, 2))),
            ("-100.0", Some((2, 1))),
            ("99", None),
            ("-110.5", None),
        ];
        prices(OddsFormat::American, &american);
        prices(OddsFormat::Fractional, &[("\"10/11\"", Some((21, 11))), ("\"1/0\"", None), ("2.5", None)]);
    }

    #[test]
    fn lines_are_hundredths_and_points_are_whole() {
        let cases = [("-1.5", Some(-150)), ("0", Some(0)), ("-0.0", Some(0)), ("2.25", Some(225)), ("+7", Some(700))];
        for (text, expected) in cases.into_iter().chain([("2.125", None), ("10000", None), ("null", None)]) {
            let quoted = format!("\"{text}\"");
            let given = if text.starts_with('+') { &quoted } else { text };
            assert_eq!(line(&raw(given)), expected, "{text}");
        }
        for (text, expected) in [("\"113\"", Some(113)), ("0", Some(0)), ("\"250/3\"", None), ("\"1.5\"", None)] {
            assert_eq!(points(&raw(text)), expected, "{text}");
        }
    }

    #[test]
    fn times_are_read_in_both_forms() {
        let ms = |text: &str| time(&raw(text)).map(Timestamp::ms);
        assert_eq!(ms("\"2025-08-15T20:00:00Z\""), Some(1_755_288_000_000));
        assert_eq!(ms("1755288000"), Some(1_755_288_000_000));
        assert_eq!(ms("\"2025-08-15T22:00:00.5+02:00\""), Some(1_755_288_000_500));
        for bad in ["\"2025-08-15\"", "0", "-5", "\"soon\"", "1755288000000000", "1.5", "{}"] {
            assert_eq!(ms(bad), None, "{bad}");
        }
    }
}
