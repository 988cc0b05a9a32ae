//! Settings: flag over environment variable over `undercurrent.toml` over default.
//!
//! [`Cli::parse`] turns arguments and [`Surroundings`] into a command and a [`Config`] that cannot
//! be wrong; nothing here touches the process's own environment except [`Surroundings::of_this_process`].
//! `catalogue` is the one list of settings: flags, variables, keys, help and defaults come from it.

mod access;
mod bets;
mod catalogue;
mod cli;
mod error;
mod odds;
mod read;
mod resolve;
mod settings;
#[cfg(test)]
mod tests;
mod token;

pub use cli::{Cli, Command, Replay};
pub use error::ConfigError;
pub use odds::OddsSettings;
pub use resolve::{Surroundings, Whence};
pub use settings::{
    Config, DemoMode, DemoSettings, FanoutSettings, Limits, ListenSettings, LogFormat, LogSettings, MassiveSettings,
    OriginSettings, Shown, StoreSettings,
};
pub use token::TokenCommand;
