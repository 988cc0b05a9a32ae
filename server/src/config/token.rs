//! The command line of `undercurrent token`.

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use shared::units::UserId;

/// What to do with tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCommand {
    /// Make one and print it.
    Create {
        /// Whose it is.
        user: UserId,
        /// As people call them.
        name: Box<str>,
        /// They may do what operators do.
        operator: bool,
        /// How long it holds; none: until it is revoked.
        days: Option<u32>,
    },
    /// Show them all, without themselves.
    List,
    /// Take one back.
    Revoke {
        /// Its number.
        id: i64,
    },
}

impl TokenCommand {
    pub(super) fn of(matches: &ArgMatches) -> TokenCommand {
        match matches.subcommand() {
            Some(("create", matches)) => TokenCommand::Create {
                user: matches.get_one::<UserId>("user").expect("clap requires --user").clone(),
                name: matches.get_one::<Box<str>>("name").expect("clap requires --name").clone(),
                operator: matches.get_flag("operator"),
                days: matches.get_one("days").copied(),
            },
            Some(("revoke", matches)) => {
                TokenCommand::Revoke { id: *matches.get_one("id").expect("clap requires a number") }
            }
            _ => TokenCommand::List,
        }
    }
}

/// `token` with its commands, each of which takes `settings` too.
pub(super) fn command(settings: &[Arg]) -> clap::Command {
    let create = [
        Arg::new("user")
            .long("user")
            .value_name("ID")
            .required(true)
            .value_parser(|text: &str| text.parse::<UserId>())
            .help("The user's id: their bets are the topic bets/ID."),
        Arg::new("name").long("name").value_name("NAME").required(true).value_parser(name).help("As people call them."),
        Arg::new("operator").long("operator").action(ArgAction::SetTrue).help("They may do what operators do."),
        Arg::new("days")
            .long("days")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=36_500))
            .help("How long it holds. Without it: until it is revoked."),
    ];
    let id =
        Arg::new("id").value_name("ID").required(true).value_parser(value_parser!(i64)).help("As `list` shows it.");
    let with = |name: &'static str, about: &'static str| clap::Command::new(name).about(about).args(settings);
    clap::Command::new("token")
        .about("Who may sign in: tokens, of which only a hash is kept.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with("create", "Make a token and print it, this once.").args(create))
        .subcommand(with("list", "Show all tokens, without themselves."))
        .subcommand(with("revoke", "Take a token back: whoever uses it is signed out within a second.").arg(id))
}

fn name(text: &str) -> Result<Box<str>, &'static str> {
    let name = text.trim();
    let fits = (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.into()) } else { Err("a name is 1 to 64 characters in one line") }
}
