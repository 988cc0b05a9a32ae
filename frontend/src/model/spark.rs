//! A spark: a short line without axes, as the points of an SVG polyline.

/// The width of a spark's own coordinates.
pub const WIDTH: i64 = 100;
/// Their height.
pub const HEIGHT: i64 = 20;
/// Free above and below, so that a line of some thickness is not cut.
const MARGIN: i64 = 2;

/// The points of `values`, oldest first, and the height of the zero line where it is in view.
/// Fewer than two values draw nothing.
#[must_use]
pub fn points(values: &[i64]) -> String {
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return String::new() };
    if values.len() < 2 {
        return String::new();
    }
    let span = i128::from(*most) - i128::from(*least);
    let last = i64::try_from(values.len() - 1).unwrap_or(1);
    let mut out = String::with_capacity(values.len() * 6);
    for (i, value) in (0_i64..).zip(values) {
        let up = i128::from(*value) - i128::from(*least);
        let room = i128::from(HEIGHT - 2 * MARGIN);
        // A flat line runs through the middle.
        let up = if span == 0 { room / 2 } else { up * room / span };
        let y = HEIGHT - MARGIN - i64::try_from(up).unwrap_or(0);
        if i > 0 {
            out.push(' ');
        }
        out.push_str(&(i * WIDTH / last).to_string());
        out.push(',');
        out.push_str(&y.to_string());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_spans_the_box_and_a_flat_one_its_middle() {
        assert_eq!(points(&[0, 10, 5]), "0,18 50,2 100,10");
        assert_eq!(points(&[7, 7]), "0,10 100,10");
        assert_eq!(points(&[i64::MIN, i64::MAX]), "0,18 100,2");
        assert_eq!(points(&[7]), "");
        assert_eq!(points(&[]), "");
    }
}
