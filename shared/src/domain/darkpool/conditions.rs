//! The sale conditions that a trade can carry, and what each means for counting it.
//!
//! Ids are the provider's, shared with quote and status conditions: only sale conditions are here.
//! Sources: the provider's reference of conditions and its article on trade eligibility; 41 is a
//! qualifier whose own flags do not count.

/// What a condition allows a trade to do. With several conditions the strictest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// It counts, has a side, and moves the tick reference.
    Full,
    /// It counts in volume, but its price says nothing about now: no side, no tick reference.
    NoSide,
    /// A marker or a correction: it is not counted at all.
    Ignored,
}

/// A sale condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The provider's code.
    pub id: u16,
    /// What it is called.
    pub name: &'static str,
    /// What it allows.
    pub policy: Policy,
}

impl Policy {
    /// The policy of a trade with these condition codes. Unknown codes allow everything.
    #[must_use]
    pub fn of(codes: &[u16]) -> Policy {
        let known = codes.iter().filter_map(|code| condition(*code));
        known.map(|c| c.policy).max().unwrap_or(Policy::Full)
    }
}

/// The condition with that code, if it is a known sale condition.
#[must_use]
pub fn condition(code: u16) -> Option<&'static Condition> {
    let found = CONDITIONS.binary_search_by(|c| c.id.cmp(&code));
    found.ok().map(|index| &CONDITIONS[index])
}

/// All known sale conditions, by code.
pub const CONDITIONS: &[Condition] = &[
    Condition { id: 0, name: "Regular Sale", policy: Policy::Full },
    Condition { id: 1, name: "Acquisition", policy: Policy::Full },
    Condition { id: 2, name: "Average Price Trade", policy: Policy::NoSide },
    Condition { id: 3, name: "Automatic Execution", policy: Policy::Full },
    Condition { id: 4, name: "Bunched Trade", policy: Policy::Full },
    Condition { id: 5, name: "Bunched Sold Trade", policy: Policy::NoSide },
    Condition { id: 6, name: "CAP Election", policy: Policy::Full },
    Condition { id: 7, name: "Cash Sale", policy: Policy::NoSide },
    Condition { id: 8, name: "Closing Prints", policy: Policy::Full },
    Condition { id: 9, name: "Cross Trade", policy: Policy::Full },
    Condition { id: 10, name: "Derivatively Priced", policy: Policy::NoSide },
    Condition { id: 11, name: "Distribution", policy: Policy::Full },
    Condition { id: 12, name: "Form T/Extended Hours", policy: Policy::NoSide },
    Condition { id: 13, name: "Extended Hours (Sold Out Of Sequence)", policy: Policy::NoSide },
    Condition { id: 14, name: "Intermarket Sweep", policy: Policy::Full },
    Condition { id: 15, name: "Market Center Official Close", policy: Policy::Ignored },
    Condition { id: 16, name: "Market Center Official Open", policy: Policy::Ignored },
    Condition { id: 17, name: "Market Center Opening Trade", policy: Policy::Full },
    Condition { id: 18, name: "Market Center Reopening Trade", policy: Policy::Full },
    Condition { id: 19, name: "Market Center Closing Trade", policy: Policy::Full },
    Condition { id: 20, name: "Next Day", policy: Policy::NoSide },
    Condition { id: 21, name: "Price Variation Trade", policy: Policy::NoSide },
    Condition { id: 22, name: "Prior Reference Price", policy: Policy::NoSide },
    Condition { id: 23, name: "Rule 155 Trade (AMEX)", policy: Policy::Full },
    Condition { id: 24, name: "Rule 127 (NYSE Only)", policy: Policy::Full },
    Condition { id: 25, name: "Opening Prints", policy: Policy::Full },
    Condition { id: 27, name: "Stopped Stock (Regular Trade)", policy: Policy::Full },
    Condition { id: 28, name: "Re-Opening Prints", policy: Policy::Full },
    Condition { id: 29, name: "Seller", policy: Policy::NoSide },
    Condition { id: 30, name: "Sold Last", policy: Policy::NoSide },
    Condition { id: 31, name: "Sold Last and Stopped Stock", policy: Policy::NoSide },
    Condition { id: 32, name: "Sold (Out Of Sequence)", policy: Policy::NoSide },
    Condition { id: 33, name: "Sold (Out of Sequence) and Stopped Stock", policy: Policy::NoSide },
    Condition { id: 34, name: "Split Trade", policy: Policy::Full },
    Condition { id: 35, name: "Stock Option", policy: Policy::Full },
    Condition { id: 36, name: "Yellow Flag Regular Trade", policy: Policy::Full },
    Condition { id: 37, name: "Odd Lot Trade", policy: Policy::Full },
    Condition { id: 38, name: "Corrected Consolidated Close (per listing market)", policy: Policy::Ignored },
    Condition { id: 41, name: "Trade Thru Exempt", policy: Policy::Full },
    Condition { id: 52, name: "Contingent Trade", policy: Policy::NoSide },
    Condition { id: 53, name: "Qualified Contingent Trade", policy: Policy::NoSide },
    Condition { id: 55, name: "Opening Reopening Trade Detail", policy: Policy::Full },
];

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn codes_are_in_order_so_that_they_are_found() {
        assert!(CONDITIONS.is_sorted_by(|a, b| a.id < b.id));
        for c in CONDITIONS {
            assert_eq!(condition(c.id), Some(c));
        }
        assert_eq!(condition(26), None);
    }

    #[test]
    fn one_no_wins() {
        assert_eq!(Policy::of(&[]), Policy::Full);
        assert_eq!(Policy::of(&[14, 41, 999]), Policy::Full);
        assert_eq!(Policy::of(&[14, 12]), Policy::NoSide);
        assert_eq!(Policy::of(&[12, 16, 14]), Policy::Ignored);
    }
}
