//! Where a falling function is zero: what devigging and offering have to solve.

/// After so many steps the bracket is as small as floating point allows.
const STEPS: u32 = 200;
/// How near to zero the function, or how small a step relative to where it stands, is the root.
const TOLERANCE: f64 = 1e-15;

/// The root of a falling function: Newton's steps from `start`, kept inside `bracket` by bisection.
///
/// `f` returns value and derivative; at the lower end of the bracket it is at least 0, at the upper end at
/// most 0.
pub(super) fn falling(bracket: (f64, f64), start: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = bracket;
    let mut x = start.clamp(low, high);
    for _ in 0..STEPS {
        let (value, slope) = f(x);
        if value.abs() <= TOLERANCE {
            break;
        }
        // What is left of the bracket.
        (low, high) = if value > 0.0 { (x, high) } else { (low, x) };
        let newton = x - value / slope;
        // Also false when the slope was 0 and the step is no number.
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { f64::midpoint(low, high) };
        let step = (next - x).abs();
        x = next;
        if step <= TOLERANCE * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_root_is_found_where_newton_alone_would_leave_the_bracket() {
        // Flat on both sides: from 0 a step of Newton's lands at 2e8.
        let steep = |x: f64| (-((x - 9.0).tanh()), -(x - 9.0).cosh().powi(-2));
        assert!((falling((-50.0, 60.0), 0.0, steep) - 9.0).abs() < 1e-12);
    }

    #[test]
    fn a_root_at_an_end_of_the_bracket_is_found() {
        let line = |x: f64| (-x, -1.0);
        assert!(falling((0.0, 5.0), 3.0, line).abs() < 1e-12);
        assert!(falling((-5.0, 0.0), -3.0, line).abs() < 1e-12);
        assert!(falling((0.0, 0.0), 0.0, line).abs() < 1e-12);
    }
}
