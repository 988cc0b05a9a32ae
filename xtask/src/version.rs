//! The version a program says it has.

use std::fmt;
use std::process::Command;

/// Three numbers, compared in order. What follows them (`-rc1`, a commit) is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// A pinned version. A program that numbers its releases with one integer has zeros behind it.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// The first word of `text` that starts as a version does: `trunk 0.21.14`, `v20.20.2`,
    /// `wasm-opt version 132 (version_132)`.
    pub fn find_in(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    /// What `command`, usually some program with `--version`, prints. `None` when it is not
    /// there, fails, or names no version.
    pub fn printed_by(command: &mut Command) -> Option<Self> {
        let output = command.output().ok().filter(|output| output.status.success())?;
        Self::find_in(&String::from_utf8_lossy(&output.stdout))
    }

    fn parse(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
        let mut numbers = word[..end].split('.').map(str::parse);
        let major = numbers.next()?.ok()?;
        let minor = numbers.next().unwrap_or(Ok(0)).ok()?;
        let patch = numbers.next().unwrap_or(Ok(0)).ok()?;
        Some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_print() {
        let cases = [
            ("trunk 0.21.14\n", Some(Version::new(0, 21, 14))),
            ("wasm-bindgen 0.2.130", Some(Version::new(0, 2, 130))),
            ("wasm-opt version 132 (version_132)", Some(Version::new(132, 0, 0))),
            ("v20.20.2", Some(Version::new(20, 20, 2))),
            ("v24.0.0-rc.1", Some(Version::new(24, 0, 0))),
            ("cargo 1.95.0 (f2d3ce0bd 2026-03-21)", Some(Version::new(1, 95, 0))),
            ("Chromium 156.0.8078.73 built on Debian", Some(Version::new(156, 0, 8078))),
            ("command not found", None),
            ("version ...", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Version::find_in(text), expected, "{text:?}");
        }
    }

    #[test]
    fn versions_compare_number_by_number() {
        assert!(Version::new(20, 0, 0) > Version::new(18, 20, 8));
        assert!(Version::new(0, 2, 130) > Version::new(0, 2, 92));
    }

    #[test]
    fn a_program_that_is_not_there_has_no_version() {
        assert_eq!(Version::printed_by(&mut Command::new("no-such-program")), None);
    }
}
