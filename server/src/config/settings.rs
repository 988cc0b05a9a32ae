//! The settings as the parts of the server take them: one struct for each concern.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use super::ConfigError;
use super::catalogue::SETTINGS;
use super::odds::OddsSettings;
use super::read::Reader;
use super::resolve::{Resolved, Surroundings, Whence};
use crate::access::JwtSettings;
use crate::domain::bets::BetsSettings;
use crate::domain::darkpool::feed::Watch;
use crate::feed::{Endpoint, Secret};

/// Everything that can be set. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens, and with how many threads.
    pub listen: ListenSettings,
    /// Whose pages may connect.
    pub origins: OriginSettings,
    /// How frames leave.
    pub fanout: FanoutSettings,
    /// Where state survives.
    pub store: StoreSettings,
    /// The demo market.
    pub demo: DemoSettings,
    /// The stocks provider.
    pub massive: MassiveSettings,
    /// The odds provider, and how odds are looked at.
    pub odds: OddsSettings,
    /// Within which bounds bets are taken.
    pub bets: BetsSettings,
    /// How JSON Web Tokens are verified.
    pub jwt: JwtSettings,
    /// What clients may do.
    pub limits: Limits,
    /// What is logged.
    pub log: LogSettings,
    /// Sentences about variables that look like settings and are none.
    pub warnings: Vec<String>,
    shown: Vec<Shown>,
}

/// A setting as an operator may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: &'static str,
    /// Its value; of a secret only whether there is one.
    pub value: String,
    /// Where it was said.
    pub whence: Whence,
}

/// Where the server listens, and with how many threads.
#[derive(Clone, Debug)]
pub struct ListenSettings {
    /// The address; port 0 takes any.
    pub address: SocketAddr,
    /// Threads of the runtime.
    pub workers: NonZeroUsize,
    /// Threads for WebSockets.
    pub shards: NonZeroUsize,
    /// Over how long clients are told to come back when the server stops.
    pub drain: Duration,
}

impl ListenSettings {
    /// Where a process on the same machine reaches the server.
    #[must_use]
    pub fn local_address(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }
}

/// Who may connect, and how their address is known.
#[derive(Clone, Debug)]
pub struct OriginSettings {
    /// Besides the server's own origin, in lower case: `https://dash.example`; `*` is any.
    pub allowed: Vec<Box<str>>,
    /// Whether a client's address is what the proxy says in `X-Forwarded-For`.
    pub trust_forwarded: bool,
}

/// How frames leave.
#[derive(Clone, Debug)]
pub struct FanoutSettings {
    /// How long changes are gathered; zero sends each at once.
    pub flush: Duration,
    /// A heartbeat is sent at least this often.
    pub heartbeat: Duration,
    /// Bytes of frames kept for each topic.
    pub log_bytes: usize,
    /// Bytes kept for readers of the same topics who are a little behind.
    pub backlog_bytes: usize,
    /// All that together.
    pub backlog_ceiling_bytes: usize,
    /// Whether many writes are handed to Linux at once.
    pub io_uring: bool,
    /// How WebSocket messages are compressed.
    pub compression: CompressionSettings,
}

/// permessage-deflate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressionSettings {
    /// Whether it is offered to clients that ask for it.
    pub on: bool,
    /// 1 to 9.
    pub level: u32,
    /// 9 to 15: the window as a power of two.
    pub window_bits: u8,
}

/// Where state survives.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// As [`crate::store::open`] takes it. It may hold a password.
    pub url: Secret,
}

/// Whether there is a demo market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoMode {
    /// When no provider is configured.
    Auto,
    /// Yes.
    On,
    /// No.
    Off,
}

/// The demo market.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// Whether there is one; see [`Config::demo_is_on`].
    pub mode: DemoMode,
    /// The same seed gives the same market.
    pub seed: u64,
    /// How many stocks.
    pub tickers: usize,
    /// Trades a second.
    pub rate: u32,
    /// About how many markets of odds.
    pub markets: usize,
    /// How many bookmakers.
    pub books: usize,
    /// What share of the odds changes each half second, in percent; none: as usual.
    pub changing_pct: Option<u32>,
}

/// The stocks provider.
#[derive(Clone, Debug)]
pub struct MassiveSettings {
    /// Its key; none: it is not configured.
    pub key: Option<Secret>,
    /// Where it is.
    pub url: Endpoint,
    /// Which stocks.
    pub tickers: Watch,
}

/// What clients may do. 0 is no limit.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Messages a second, sustained.
    pub messages_per_s: u32,
    /// Messages at once after a pause.
    pub message_burst: u32,
    /// Topics followed at once.
    pub topics_per_connection: u32,
    /// Connections from one address.
    pub connections_per_address: u32,
    /// New connections each second.
    pub upgrades_per_s: u32,
    /// To finish a request, and to subscribe.
    pub handshake_timeout: Duration,
    /// To take anything at all.
    pub progress_timeout: Duration,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// What is logged.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// As [`tracing_subscriber::EnvFilter`] takes it.
    pub filter: Box<str>,
    /// How.
    pub format: LogFormat,
}

impl Config {
    pub(super) fn read(resolved: Resolved, around: &Surroundings) -> Result<Config, ConfigError> {
        let shown = SETTINGS.iter().filter_map(|setting| {
            let given = resolved.given.get(setting.name)?;
            let value = match (setting.secret, given.value.is_empty()) {
                (true, false) => "(hidden)".to_owned(),
                (true, true) | (false, _) => given.value.clone(),
            };
            Some(Shown { name: setting.name, value, whence: given.whence.clone() })
        });
        let shown = shown.collect();
        let config = Config::from_reader(&Reader::new(&resolved), around)?;
        Ok(Config { shown, warnings: resolved.warnings, ..config })
    }

    pub(super) fn from_reader(from: &Reader<'_>, around: &Surroundings) -> Result<Config, ConfigError> {
        Ok(Config {
            listen: ListenSettings {
                address: from.parse("listen", "an address and a port, as 127.0.0.1:3000", address)?,
                workers: threads(from, "workers", around)?,
                shards: threads(from, "shards", around)?,
                drain: from.millis("drain_ms", 0..=600_000)?,
            },
            origins: OriginSettings {
                allowed: from.parse(
                    "allowed_origins",
                    "origins with commas between them, as https://dash.example,http://localhost:8080, or *",
                    origins,
                )?,
                trust_forwarded: from.switch("trust_forwarded")?,
            },
            fanout: FanoutSettings {
                flush: from.millis("flush_ms", 0..=10_000)?,
                heartbeat: from.millis("heartbeat_ms", 100..=600_000)?,
                log_bytes: from.number("log_bytes", 4_096..=1 << 30)?,
                backlog_bytes: from.number("backlog_bytes", 4_096..=1 << 30)?,
                backlog_ceiling_bytes: from.number("backlog_ceiling_bytes", 65_536..=1 << 40)?,
                io_uring: from.switch("io_uring")?,
                compression: CompressionSettings {
                    on: from.switch("compression")?,
                    level: from.number("compression_level", 1..=9)?,
                    window_bits: from.number("compression_window_bits", 9..=15)?,
                },
            },
            store: StoreSettings {
                url: from.parse("database_url", "sqlite://PATH or sqlite::memory:", |text| text.parse().ok())?,
            },
            demo: DemoSettings {
                mode: from.parse("demo", "auto, on or off", demo_mode)?,
                seed: from.number("demo_seed", 0..=u64::MAX)?,
                tickers: from.number("demo_tickers", 1..=20_000)?,
                rate: from.number("demo_rate", 1..=100_000)?,
                markets: from.number("demo_markets", 1..=100_000)?,
                books: from.number("demo_books", 1..=40)?,
                changing_pct: from.parse("demo_changing", "auto, or a percentage from 1 to 100", changing)?,
            },
            massive: MassiveSettings {
                key: from.optional("massive_key", "the key that the provider gave you", |text| text.parse().ok())?,
                url: from
                    .parse("massive_url", "an address that begins with wss:// or ws://", |text| text.parse().ok())?,
                tickers: from.parse(
                    "massive_tickers",
                    "symbols with commas between them, as IBM,BRK.B, or *",
                    |text| text.parse().ok(),
                )?,
            },
            odds: OddsSettings::read(from)?,
            bets: BetsSettings::read(from)?,
            jwt: super::access::jwt(from)?,
            limits: Limits {
                messages_per_s: from.number("messages_per_s", 0..=u32::MAX)?,
                message_burst: from.number("message_burst", 1..=1_000_000)?,
                topics_per_connection: from.number("topics_per_connection", 1..=100_000)?,
                connections_per_address: from.number("connections_per_address", 0..=u32::MAX)?,
                upgrades_per_s: from.number("upgrades_per_s", 0..=u32::MAX)?,
                handshake_timeout: from.millis("handshake_timeout_ms", 10..=600_000)?,
                progress_timeout: from.millis("progress_timeout_ms", 10..=3_600_000)?,
            },
            log: LogSettings {
                filter: from.parse("log", "a filter, as info or info,undercurrent::feed=debug", log_filter)?,
                format: from.parse("log_format", "text or json", log_format)?,
            },
            warnings: Vec::new(),
            shown: Vec::new(),
        })
    }

    /// Whether there is a demo market.
    #[must_use]
    pub fn demo_is_on(&self) -> bool {
        match self.demo.mode {
            DemoMode::Auto => self.massive.key.is_none() && self.odds.api_key.is_none(),
            DemoMode::On => true,
            DemoMode::Off => false,
        }
    }

    /// Every setting as an operator may see it, in the order of `--help`.
    #[must_use]
    pub fn redacted(&self) -> &[Shown] {
        &self.shown
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse().ok()?)),
        None => text.parse().ok(),
    }
}

fn threads(from: &Reader<'_>, name: &'static str, around: &Surroundings) -> Result<NonZeroUsize, ConfigError> {
    from.parse(name, "a whole number from 1 to 1024, or cores", |text| match text {
        "cores" => Some(around.cores),
        text => text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= 1024),
    })
}

/// A list with commas, which may be empty.
fn origins(text: &str) -> Option<Vec<Box<str>>> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(origin).collect()
}

/// An origin as browsers write it, a scheme and a host with nothing after it; or `*`.
fn origin(text: &str) -> Option<Box<str>> {
    let text = text.trim_end_matches('/').to_lowercase();
    let fits = text.split_once("://").is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*'])
    });
    (fits || text == "*").then(|| text.into())
}

fn demo_mode(text: &str) -> Option<DemoMode> {
    match text {
        "auto" => Some(DemoMode::Auto),
        "on" | "true" => Some(DemoMode::On),
        "off" | "false" => Some(DemoMode::Off),
        _ => None,
    }
}

fn changing(text: &str) -> Option<Option<u32>> {
    match text {
        "auto" => Some(None),
        text => text.parse().ok().filter(|pct| (1..=100).contains(pct)).map(Some),
    }
}

fn log_filter(text: &str) -> Option<Box<str>> {
    tracing_subscriber::EnvFilter::try_new(text).ok().map(|_| text.into())
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}
