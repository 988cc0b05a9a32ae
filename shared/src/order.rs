//! Sorting. A sort is compiled anew for each type of thing, 3 KB each time; whoever downloads this code
//! is better off with one.

use std::cmp::Ordering;

/// The places of so many things in the order that `compare` says, equal ones as they stood.
pub fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Copies of things in the order that `compare` says, equal ones as they stood.
pub fn ordered<T: Clone>(things: &[T], mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<T> {
    let places = order(things.len(), &mut |a, b| compare(&things[a], &things[b]));
    places.into_iter().map(|place| things[place].clone()).collect()
}

/// Names in their order, each once.
pub fn names(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names: Vec<String> = names.into_iter().collect();
    let mut names = ordered(&names, String::cmp);
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn an_order_is_stable() {
        let words = ["bb", "a", "cc", "d"];
        assert_eq!(order(4, &mut |a, b| words[a].len().cmp(&words[b].len())), [1, 3, 0, 2]);
        assert_eq!(ordered(&words, |a, b| a.len().cmp(&b.len())), ["a", "d", "bb", "cc"]);
    }

    #[test]
    fn names_are_there_once() {
        assert_eq!(names(["b", "a", "b"].map(str::to_owned)), ["a", "b"]);
    }
}
