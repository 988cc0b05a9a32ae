//! American, decimal, fractional and implied: one price, exactly.

use serde_json::Value;
use shared::units::{Money, Odds, OddsError, Ratio};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::oracle::{cases, number, text};

const CONVERSIONS: &str = include_str!("../../oracles/conversions.json");

/// `num / den` with so many decimals, rounded half to even as the cases are.
fn decimals(num: u128, den: u128, decimals: usize) -> String {
    let unit = 10_u128.pow(u32::try_from(decimals).unwrap());
    let (digits, rest) = (num * unit / den, num * unit % den);
    let up = 2 * rest > den || (2 * rest == den && digits % 2 == 1);
    let digits = digits + u128::from(up);
    format!("{}.{:0decimals$}", digits / unit, digits % unit)
}

fn decimal12(odds: Odds) -> String {
    decimals(odds.numerator().into(), odds.denominator().into(), 12)
}

fn implied12(odds: Odds) -> String {
    let exact = decimals(odds.denominator().into(), odds.numerator().into(), 12);
    assert!((odds.implied() - exact.parse::<f64>().unwrap()).abs() < 1e-12);
    exact
}

fn american6(odds: Odds) -> String {
    let (wins, stake) = odds.fraction();
    let (wins, stake) = (u128::from(wins) * 100, u128::from(stake) * 100);
    if wins >= stake { decimals(wins, stake / 100, 6) } else { format!("-{}", decimals(stake, wins / 100, 6)) }
}

fn fraction(odds: Odds) -> String {
    let (wins, stake) = odds.fraction();
    format!("{wins}/{stake}")
}

#[test]
fn american_odds_are_read_exactly() {
    let cases = cases(CONVERSIONS, "american");
    assert_eq!(cases.len(), 17);
    for case in cases {
        let american = number(&case["american"]);
        let odds = Odds::parse_any(&format!("{american:+}")).unwrap();
        if let Some(whole) = case["american"].as_i64() {
            assert_eq!(Odds::from_american(whole), Ok(odds));
            assert_eq!(odds.american(), whole, "{case}");
        }
        assert_eq!(decimal12(odds), case["decimal12"].as_str().unwrap());
        assert_eq!(odds.to_string().parse::<f64>().unwrap(), number(&case["decimal12"]), "{case}");
        assert_eq!(format!("{}/{}", odds.numerator(), odds.denominator()), text(&case["decimal_exact"]));
        assert_eq!(fraction(odds), text(&case["fractional"]));
        assert_eq!(implied12(odds), text(&case["implied12"]));
        assert_eq!(american6(odds), text(&case["american_roundtrip"]));
        let (wins, stake) = odds.fraction();
        let profit = text(&case["profit_on_100"]);
        let (num, den) = profit.split_once('/').unwrap();
        let (num, den): (u64, u64) = (num.parse().unwrap(), den.parse().unwrap());
        assert_eq!(wins * 100 * den, num * stake, "{case}");
        let hundred: Money = "100".parse().unwrap();
        assert_eq!(odds.pays(hundred).to_string(), text(&case["payout_on_100_2dp"]));
    }
}

#[test]
fn fractions_are_read_exactly() {
    let cases = cases(CONVERSIONS, "fractional");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let odds = Odds::parse_any(&text(&case["fractional"])).unwrap();
        assert_eq!(fraction(odds), text(&case["reduced"]));
        assert_eq!(decimal12(odds), text(&case["decimal12"]));
        assert_eq!(american6(odds), text(&case["american_exact"]));
        assert_eq!(odds.american(), case["american_rounded"].as_i64().unwrap(), "{case}");
        assert_eq!(implied12(odds), text(&case["implied12"]));
    }
}

#[test]
fn decimal_odds_are_read_exactly() {
    let cases = cases(CONVERSIONS, "decimal");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let odds: Odds = text(&case["decimal"]).parse().unwrap();
        assert_eq!(fraction(odds), text(&case["fractional_exact"]));
        assert_eq!(american6(odds), text(&case["american_exact"]));
        assert_eq!(odds.american(), case["american_rounded"].as_i64().unwrap(), "{case}");
        assert_eq!(implied12(odds), text(&case["implied12"]));
    }
}

#[test]
fn what_is_no_price_is_refused() {
    let cases = cases(CONVERSIONS, "reject");
    assert_eq!(cases.len(), 8);
    for case in cases {
        let value = text(&case["value"]);
        let refused: Vec<Result<Odds, OddsError>> = match case["kind"].as_str().unwrap() {
            "american" => {
                let american = number(&case["value"]);
                let whole: i64 = format!("{american}").parse().unwrap();
                vec![Odds::from_american(whole), Odds::parse_any(&format!("{american:+}"))]
            }
            "decimal" => vec![value.parse(), serde_json::from_value(Value::from(value)).map_err(|_| OddsError::Syntax)],
            "implied" => vec![Odds::from_implied(value.parse::<Ratio>().unwrap())],
            "fractional" => vec![Odds::parse_any(&value)],
            other => panic!("{other}"),
        };
        assert!(refused.iter().all(Result::is_err), "{case}: {refused:?}");
    }
    for none in ["1", "-0.5", "1.5"] {
        assert!(Odds::from_implied(none.parse().unwrap()).is_err(), "{none}");
    }
    assert_eq!(Odds::from_implied("0.4".parse().unwrap()).unwrap().to_string(), "2.50");
}
