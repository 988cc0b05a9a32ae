//! What is wrong with the settings, in one sentence each. No secret is repeated.

use std::path::PathBuf;

use thiserror::Error;

use super::resolve::Whence;

/// The command line or a setting is wrong.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The command line; also `--help` and `--version`. `clap::Error::exit` prints it and ends the
    /// process with the right code.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// A value that is not allowed.
    #[error("{name} cannot be {value} ({whence}): write {allowed}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What was given, quoted; never a secret.
        value: String,
        /// Where it was given.
        whence: Whence,
        /// What may be written.
        allowed: String,
    },
    /// A key in the file that is no setting.
    #[error("{} has no setting {key:?}: did you mean {nearest}?", .file.display())]
    Unknown {
        /// The file.
        file: PathBuf,
        /// What is written there.
        key: String,
        /// The setting that looks most like it.
        nearest: &'static str,
    },
    /// The file is no TOML.
    #[error("{}, line {line}: {message}", .file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the parser says, without the line's text.
        message: String,
    },
    /// The file cannot be read.
    #[error("{} cannot be read: {reason}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
}
