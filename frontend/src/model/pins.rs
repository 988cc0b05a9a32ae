//! What a reader pinned: names in the order in which they were pinned, kept as one line of text.

/// How many are kept.
pub const MOST: usize = 12;

/// Pinned names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins(Vec<Box<str>>);

impl Pins {
    /// Reads `pinnacle,betfair_ex_uk`; what is too much is left out.
    #[must_use]
    pub fn parse(text: &str) -> Pins {
        let mut pins = Pins::default();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !pins.has(name) {
                pins.toggle(name);
            }
        }
        pins
    }

    /// Writes it.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.join(",")
    }

    /// Whether it is pinned.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|pinned| **pinned == *name)
    }

    /// Pins a name or takes it off, and says whether it is pinned now. What is full takes no more.
    pub fn toggle(&mut self, name: &str) -> bool {
        if self.has(name) {
            self.0.retain(|pinned| **pinned != *name);
            return false;
        }
        let room = self.0.len() < MOST;
        if room {
            self.0.push(name.into());
        }
        room
    }

    /// Names in their order: the pinned ones first.
    #[must_use]
    pub fn order<'a>(&'a self, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let rest = names.filter(|name| !self.has(name));
        self.0.iter().map(|pinned| &**pinned).chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinned_names_come_first_in_the_order_in_which_they_were_pinned() {
        let mut pins = Pins::parse("c, a,,c");
        assert_eq!(pins.order(["a", "b", "c", "d"].into_iter()), ["c", "a", "b", "d"]);
        assert!(pins.toggle("d") && !pins.toggle("c"));
        assert_eq!(pins.text(), "a,d");
        assert_eq!(Pins::parse(&pins.text()), pins);
    }

    #[test]
    fn a_full_list_takes_no_more() {
        let text = (0..MOST + 3).map(|n| format!("b{n}")).collect::<Vec<_>>().join(",");
        let mut pins = Pins::parse(&text);
        assert!(!pins.toggle("new") && !pins.has("new"));
    }
}
