//! Fixed-point decimals: one integer, a number of decimals that the type knows, a decimal string
//! on the wire. Arithmetic is exact; rounding happens once, at output, half away from zero.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// Why a decimal string was refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DecimalError {
    /// Something other than an optional sign, digits and one point.
    #[error("not a decimal number")]
    Syntax,
    /// More decimals than the type keeps.
    #[error("more decimals than are kept")]
    TooPrecise,
    /// Outside the range of the type.
    #[error("out of range")]
    Range,
}

/// Dollars, kept to 1e-12 so that price (1e-6) times size (1e-6) is exact. Written with 2 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

/// Dollars per share, kept to 1e-6. Written with 2 to 6 decimals: `182.63`, `297.845`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i64);

/// A number of shares, kept to 1e-6 since fractions of a share trade. Written with 0 to 6 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shares(i64);

/// A ratio, a percentage or a score, kept to and written with 4 decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(i64);

/// A percentage, kept to 1e-6 and written with 2 decimals: `1.20`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// From 1e-12 dollars.
    #[must_use]
    pub const fn from_pico(pico: i128) -> Money {
        Money(pico)
    }

    /// In 1e-12 dollars.
    #[must_use]
    pub const fn pico(self) -> i128 {
        self.0
    }

    /// In cents, rounded half away from zero; saturates at the range of `i64`.
    #[must_use]
    pub fn cents(self) -> i64 {
        let cents = round_div(self.0, 10_i128.pow(10));
        i64::try_from(cents).unwrap_or(if cents < 0 { i64::MIN } else { i64::MAX })
    }
}

impl Price {
    /// From 1e-6 dollars.
    #[must_use]
    pub const fn from_micro(micro: i64) -> Price {
        Price(micro)
    }

    /// In 1e-6 dollars.
    #[must_use]
    pub const fn micro(self) -> i64 {
        self.0
    }

    /// What `shares` cost at this price, exactly.
    #[must_use]
    pub fn notional(self, shares: Shares) -> Money {
        Money(i128::from(self.0) * i128::from(shares.0))
    }
}

impl Shares {
    /// None.
    pub const ZERO: Shares = Shares(0);

    /// From 1e-6 shares.
    #[must_use]
    pub const fn from_micro(micro: i64) -> Shares {
        Shares(micro)
    }

    /// In 1e-6 shares.
    #[must_use]
    pub const fn micro(self) -> i64 {
        self.0
    }
}

impl Percent {
    /// From millionths of a percent.
    #[must_use]
    pub const fn from_micro(micro: i64) -> Percent {
        Percent(micro)
    }

    /// In millionths of a percent.
    #[must_use]
    pub const fn micro(self) -> i64 {
        self.0
    }
}

impl Ratio {
    /// From ten-thousandths.
    #[must_use]
    pub const fn from_e4(e4: i64) -> Ratio {
        Ratio(e4)
    }

    /// In ten-thousandths.
    #[must_use]
    pub const fn e4(self) -> i64 {
        self.0
    }

    /// `numerator / denominator`, rounded half away from zero; `None` when the denominator is 0 or
    /// the result is out of range.
    #[must_use]
    pub fn of(numerator: i128, denominator: i128) -> Option<Ratio> {
        if denominator == 0 {
            return None;
        }
        let scaled = numerator.checked_mul(10_000)?;
        i64::try_from(round_div(scaled, denominator)).ok().map(Ratio)
    }
}

/// Division rounded half away from zero.
fn round_div(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    // Halves are compared through the remainder, so nothing overflows.
    let (quotient, remainder) = (n / d, n % d);
    let rounded = quotient + u128::from(remainder >= d - remainder);
    let rounded = i128::try_from(rounded).unwrap_or(i128::MAX);
    if (numerator < 0) == (denominator < 0) { rounded } else { -rounded }
}

/// Writes `value / 10^scale` with between `least` and `most` decimals.
fn write_fixed(f: &mut fmt::Formatter<'_>, value: i128, scale: u32, least: u32, most: u32) -> fmt::Result {
    let mut digits = round_div(value, 10_i128.pow(scale - most));
    let mut decimals = most;
    while decimals > least && digits % 10 == 0 {
        digits /= 10;
        decimals -= 1;
    }
    let sign = if digits < 0 { "-" } else { "" };
    let unit = 10_u128.pow(decimals);
    let magnitude = digits.unsigned_abs();
    if decimals == 0 {
        write!(f, "{sign}{magnitude}")
    } else {
        let width = decimals as usize;
        write!(f, "{sign}{}.{:0width$}", magnitude / unit, magnitude % unit)
    }
}

/// Reads `[+-]digits[.digits]` into units of `10^-scale`; trailing zeros beyond the scale are allowed.
fn parse_fixed(text: &str, scale: usize) -> Result<i128, DecimalError> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return Err(DecimalError::Syntax);
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(scale));
    if beyond.bytes().any(|b| b != b'0') {
        return Err(DecimalError::TooPrecise);
    }
    let mut value: i128 = 0;
    let padding = std::iter::repeat_n(b'0', scale - kept.len());
    for digit in whole.bytes().chain(kept.bytes()).chain(padding) {
        value =
            value.checked_mul(10).and_then(|v| v.checked_add(i128::from(digit - b'0'))).ok_or(DecimalError::Range)?;
    }
    Ok(if negative { -value } else { value })
}

/// What all five share: text form, wire form, sums.
macro_rules! fixed {
    ($name:ident, $int:ty, scale $scale:literal, decimals $least:literal to $most:literal, $what:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_fixed(f, i128::from(self.0), $scale, $least, $most)
            }
        }

        impl FromStr for $name {
            type Err = DecimalError;

            fn from_str(text: &str) -> Result<Self, DecimalError> {
                let value = parse_fixed(text, $scale)?;
                <$int>::try_from(value).map($name).map_err(|_| DecimalError::Range)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a decimal string: ", $what))
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }

        impl std::ops::Add for $name {
            type Output = $name;

            fn add(self, other: $name) -> $name {
                $name(self.0.saturating_add(other.0))
            }
        }

        impl std::ops::Sub for $name {
            type Output = $name;

            fn sub(self, other: $name) -> $name {
                $name(self.0.saturating_sub(other.0))
            }
        }

        impl std::ops::AddAssign for $name {
            fn add_assign(&mut self, other: $name) {
                *self = *self + other;
            }
        }
    };
}

fixed!(Money, i128, scale 12, decimals 2 to 2, "dollars");
fixed!(Price, i64, scale 6, decimals 2 to 6, "dollars per share");
fixed!(Shares, i64, scale 6, decimals 0 to 6, "shares");
fixed!(Ratio, i64, scale 4, decimals 4 to 4, "a ratio");
fixed!(Percent, i64, scale 6, decimals 2 to 2, "a percentage");

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn check<T: FromStr<Err = DecimalError> + fmt::Display>(cases: &[(&str, Result<&str, DecimalError>)]) {
        for (input, expected) in cases {
            let actual = input.parse::<T>().map(|v| v.to_string());
            assert_eq!(actual, expected.map(str::to_owned), "{input}");
        }
    }

    #[test]
    fn money_is_written_with_two_decimals_rounded_half_away_from_zero() {
        check::<Money>(&[
            ("4830719.1", Ok("4830719.10")),
            ("0.005", Ok("0.01")),
            ("-0.005", Ok("-0.01")),
            ("0.004999999999", Ok("0.00")),
            ("-0.004", Ok("0.00")),
            ("1.0000000000001", Err(DecimalError::TooPrecise)),
            ("", Err(DecimalError::Syntax)),
            (".", Err(DecimalError::Syntax)),
            ("1e3", Err(DecimalError::Syntax)),
            ("- 1", Err(DecimalError::Syntax)),
            ("99999999999999999999999999999999", Err(DecimalError::Range)),
        ]);
    }

    #[test]
    fn a_price_shows_cents_always_and_sub_pennies_when_there_are_some() {
        check::<Price>(&[
            ("182.6300", Ok("182.63")),
            ("297.845", Ok("297.845")),
            ("10", Ok("10.00")),
            ("0.0001", Ok("0.0001")),
            ("9223372036855", Err(DecimalError::Range)),
        ]);
    }

    #[test]
    fn shares_show_a_fraction_only_when_there_is_one() {
        check::<Shares>(&[("40.0", Ok("40")), ("0.740474", Ok("0.740474")), ("100", Ok("100"))]);
    }

    #[test]
    fn a_ratio_rounds_once_and_knows_no_division_by_zero() {
        assert_eq!(Ratio::of(-850_890, 10_512_329).map(|r| r.to_string()).as_deref(), Some("-0.0809"));
        assert_eq!(Ratio::of(1, 0), None);
        assert_eq!(Ratio::of(1, 20_000).map(Ratio::e4), Some(1));
        assert_eq!(Ratio::of(-1, 20_000).map(Ratio::e4), Some(-1));
        assert_eq!(Ratio::of(1, 20_001).map(Ratio::e4), Some(0));
    }

    #[test]
    fn price_times_size_is_exact() {
        let price: Price = "297.845".parse().unwrap();
        let size: Shares = "0.740474".parse().unwrap();
        assert_eq!(price.notional(size).pico(), 220_546_478_530_000);
        assert_eq!(price.notional(size).cents(), 22_055);
    }

    #[test]
    fn json_carries_strings() {
        assert_eq!(serde_json::to_string(&Price::from_micro(182_630_000)).unwrap(), r#""182.63""#);
        assert_eq!(serde_json::from_str::<Money>(r#""-1.50""#).unwrap().cents(), -150);
        assert!(serde_json::from_str::<Money>("1.5").is_err());
    }
}
