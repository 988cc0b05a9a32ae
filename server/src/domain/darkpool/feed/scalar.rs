//! One value of a message, whatever type the provider gave it.
//!
//! The same letter means different things in different messages (`c` is a list, a code or a closing
//! price; `i` a text, a list or a number), and numbers have become strings before (`ds`). So no type
//! is an error here: what a value is worth is asked when its meaning is known.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::domain::darkpool::Conditions;

/// A JSON value, as far as messages of the stocks feed need it. Texts without escapes are borrowed.
#[derive(Debug, Default)]
pub(super) enum Scalar<'a> {
    /// Not there, or `null`.
    #[default]
    Absent,
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    /// A list: what is in it that can be a condition code.
    Codes(Conditions),
    /// An object or a boolean, or an integer out of range.
    Other,
}

/// What a price or a size stays below, in dollars or shares.
const MOST: i64 = 1_000_000_000;

impl Scalar<'_> {
    pub fn is_absent(&self) -> bool {
        matches!(self, Scalar::Absent)
    }

    /// The text, or nothing.
    pub fn text(&self) -> &str {
        if let Scalar::Text(text) = self { text } else { "" }
    }

    /// A whole number, also when it is written `7.0` or `"7"`.
    pub fn int(&self) -> Option<i64> {
        match self {
            Scalar::Int(n) => Some(*n),
            Scalar::Float(x) => whole(*x),
            Scalar::Text(text) => text.parse().ok(),
            Scalar::Absent | Scalar::Codes(_) | Scalar::Other => None,
        }
    }

    /// In millionths; `None` unless it is a number from 0 to below a thousand million.
    pub fn micro(&self) -> Option<i64> {
        match self {
            Scalar::Int(n) => (0..MOST).contains(n).then(|| n * 1_000_000),
            Scalar::Float(x) => micro_of_float(*x),
            Scalar::Text(text) => micro_of_text(text),
            Scalar::Absent | Scalar::Codes(_) | Scalar::Other => None,
        }
    }

    /// A list of condition codes, or a single one.
    pub fn codes(&self) -> Conditions {
        match self {
            Scalar::Codes(codes) => *codes,
            Scalar::Int(n) => u16::try_from(*n).into_iter().collect(),
            Scalar::Absent | Scalar::Float(_) | Scalar::Text(_) | Scalar::Other => Conditions::default(),
        }
    }
}

/// The integer that `x` is, if it is one and a float tells it from its neighbours.
fn whole(x: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is below 2^53")]
    (x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0).then_some(x as i64)
}

/// Exact for every number that was written with at most six decimals: it has at most 15 digits, so
/// the float nearest to it is off by at most one part in 2^53, the product by one more, which below
/// 1e15 is less than a quarter: rounding gives the integer that was meant. More decimals are rounded.
fn micro_of_float(x: f64) -> Option<i64> {
    // A NaN is in no range.
    if !(0.0..1e9).contains(&x) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is positive and below 1e15")]
    Some((x * 1e6 + 0.5) as i64)
}

/// `40`, `40.0`, `0.740474`; decimals after the sixth are cut off.
fn micro_of_text(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if (whole.is_empty() && fraction.is_empty()) || whole.len() > 9 {
        return None;
    }
    let kept = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    let cut = fraction.as_bytes().get(6..).unwrap_or_default();
    let mut micro = 0;
    for byte in whole.bytes().chain(kept) {
        // Nine digits and six: it cannot overflow.
        micro = micro * 10 + i64::from(char::from(byte).to_digit(10)?);
    }
    cut.iter().all(u8::is_ascii_digit).then_some(micro)
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Int(n))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Scalar<'de>, E> {
        Ok(i64::try_from(n).map_or(Scalar::Other, Scalar::Int))
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Float(x))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
        let mut codes = Conditions::default();
        while let Some(item) = list.next_element::<Scalar<'de>>()? {
            if let Some(code) = item.int().and_then(|n| u16::try_from(n).ok()) {
                codes.push(code);
            }
        }
        Ok(Scalar::Codes(codes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Scalar<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn prices_and_sizes_come_as_numbers_and_as_texts() {
        let cases = [
            ("182.63", Some(182_630_000)),
            ("182", Some(182_000_000)),
            (r#""182.63""#, Some(182_630_000)),
            (r#""40.0""#, Some(40_000_000)),
            (r#""0.740474""#, Some(740_474)),
            (r#""0.7404749999""#, Some(740_474)),
            (r#"".5""#, Some(500_000)),
            (r#""5.""#, Some(5_000_000)),
            ("0.0001", Some(100)),
            ("1e-4", Some(100)),
            ("0", Some(0)),
            ("-0.0", Some(0)),
            ("999999999.999999", Some(999_999_999_999_999)),
            ("999999999", Some(999_999_999_000_000)),
            ("1000000000", None),
            ("1e9", None),
            (r#""1000000000""#, None),
            ("-1", None),
            ("-0.01", None),
            (r#""-1""#, None),
            (r#""1e3""#, None),
            (r#""1.2.3""#, None),
            (r#""1.0000000x""#, None),
            (r#""""#, None),
            (r#"".""#, None),
            (r#""NaN""#, None),
            ("18446744073709551615", None),
            ("true", None),
            ("[1]", None),
            ("{}", None),
            ("null", None),
        ];
        for (json, expected) in cases {
            assert_eq!(read(json).micro(), expected, "{json}");
        }
        assert_eq!(micro_of_float(f64::NAN), None);
        assert_eq!(micro_of_float(f64::INFINITY), None);
    }

    #[test]
    fn whole_numbers_may_wear_a_point_or_quotes() {
        for (json, expected) in [("7", Some(7)), ("7.0", Some(7)), (r#""7""#, Some(7)), ("-7", Some(-7))] {
            assert_eq!(read(json).int(), expected, "{json}");
        }
        for json in ["7.5", "1e300", r#""seven""#, "null", "[7]", "{}", "false"] {
            assert_eq!(read(json).int(), None, "{json}");
        }
    }

    #[test]
    fn codes_are_a_list_or_one_and_what_is_no_code_is_left_out() {
        assert_eq!(read("[14,41]").codes().as_slice(), [14, 41]);
        assert_eq!(read(r#"[14,-1,70000,"x",null,[37],"41"]"#).codes().as_slice(), [14, 41]);
        assert_eq!(read("1").codes().as_slice(), [1]);
        assert_eq!(read("25.39").codes().as_slice(), [] as [u16; 0]);
    }

    proptest! {
        #[test]
        fn six_decimals_survive_the_float_exactly(micro in 0_i64..1_000_000_000_000_000, cut in 0_usize..6) {
            let written = format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
            prop_assert_eq!(read(&written).micro(), Some(micro));
            let short = &written[..written.len() - cut];
            let quoted = format!("\"{short}\"");
            prop_assert_eq!(read(short).micro(), read(&quoted).micro());
        }
    }
}
