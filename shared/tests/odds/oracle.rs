//! Reading the cases.

use serde_json::Value;

/// The cases of a list in a document.
pub fn cases(document: &str, list: &str) -> Vec<Value> {
    let mut document: Value = serde_json::from_str(document).unwrap();
    document[list].as_array_mut().map(std::mem::take).unwrap()
}

/// Text as it stands, numbers as they are written.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub fn number(value: &Value) -> f64 {
    text(value).parse().unwrap()
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// All within `1e-9`.
pub fn near(actual: &[f64], expected: &[f64]) -> bool {
    actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9)
}

/// Points as hundredths of a point: exact, since lines are multiples of a quarter.
#[expect(clippy::cast_possible_truncation)]
pub fn hundredths(points: &Value) -> i32 {
    (number(points) * 100.0) as i32
}
