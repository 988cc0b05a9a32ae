//! Lines of a chart.

/// The best of all lines, drawn to stand out.
pub const BEST: i32 = -1;
/// A line to hold others against, drawn dashed.
pub const FAIR: i32 = -2;

/// A line that steps: each value holds until the next one's time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// How it is drawn: [`BEST`], [`FAIR`], or a number from 0 that stands for a colour.
    pub style: i32,
    /// Seconds since 1970, each greater than the one before.
    pub seconds: Vec<i64>,
    /// Values in millionths.
    pub micros: Vec<i64>,
}
