//! From text to types that cannot be wrong.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::ConfigError;
use super::catalogue::find;
use super::resolve::{Given, Resolved};

/// Reads settings by name, each with the sentence that says what is allowed.
pub struct Reader<'a> {
    resolved: &'a Resolved,
    /// What was read, for the test that nothing was left out.
    #[cfg(test)]
    pub read: std::cell::RefCell<std::collections::BTreeSet<&'static str>>,
}

impl<'a> Reader<'a> {
    pub fn new(resolved: &'a Resolved) -> Reader<'a> {
        Reader {
            resolved,
            #[cfg(test)]
            read: std::cell::RefCell::default(),
        }
    }

    /// The value as `parse` understands it.
    pub fn parse<T>(
        &self,
        name: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let Given { value, whence } = self.given(name);
        parse(value.trim()).ok_or_else(|| ConfigError::Value {
            name,
            value: if find(name).is_some_and(|s| s.secret) {
                "what was given".to_owned()
            } else {
                format!("{value:?}")
            },
            whence: whence.clone(),
            allowed: allowed.to_owned(),
        })
    }

    /// The value, or nothing where it is empty.
    pub fn optional<T>(
        &self,
        name: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        if self.given(name).value.trim().is_empty() { Ok(None) } else { self.parse(name, allowed, parse).map(Some) }
    }

    /// A whole number.
    pub fn number<T: FromStr + PartialOrd + std::fmt::Display>(
        &self,
        name: &'static str,
        range: RangeInclusive<T>,
    ) -> Result<T, ConfigError> {
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        self.parse(name, &allowed, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// Milliseconds.
    pub fn millis(&self, name: &'static str, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.number(name, range).map(Duration::from_millis)
    }

    /// A switch.
    pub fn switch(&self, name: &'static str) -> Result<bool, ConfigError> {
        self.parse(name, "on or off", |text| match text {
            "on" | "true" | "yes" | "1" => Some(true),
            "off" | "false" | "no" | "0" => Some(false),
            _ => None,
        })
    }

    fn given(&self, name: &'static str) -> &'a Given {
        #[cfg(test)]
        self.read.borrow_mut().insert(name);
        self.resolved.given.get(name).expect("settings are read by names of the catalogue, as a test checks")
    }
}
