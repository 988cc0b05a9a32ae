//! An offer's prices as rows have them. A row has every price of every book, and few of them are new.

use super::json::{number, price, text};
use super::names::SLOTS;
use super::offer::Price;

/// Entries of rows, one for each outcome that has a price, but for whether one can bet at it:
/// `"book":{"decimal":"2.05","ts":1790000000000,"suspended":`.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelt {
    text: String,
    /// Where each outcome's ends.
    ends: [usize; SLOTS],
}

impl Spelt {
    /// It is another text now.
    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    /// Writes it, unless it is written already.
    pub(super) fn fill(&mut self, book: &str, prices: &[Option<Price>; SLOTS]) {
        // An offer without prices has no text, and is soon written.
        if !self.text.is_empty() {
            return;
        }
        for (slot, offered) in prices.iter().enumerate() {
            if let Some(offered) = offered {
                text(&mut self.text, book);
                price(&mut self.text, r#":{"decimal":"#, offered.odds);
                number(&mut self.text, r#","ts":"#, offered.since.ms());
                self.text.push_str(r#","suspended":"#);
            }
            self.ends[slot] = self.text.len();
        }
    }

    /// The entry of an outcome; empty where there is no price.
    pub(super) fn entry(&self, slot: usize) -> &str {
        let from = slot.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[slot]]
    }
}
