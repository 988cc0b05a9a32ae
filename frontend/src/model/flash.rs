//! Flash on change: a cell gets a class, and a sweep takes it off again.
//!
//! A CSS animation for each change was measured at four times the cost of everything else on the
//! page; a static class and one sweep every [`SWEEP_MS`] costs next to nothing.

/// How long a cell is lit, in milliseconds.
pub const LIT_MS: u64 = 400;
/// How often expired cells are looked for, in milliseconds.
pub const SWEEP_MS: u64 = 100;

/// Which way a value went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up.
    Up,
    /// Down.
    Down,
}

/// The cells that are lit, and until when.
#[derive(Clone, Debug)]
pub struct Flashes<C> {
    until: Vec<(C, u64)>,
}

impl<C: PartialEq + Copy> Flashes<C> {
    /// None is lit.
    #[must_use]
    pub const fn new() -> Flashes<C> {
        Flashes { until: Vec::new() }
    }

    /// Lights a cell at `now_ms`; one that is lit already stays so for longer.
    pub fn light(&mut self, cell: C, now_ms: u64) {
        let until = now_ms.saturating_add(LIT_MS);
        match self.until.iter_mut().find(|(c, _)| *c == cell) {
            Some(lit) => lit.1 = until,
            None => self.until.push((cell, until)),
        }
    }

    /// Takes out the cells whose time is over.
    pub fn sweep(&mut self, now_ms: u64) -> Vec<C> {
        let over = self.until.iter().filter(|(_, until)| *until <= now_ms).map(|(cell, _)| *cell).collect();
        self.until.retain(|(_, until)| *until > now_ms);
        over
    }

    /// Whether no cell is lit, so that the sweep may rest.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_empty()
    }
}

impl<C: PartialEq + Copy> Default for Flashes<C> {
    fn default() -> Flashes<C> {
        Flashes::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_goes_out_once_its_time_is_over() {
        let mut flashes = Flashes::new();
        flashes.light("a", 0);
        flashes.light("b", 100);
        flashes.light("a", 200);
        assert_eq!(flashes.sweep(499), Vec::<&str>::new());
        assert_eq!(flashes.sweep(500), ["b"]);
        assert_eq!(flashes.sweep(600), ["a"]);
        assert!(flashes.is_empty());
    }
}
