//! Quantities as a person reads them: `$4.83M`, `1,234`, `31.4%`, `12s`.
//!
//! Integer arithmetic throughout: a float formatter would cost 8 KB of the download, and round
//! money it never saw. Negative numbers carry a real minus sign, which is as wide as the plus.

use shared::units::{Money, Price, Ratio, Shares};

const MINUS: char = '\u{2212}';
/// Names of powers of a thousand, from a thousand on.
const UNITS: [&str; 5] = ["K", "M", "B", "T", "Q"];

/// Whether a number above zero carries a plus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Only a minus is shown.
    Negative,
    /// Also a plus.
    Always,
}

impl Sign {
    const fn of(self, value: i64) -> Option<char> {
        match self {
            _ if value < 0 => Some(MINUS),
            Sign::Always if value > 0 => Some('+'),
            Sign::Always | Sign::Negative => None,
        }
    }
}

/// Dollars to three significant digits: `$4.83M`, `−$851K`, `$12`.
#[must_use]
pub fn money(amount: Money, sign: Sign) -> String {
    let cents = amount.cents();
    let mut out = String::with_capacity(8);
    out.extend(sign.of(cents));
    out.push('$');
    push_short(&mut out, cents.unsigned_abs(), 100);
    out
}

/// Dollars and cents: `$4,830,719.10`.
#[must_use]
pub fn money_exact(amount: Money) -> String {
    let cents = amount.cents();
    let mut out = String::with_capacity(16);
    out.extend(Sign::Negative.of(cents));
    out.push('$');
    push_grouped(&mut out, cents.unsigned_abs() / 100);
    push_decimals(&mut out, cents.unsigned_abs() % 100, 2);
    out
}

/// Dollars per share as the unit writes them, with thousands apart: `1,182.63`.
#[must_use]
pub fn price(price: Price) -> String {
    let text = price.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "00"));
    let mut out = String::with_capacity(text.len() + 2);
    if let Some(magnitude) = whole.strip_prefix('-') {
        out.push(MINUS);
        push_digits(&mut out, magnitude);
    } else {
        push_digits(&mut out, whole);
    }
    out.push('.');
    out.push_str(decimals);
    out
}

/// Whole shares, with thousands apart; a fraction of one share keeps two decimals: `57,856`, `0.74`.
#[must_use]
pub fn shares(shares: Shares) -> String {
    let micro = shares.micro().unsigned_abs();
    let mut out = String::with_capacity(12);
    if micro > 0 && micro < 1_000_000 {
        out.push('0');
        push_decimals(&mut out, (micro / 10_000).max(1), 2);
    } else {
        push_grouped(&mut out, micro / 1_000_000);
    }
    out
}

/// Shares to three significant digits: `57.9K`.
#[must_use]
pub fn shares_short(shares: Shares) -> String {
    let mut out = String::with_capacity(6);
    push_short(&mut out, shares.micro().unsigned_abs(), 1_000_000);
    out
}

/// A count with thousands apart: `1,234,567`.
#[must_use]
pub fn count(n: u64) -> String {
    let mut out = String::with_capacity(12);
    push_grouped(&mut out, n);
    out
}

/// A score with two decimals and its sign: `+0.08`, `−1.00`.
#[must_use]
pub fn score(ratio: Ratio) -> String {
    let hundredths = (ratio.e4().unsigned_abs() + 50) / 100;
    let mut out = String::with_capacity(6);
    if hundredths > 0 {
        out.extend(Sign::Always.of(ratio.e4()));
    }
    push_grouped(&mut out, hundredths / 100);
    push_decimals(&mut out, hundredths % 100, 2);
    out
}

/// A percentage with one decimal: `31.4%`.
#[must_use]
pub fn percent(ratio: Ratio) -> String {
    let tenths = (ratio.e4().unsigned_abs() + 500) / 1000;
    let mut out = String::with_capacity(6);
    if tenths > 0 {
        out.extend(Sign::Negative.of(ratio.e4()));
    }
    push_grouped(&mut out, tenths / 10);
    push_decimals(&mut out, tenths % 10, 1);
    out.push('%');
    out
}

/// Bytes to three significant digits: `1.24 MB`.
#[must_use]
pub fn bytes(n: u64) -> String {
    let mut out = String::with_capacity(8);
    push_short(&mut out, n, 1);
    let unit = if out.ends_with(|c: char| c.is_ascii_digit()) { out.len() } else { out.len() - 1 };
    out.insert(unit, ' ');
    out.push('B');
    out
}

/// How long ago: `now`, `12s`, `3m`, `2h`, `4d`.
#[must_use]
pub fn age(ms: i64) -> String {
    let s = ms / 1000;
    match s {
        i64::MIN..2 => "now".to_owned(),
        2..60 => format!("{s}s"),
        60..3600 => format!("{}m", s / 60),
        3600..86_400 => format!("{}h", s / 3600),
        86_400.. => format!("{}d", s / 86_400),
    }
}

/// `value / one` to three significant digits with the name of the power of a thousand. Below a
/// thousand, whole numbers.
fn push_short(out: &mut String, value: u64, one: u64) {
    let value = u128::from(value);
    let mut unit = u128::from(one);
    if (value + unit / 2) / unit < 1000 {
        push_number(out, (value + unit / 2) / unit);
        return;
    }
    for name in UNITS {
        unit *= 1000;
        for decimals in [2_u32, 1, 0] {
            let scale = 10_u128.pow(decimals);
            let digits = (value * scale + unit / 2) / unit;
            // A unit's last step takes what rounds up to a thousand only when no unit follows.
            if digits < 1000 || (decimals == 0 && name == UNITS[UNITS.len() - 1]) {
                push_number(out, digits / scale);
                if decimals > 0 {
                    push_decimals(out, u64::try_from(digits % scale).unwrap_or(0), decimals as usize);
                }
                out.push_str(name);
                return;
            }
        }
    }
}

fn push_number(out: &mut String, n: u128) {
    push_digits(out, &n.to_string());
}

fn push_grouped(out: &mut String, n: u64) {
    push_digits(out, &n.to_string());
}

/// Digits with a comma before each group of three.
fn push_digits(out: &mut String, digits: &str) {
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

fn push_decimals(out: &mut String, digits: u64, width: usize) {
    let text = digits.to_string();
    out.push('.');
    out.extend(std::iter::repeat_n('0', width.saturating_sub(text.len())));
    out.push_str(&text);
}

/// How long something lasted: `0.4s`, `12s`, `3m 5s`, `2h 10m`.
#[must_use]
pub fn lasted(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0..10 => format!("{s}.{}s", ms % 1000 / 100),
        10..60 => format!("{s}s"),
        60..3600 => format!("{}m {}s", s / 60, s % 60),
        3600.. => format!("{}h {}m", s / 3600, s / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn money_keeps_three_significant_digits() {
        for (exact, short) in [
            ("0", "$0"),
            ("0.49", "$0"),
            ("12.50", "$13"),
            ("999.49", "$999"),
            ("999.50", "$1.00K"),
            ("4830719.10", "$4.83M"),
            ("-850890.92", "\u{2212}$851K"),
            ("12345", "$12.3K"),
            ("99949", "$99.9K"),
            ("99950", "$100K"),
            ("999499", "$999K"),
            ("999500", "$1.00M"),
            ("9994999999", "$9.99B"),
            ("9995000000", "$10.0B"),
        ] {
            assert_eq!(money(dollars(exact), Sign::Negative), short, "{exact}");
        }
        assert_eq!(money(dollars("5"), Sign::Always), "+$5");
        assert_eq!(money(dollars("0"), Sign::Always), "$0");
    }

    #[test]
    fn exact_texts_group_thousands() {
        assert_eq!(money_exact(dollars("-4830719.1")), "\u{2212}$4,830,719.10");
        assert_eq!(money_exact(dollars("0.05")), "$0.05");
        assert_eq!(price("1182.6300".parse().unwrap()), "1,182.63");
        assert_eq!(price("0.0001".parse().unwrap()), "0.0001");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(0), "0");
    }

    #[test]
    fn shares_show_a_fraction_only_below_one() {
        for (exact, short) in [("57856", "57,856"), ("0.740474", "0.74"), ("0.001", "0.01"), ("1.9", "1"), ("0", "0")] {
            assert_eq!(shares(exact.parse().unwrap()), short, "{exact}");
        }
        assert_eq!(shares_short("57856".parse().unwrap()), "57.9K");
    }

    #[test]
    fn ratios_round_once_and_zero_has_no_sign() {
        for (e4, text) in [(-809, "\u{2212}0.08"), (850, "+0.09"), (49, "0.00"), (-49, "0.00"), (10_000, "+1.00")] {
            assert_eq!(score(Ratio::from_e4(e4)), text, "{e4}");
        }
        assert_eq!(percent(Ratio::from_e4(313_640)), "31.4%");
        assert_eq!(percent(Ratio::from_e4(1_000_000)), "100.0%");
    }

    #[test]
    fn bytes_and_ages() {
        assert_eq!(bytes(950), "950 B");
        assert_eq!(bytes(1_240_000), "1.24 MB");
        for (ms, text) in [(-5, "now"), (1999, "now"), (2000, "2s"), (61_000, "1m"), (7_200_000, "2h")] {
            assert_eq!(age(ms), text, "{ms}");
        }
        for (ms, text) in [(0, "0.0s"), (9_999, "9.9s"), (59_999, "59s"), (185_000, "3m 5s"), (7_800_000, "2h 10m")] {
            assert_eq!(lasted(ms), text, "{ms}");
        }
    }
}
