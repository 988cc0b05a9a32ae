//! One copy of each ticker's text, however many messages name it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use shared::units::Ticker;

/// Gives the same [`Ticker`] for the same text, without allocating for texts it has seen.
///
/// It is only looked up in, never iterated, and its hash has no random part.
#[derive(Debug, Default)]
pub(super) struct Interner {
    known: HashMap<Arc<str>, Ticker, BuildHasherDefault<DefaultHasher>>,
}

impl Interner {
    /// The market has about 12,000 symbols; a provider gone mad must not fill the memory.
    const MOST: usize = 65_536;

    /// `None` when the text is no ticker.
    pub fn intern(&mut self, text: &str) -> Option<Ticker> {
        if let Some(ticker) = self.known.get(text) {
            return Some(ticker.clone());
        }
        let ticker: Ticker = text.parse().ok()?;
        if self.known.len() < Interner::MOST {
            self.known.insert(ticker.clone().into(), ticker.clone());
        }
        Some(ticker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_kept_once_and_beyond_the_bound_still_read() {
        let mut interner = Interner::default();
        let (a, b) = (interner.intern("BRK.B").unwrap(), interner.intern("BRK.B").unwrap());
        assert!(std::ptr::eq(a.as_str(), b.as_str()));
        assert_eq!(interner.intern("not a ticker"), None);
        for n in 0..Interner::MOST + 10 {
            assert_eq!(interner.intern(&format!("S{n}")).unwrap().as_str(), format!("S{n}"));
        }
        assert_eq!(interner.known.len(), Interner::MOST);
    }
}
