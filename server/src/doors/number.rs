//! Decimals as JSON numbers, for doors whose documents have numbers where v1 has strings.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use shared::units::{Money, Odds};

/// A decimal as a JSON number, digit for digit: no floating-point number comes between.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Number(#[schemars(with = "f64")] Box<RawValue>);

impl Number {
    /// Of what is written as a decimal.
    pub fn of(decimal: impl Display) -> Number {
        let text = decimal.to_string();
        let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        let raw = RawValue::from_string(trimmed.to_owned());
        Number(raw.expect("a decimal is digits, perhaps with a sign before and a point within"))
    }
}

/// A number that a client sent, or the same as a text.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Given {
    /// `100` or `12.5`
    Number(#[schemars(with = "f64")] serde_json::Number),
    /// `"12.50"`
    Text(Box<str>),
}

impl Given {
    fn text(&self) -> String {
        match self {
            Given::Number(number) => number.to_string(),
            Given::Text(text) => text.trim().to_owned(),
        }
    }

    /// As an amount of money.
    pub fn money(&self) -> Option<Money> {
        self.text().parse().ok()
    }

    /// As a percentage or another plain decimal.
    pub fn decimal(&self) -> Option<f64> {
        self.text().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// As odds: American at -100 and below and at 100 and above, decimal between 1 and 100.
    pub fn price(&self) -> Option<GivenPrice> {
        let text = self.text();
        let text = text.strip_prefix('+').unwrap_or(&text);
        let whole = text.strip_suffix(".0").unwrap_or(text);
        match whole.parse::<i64>() {
            Ok(american) if american.unsigned_abs() >= 100 => Some(GivenPrice::American(american)),
            Ok(_) | Err(_) => text.parse().ok().filter(|odds| *odds < hundred()).map(GivenPrice::Decimal),
        }
    }
}

/// A price as a client gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenPrice {
    /// What 100 wins, or less than zero what wins 100.
    American(i64),
    /// Stake included.
    Decimal(Odds),
}

fn hundred() -> Odds {
    Odds::new(100, 1).expect("it is above 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_keeps_its_digits() {
        for (text, expected) in
            [("190.91", "190.91"), ("100.00", "100"), ("-3.50", "-3.5"), ("0.00", "0"), ("100", "100"), ("1.20", "1.2")]
        {
            assert_eq!(serde_json::to_string(&Number::of(text)).unwrap(), expected);
        }
    }

    #[test]
    fn a_price_is_american_or_decimal_by_its_size() {
        let odds = |text: &str| Some(GivenPrice::Decimal(text.parse().unwrap()));
        for (json, expected) in [
            ("-110", Some(GivenPrice::American(-110))),
            ("150.0", Some(GivenPrice::American(150))),
            ("100", Some(GivenPrice::American(100))),
            (r#""+120""#, Some(GivenPrice::American(120))),
            ("1.91", odds("1.91")),
            ("99.5", odds("99.5")),
            (r#""2.05""#, odds("2.05")),
            ("2", odds("2")),
            ("1", None),
            ("-99", None),
            ("110.5", None),
            ("-110.5", None),
            ("0", None),
            (r#""evens""#, None),
        ] {
            let given: Given = serde_json::from_str(json).unwrap();
            assert_eq!(given.price(), expected, "{json}");
        }
    }

    #[test]
    fn money_is_read_exactly() {
        for (json, expected) in
            [("100", Some("100.00")), ("0.1", Some("0.10")), (r#""12.50""#, Some("12.50")), ("true", None)]
        {
            let given = serde_json::from_str::<Given>(json).ok();
            assert_eq!(given.and_then(|g| g.money()).map(|m| m.to_string()).as_deref(), expected, "{json}");
        }
    }
}
