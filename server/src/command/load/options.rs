//! What `undercurrent load` is asked to do: its flags, read into types that cannot be wrong.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use shared::stream::Topic;
use thiserror::Error;

use super::door::Door;

/// Everything that can be chosen.
#[derive(Clone, Debug)]
pub struct Options {
    /// `--url`
    pub target: Target,
    /// `--ca`
    pub authorities: Option<PathBuf>,
    /// `--door`
    pub door: Door,
    /// `--topics`
    pub topics: Vec<Wanted>,
    /// `--pace-ms`
    pub pace_ms: Option<u32>,
    /// `--clients`
    pub clients: usize,
    /// `--seconds`: how long is measured.
    pub measure: Duration,
    /// `--compression`: whether permessage-deflate is offered.
    pub compression: bool,
    /// `--connect-per-s`; 0: as many as the server admits.
    pub connect_per_s: u32,
    /// `--slow`, `--slow-bytes-per-s`
    pub slow: Slow,
    /// `--churn`: comings and goings a second.
    pub churn_per_s: u32,
    /// `--half-open`: percent of the clients.
    pub half_open_percent: u32,
    /// `--storm`
    pub storm: bool,
    /// `--server-pid`; none: it is looked for.
    pub server_pid: Option<u32>,
    /// `--format`
    pub format: Format,
}

/// Clients that read slowly.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    /// How many of a hundred.
    pub percent: u32,
    /// How fast each of them reads.
    pub bytes_per_s: u32,
}

/// A topic to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Topic(Topic),
    /// Each client another one of these.
    Each(Family),
}

/// Topics of one kind, of which a server lists those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `darkpool/ticker/*`
    Tickers,
    /// `odds/board/*`
    Boards,
}

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For Prometheus, as a file that node_exporter picks up.
    Prometheus,
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Its addresses: a name may have several, of which one answers.
    pub addresses: Vec<SocketAddr>,
    /// What the `Host` header says.
    pub host: String,
    /// The path of the WebSocket; doors that have one of their own are behind it.
    pub path: String,
}

/// The URL cannot be used.
#[derive(Debug, Error)]
pub enum TargetError {
    /// It is no address of a WebSocket.
    #[error("a URL is ws://HOST:PORT/PATH or wss://HOST:PORT/PATH")]
    Form,
    /// Nobody knows the host.
    #[error("the host cannot be found: {0}")]
    Host(#[from] std::io::Error),
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(url: &str) -> Result<Target, TargetError> {
        let (tls, rest) = match (url.strip_prefix("ws://"), url.strip_prefix("wss://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(TargetError::Form),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, "ws"));
        if host.is_empty() || url.contains(char::is_whitespace) {
            return Err(TargetError::Form);
        }
        let port = if tls { 443 } else { 80 };
        let with_port =
            if host.ends_with(']') || !host.contains(':') { format!("{host}:{port}") } else { host.to_owned() };
        let addresses: Vec<SocketAddr> = with_port.to_socket_addrs()?.collect();
        Ok(Target { tls, addresses, host: host.to_owned(), path: format!("/{path}") })
    }
}

impl Target {
    /// The host's name alone.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => name,
            Some(_) | None => &self.host,
        }
        .trim_matches(['[', ']'])
    }

    /// Where this door is.
    #[must_use]
    pub fn url(&self, door: Door) -> String {
        let scheme = if self.tls { "wss" } else { "ws" };
        format!("{scheme}://{}{}", self.host, door.path(&self.path))
    }
}

impl FromStr for Wanted {
    type Err = shared::stream::TopicError;

    fn from_str(text: &str) -> Result<Wanted, Self::Err> {
        match text {
            "darkpool/ticker/*" => Ok(Wanted::Each(Family::Tickers)),
            "odds/board/*" => Ok(Wanted::Each(Family::Boards)),
            topic => topic.parse().map(Wanted::Topic),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wanted::Topic(topic) => topic.as_str(),
            Wanted::Each(Family::Tickers) => "darkpool/ticker/*",
            Wanted::Each(Family::Boards) => "odds/board/*",
        })
    }
}

/// The flags, for `--help`.
#[must_use]
pub fn arguments() -> Vec<Arg> {
    let value = |name: &'static str, value: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).default_value(default).help(help)
    };
    let number = value_parser!(u32);
    let percent = value_parser!(u32).range(0..=100);
    vec![
        value("url", "URL", "ws://127.0.0.1:3000/ws", "The server's WebSocket, as ws:// or wss://.")
            .value_parser(|text: &str| text.parse::<Target>()),
        Arg::new("ca")
            .long("ca")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("Certificates (PEM) of who vouches for a wss:// server. [default: whom browsers trust]"),
        value("clients", "N", "1000", "How many connections.").value_parser(value_parser!(u32).range(1..=1_000_000)),
        value("seconds", "S", "10", "How long is measured once all are live.")
            .value_parser(value_parser!(u32).range(1..=86_400)),
        value("door", "DOOR", "v1", "The protocol: v1, or a door with its own messages and path.")
            .value_parser(PossibleValuesParser::new(Door::ALL.map(Door::name))),
        Arg::new("topics")
            .long("topics")
            .value_name("A,B")
            .value_delimiter(',')
            .value_parser(|text: &str| text.parse::<Wanted>())
            .help(
                "What each client follows; darkpool/ticker/* and odds/board/* spread them. [default: \
                 darkpool/top,darkpool/tape; of a door what it shows]",
            ),
        Arg::new("pace-ms")
            .long("pace-ms")
            .value_name("MS")
            .value_parser(value_parser!(u32))
            .help("At least so long between two updates of a topic. [default: the topic's own]"),
        value("compression", "ON|OFF", "on", "Whether permessage-deflate is offered.")
            .value_parser(PossibleValuesParser::new(["on", "off"])),
        value("connect-per-s", "N", "400", "Connections opened a second; 0: as many as the server admits.")
            .value_parser(number),
        value("slow", "PERCENT", "0", "Clients that read slowly.").value_parser(percent),
        value("slow-bytes-per-s", "N", "2000", "How fast those read.").value_parser(value_parser!(u32).range(1..)),
        value("churn", "PER_S", "0", "Clients that leave and come, reconnect or subscribe anew, each second.")
            .value_parser(number),
        value("half-open", "PERCENT", "0", "Clients that vanish without a word: they read and answer nothing more.")
            .value_parser(percent),
        Arg::new("storm")
            .long("storm")
            .action(ArgAction::SetTrue)
            .help("After measuring, drop all at once and bring them back with their positions."),
        Arg::new("server-pid")
            .long("server-pid")
            .value_name("PID")
            .value_parser(value_parser!(u32))
            .help("The server's process. [default: found by its port on Linux, else its /metrics]"),
        value("format", "FORMAT", "text", "How the result is printed.").value_parser(PossibleValuesParser::new([
            "text",
            "json",
            "prometheus",
        ])),
    ]
}

impl Options {
    /// What the flags say. clap has checked them.
    #[must_use]
    pub fn of(matches: &ArgMatches) -> Options {
        let number = |name: &str| *matches.get_one::<u32>(name).expect("it has a default");
        let word = |name: &str| matches.get_one::<String>(name).expect("it has a default").as_str();
        let door = Door::named(word("door")).expect("it is one of them");
        Options {
            target: matches.get_one::<Target>("url").expect("it has a default").clone(),
            authorities: matches.get_one::<PathBuf>("ca").cloned(),
            door,
            topics: matches.get_many("topics").map_or_else(|| door.usual(), |wanted| wanted.cloned().collect()),
            pace_ms: matches.get_one::<u32>("pace-ms").copied(),
            clients: number("clients") as usize,
            measure: Duration::from_secs(number("seconds").into()),
            compression: word("compression") == "on",
            connect_per_s: number("connect-per-s"),
            slow: Slow { percent: number("slow"), bytes_per_s: number("slow-bytes-per-s") },
            churn_per_s: number("churn"),
            half_open_percent: number("half-open"),
            storm: matches.get_flag("storm"),
            server_pid: matches.get_one::<u32>("server-pid").copied(),
            format: match word("format") {
                "json" => Format::Json,
                "prometheus" => Format::Prometheus,
                _ => Format::Text,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_address_a_host_and_a_path() {
        let target: Target = "ws://127.0.0.1:3000/ws".parse().unwrap();
        assert_eq!(
            (target.addresses[0].to_string(), &*target.host, &*target.path),
            ("127.0.0.1:3000".to_owned(), "127.0.0.1:3000", "/ws")
        );
        let target: Target = "ws://127.0.0.1".parse().unwrap();
        assert_eq!((target.addresses[0].port(), &*target.path), (80, "/ws"));
        let target: Target = "wss://[::1]/live/ws".parse().unwrap();
        assert_eq!((target.tls, target.addresses[0].port(), target.name()), (true, 443, "::1"));
        assert_eq!(target.url(Door::Odds), "wss://[::1]/live/ws/odds");
        for (url, name) in
            [("ws://localhost:3000", "localhost"), ("ws://localhost/", "localhost"), ("ws://[::1]:9/", "::1")]
        {
            assert_eq!(url.parse::<Target>().unwrap().name(), name);
        }
        for bad in ["", "http://127.0.0.1", "wss:/127.0.0.1/ws", "ws://", "ws:///ws", "ws://a b/"] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }

    #[test]
    fn flags_are_read_as_help_says() {
        let read = |flags: &[&str]| {
            let command = clap::Command::new("load").args(arguments());
            let matches = command.try_get_matches_from([&["load"], flags].concat())?;
            Ok::<_, clap::Error>(Options::of(&matches))
        };
        let plain = read(&[]).unwrap();
        assert_eq!((plain.clients, plain.door, plain.format), (1000, Door::V1, Format::Text));
        assert!(plain.compression && !plain.storm && plain.topics.len() == 2);
        let other = read(&["--topics", "darkpool/ticker/*", "--slow", "5", "--storm"]).unwrap();
        assert_eq!((other.topics, other.slow.percent), (vec![Wanted::Each(Family::Tickers)], 5));
        let door = read(&["--door", "odds"]).unwrap();
        assert_eq!((door.topics, door.door), (vec![Wanted::Each(Family::Boards)], Door::Odds));
        for bad in [["--slow", "101"], ["--topics", "a b"], ["--door", "x"], ["--clients", "0"]] {
            assert!(read(&bad).is_err(), "{bad:?}");
        }
    }
}
