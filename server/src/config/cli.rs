//! The command line, built from the catalogue.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, value_parser};

use super::catalogue::{CONFIG_VARIABLE, SETTINGS, Setting, find};
use super::resolve::{Surroundings, resolve};
use super::token::{self, TokenCommand};
use super::{Config, ConfigError};
use crate::command::load;
use crate::feed::replay::Speed;

/// What the process was asked to do, and how.
#[derive(Clone, Debug)]
pub struct Cli {
    /// What.
    pub command: Command,
    /// How.
    pub config: Config,
}

/// What the process was asked to do.
#[derive(Clone, Debug)]
pub enum Command {
    /// `serve`: be the server.
    Serve {
        /// `--replay FILE --speed N`: from a tape instead of a provider.
        replay: Option<Replay>,
    },
    /// `record`: write a provider's frames to a tape.
    Record {
        /// `--out FILE`
        out: PathBuf,
        /// `--seconds N`; none: until it is stopped.
        seconds: Option<u64>,
    },
    /// `load`: many clients for a server that runs, each of which checks what it is told.
    Load(Box<load::Options>),
    /// `token`: who may sign in.
    Token(TokenCommand),
    /// `check`: try everything and say what is wrong.
    Check,
    /// `health`: ask the server that runs here whether it is well.
    Health,
}

/// A tape to play.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The tape.
    pub file: PathBuf,
    /// How fast.
    pub speed: Speed,
}

impl Cli {
    /// Reads the arguments (the first is the program's name), and the settings around them.
    ///
    /// # Errors
    /// One sentence that says what is wrong; `--help` and `--version` are [`ConfigError::Usage`] too.
    pub fn parse<I, T>(args: I, around: &Surroundings) -> Result<Cli, ConfigError>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let matches = command().try_get_matches_from(args)?;
        let (name, matches) = matches.subcommand().expect("clap requires a subcommand");
        // `token` has commands of its own.
        let (settings, commands) = (matches.subcommand().map_or(matches, |(_, inner)| inner), matches);
        let flags: BTreeMap<_, _> = SETTINGS
            .iter()
            .filter_map(|setting| Some((setting.name, settings.try_get_one::<String>(setting.name).ok()??.clone())))
            .collect();
        // `load` takes no settings.
        let file = settings.try_get_one::<PathBuf>("config").unwrap_or_default();
        let resolved = resolve(&flags, file.map(PathBuf::as_path), around)?;
        Ok(Cli { command: Command::of(name, commands), config: Config::read(resolved, around)? })
    }
}

impl Command {
    fn of(name: &str, matches: &ArgMatches) -> Command {
        match name {
            "serve" => Command::Serve {
                replay: matches.get_one::<PathBuf>("replay").map(|file| Replay {
                    file: file.clone(),
                    speed: matches.get_one::<Speed>("speed").cloned().unwrap_or(Speed::Times(1.0)),
                }),
            },
            "record" => Command::Record {
                out: matches.get_one::<PathBuf>("out").expect("clap requires --out").clone(),
                seconds: matches.get_one("seconds").copied(),
            },
            "load" => Command::Load(Box::new(load::Options::of(matches))),
            "token" => Command::Token(TokenCommand::of(matches)),
            "check" => Command::Check,
            "health" => Command::Health,
            other => unreachable!("clap knows no subcommand {other}"),
        }
    }
}

fn command() -> clap::Command {
    let replay = [
        Arg::new("replay")
            .long("replay")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Play this tape instead of following a provider."),
        Arg::new("speed")
            .long("speed")
            .value_name("N")
            .requires("replay")
            .value_parser(|text: &str| text.parse::<Speed>())
            .help("How many times as fast as it was; 0: as fast as it goes. [default: 1]"),
    ];
    let record = [
        Arg::new("out")
            .long("out")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The tape to write; .gz and .zst compress it."),
        Arg::new("seconds")
            .long("seconds")
            .value_name("N")
            .value_parser(value_parser!(u64).range(1..))
            .help("Stop after so long. Without it: until interrupted."),
    ];
    clap::Command::new("undercurrent")
        .version(env!("CARGO_PKG_VERSION"))
        .about("One upstream connection for each market-data provider, thousands of live browsers.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(with_settings("serve", "The server; with no provider configured: the demo market.").args(replay))
        .subcommand(with_settings("record", "Write a provider's frames to a tape as they arrive.").args(record))
        .subcommand(
            clap::Command::new("load")
                .about("Many clients for a server that runs, each of which checks what it is told.")
                .long_about(
                    "Opens many connections to a server, checks everything that each of them is told (positions, \
                     gaps, rows), and says what was delivered, how fast, and what it cost the server.\n\n\
                     Servers limit connections of one address: start yours with --connections-per-address 0 and \
                     --upgrades-per-s 0. Ends with 1 when anyone was told something wrong.",
                )
                .args(load::arguments()),
        )
        .subcommand(token::command(&[config(), argument(find("database_url").expect("it is in the catalogue"))]))
        .subcommand(with_settings("check", "Read the configuration, try each source, say what is wrong."))
        .subcommand(with_settings("health", "Exit with 0 when the server on this machine is well."))
}

fn with_settings(name: &'static str, about: &'static str) -> clap::Command {
    clap::Command::new(name).about(about).arg(config()).args(SETTINGS.iter().map(argument))
}

fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help(format!("A file of settings. [default: undercurrent.toml, if it is there] [env: {CONFIG_VARIABLE}]"))
}

fn argument(setting: &'static Setting) -> Arg {
    Arg::new(setting.name)
        .long(setting.flag())
        .value_name(setting.value)
        .help_heading(setting.group)
        .help(help(setting))
        .allow_hyphen_values(true)
}

fn help(setting: &Setting) -> StyledStr {
    let default = if setting.default.is_empty() { "none" } else { setting.default };
    format!("{} [default: {default}] [env: {}]", setting.meaning, setting.variable()).into()
}
