//! What many books think together.

/// The logarithmic opinion pool of books' probabilities: `p` in proportion to the product of `p_b^w_b`, weights
/// scaled to sum to 1 (Genest and Zidek 1986).
///
/// `books` are a weight and the probabilities of the market's outcomes, all in the same order. A book of weight 0 is
/// as if it were not there. `None` when no book is left, and when weights or probabilities are none: negative,
/// infinite, a probability of 0, lists of different lengths.
#[must_use]
pub fn consensus(books: &[(f64, Vec<f64>)]) -> Option<Vec<f64>> {
    let logs = |probabilities: &[f64]| probabilities.iter().map(|p| p.ln()).collect();
    let books: Vec<(f64, Vec<f64>)> = books.iter().map(|(weight, p)| (*weight, logs(p))).collect();
    consensus_of_logs(&books)
}

/// [`consensus`] of books of whose probabilities the natural logarithms are known: whoever asks again and again
/// need not take them again.
#[must_use]
pub fn consensus_of_logs<L: AsRef<[f64]>>(books: &[(f64, L)]) -> Option<Vec<f64>> {
    let valid = |weight: f64| weight.is_finite() && weight >= 0.0;
    if !books.iter().all(|(weight, _)| valid(*weight)) {
        return None;
    }
    let heard = || books.iter().map(|(weight, logs)| (*weight, logs.as_ref())).filter(|(weight, _)| *weight > 0.0);
    let total: f64 = heard().map(|(weight, _)| weight).sum();
    let mut sums = vec![0.0; heard().next()?.1.len()];
    for (weight, logs) in heard() {
        // Of 0 and of what is no number there is no logarithm.
        if logs.len() != sums.len() || !logs.iter().all(|log| log.is_finite()) {
            return None;
        }
        let share = weight / total;
        for (sum, log) in sums.iter_mut().zip(logs) {
            *sum += share * log;
        }
    }
    Some(softmax(&sums, 1.0))
}

/// Probabilities in proportion to `e^(x / scale)`; the greatest is taken off first, so that nothing overflows.
pub(super) fn softmax(numbers: &[f64], scale: f64) -> Vec<f64> {
    let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut terms: Vec<f64> = numbers.iter().map(|x| ((x - most) / scale).exp()).collect();
    normalise(&mut terms);
    terms
}

/// Divides by the sum.
pub(super) fn normalise(terms: &mut [f64]) {
    let sum: f64 = terms.iter().sum();
    terms.iter_mut().for_each(|term| *term /= sum);
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn one_book_is_its_own_consensus_and_weights_are_relative() {
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        let (one, other) = (vec![0.5, 0.3, 0.2], vec![0.4, 0.4, 0.2]);
        assert!(near(&consensus(&[(7.0, one.clone())]).unwrap(), &one));
        let light = consensus(&[(1.0, one.clone()), (3.0, other.clone())]).unwrap();
        let heavy = consensus(&[(10.0, one), (30.0, other)]).unwrap();
        assert!(near(&light, &heavy));
    }

    #[test]
    fn a_book_of_no_weight_is_not_heard_whatever_it_says() {
        let book = (2.0, vec![0.6, 0.4]);
        let alone = consensus(std::slice::from_ref(&book));
        assert_eq!(consensus(&[book, (0.0, vec![0.0, 1.0, 0.0])]), alone);
    }

    #[test]
    fn without_a_book_that_makes_sense_there_is_no_consensus() {
        let half = || vec![0.5, 0.5];
        for books in [
            vec![],
            vec![(0.0, half())],
            vec![(-1.0, half()), (2.0, half())],
            vec![(f64::NAN, half())],
            vec![(1.0, half()), (1.0, vec![0.5, 0.3, 0.2])],
            vec![(1.0, vec![1.0, 0.0])],
        ] {
            assert_eq!(consensus(&books), None, "{books:?}");
        }
    }
}
