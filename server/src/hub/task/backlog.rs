//! What a failed store has missed of an engine's state.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::domain::StateOp;

/// The missed steps, merged: at most one for each key.
pub(super) struct Backlog {
    tried: Instant,
    prefixes: BTreeSet<Box<str>>,
    keys: BTreeMap<Box<str>, Option<Box<str>>>,
}

impl Backlog {
    pub(super) fn new(missed: Vec<StateOp>) -> Backlog {
        let mut backlog = Backlog { tried: Instant::now(), prefixes: BTreeSet::new(), keys: BTreeMap::new() };
        backlog.miss(missed);
        backlog
    }

    pub(super) fn since_try(&self) -> Duration {
        self.tried.elapsed()
    }

    pub(super) fn miss(&mut self, ops: impl IntoIterator<Item = StateOp>) {
        for op in ops {
            match op {
                StateOp::Put(key, value) => {
                    self.keys.insert(key, Some(value));
                }
                StateOp::Del(key) => {
                    self.keys.insert(key, None);
                }
                StateOp::DelPrefix(prefix) => {
                    self.keys.retain(|key, _| !key.starts_with(&*prefix));
                    self.prefixes.insert(prefix);
                }
            }
        }
    }

    /// Everything, to be tried again now. It stays missed until the store has it.
    pub(super) fn trying(&mut self) -> Vec<StateOp> {
        self.tried = Instant::now();
        let prefixes = self.prefixes.iter().cloned().map(StateOp::DelPrefix);
        let keys = self.keys.iter().map(|(key, value)| match value {
            Some(value) => StateOp::Put(key.clone(), value.clone()),
            None => StateOp::Del(key.clone()),
        });
        prefixes.chain(keys).collect()
    }

    pub(super) fn failed_again(&mut self) {
        self.tried = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, value: &str) -> StateOp {
        StateOp::Put(key.into(), value.into())
    }

    #[test]
    fn what_came_after_a_prefix_was_forgotten_stays() {
        let mut backlog = Backlog::new(vec![put("m/IBM/1", "a"), put("m/T/1", "b")]);
        backlog.miss([StateOp::DelPrefix("m/IBM/".into()), put("m/IBM/2", "c"), StateOp::Del("x".into())]);
        let expected =
            [StateOp::DelPrefix("m/IBM/".into()), put("m/IBM/2", "c"), put("m/T/1", "b"), StateOp::Del("x".into())];
        assert_eq!(backlog.trying(), expected);
        assert_eq!(backlog.trying(), expected);
    }
}
