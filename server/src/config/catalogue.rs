//! Every setting there is: its name, what it means, what it is unless told otherwise.

/// A setting. Its key in `undercurrent.toml` is the name.
#[derive(Debug)]
pub struct Setting {
    /// In snake case.
    pub name: &'static str,
    /// What `--help` writes for the value.
    pub value: &'static str,
    /// Empty: none.
    pub default: &'static str,
    /// One or two sentences.
    pub meaning: &'static str,
    /// The group in `--help`.
    pub group: &'static str,
    /// Whether the value may hold a secret and is never repeated.
    pub secret: bool,
}

impl Setting {
    const fn new(
        group: &'static str,
        name: &'static str,
        value: &'static str,
        default: &'static str,
        meaning: &'static str,
    ) -> Setting {
        Setting { name, value, default, meaning, group, secret: false }
    }

    const fn secret(self) -> Setting {
        Setting { secret: true, ..self }
    }

    /// `flush_ms`: `flush-ms`.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// `flush_ms`: `UNDERCURRENT_FLUSH_MS`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_uppercase())
    }
}

/// What every variable's name begins with.
pub const PREFIX: &str = "UNDERCURRENT_";

/// The variable that names the file of settings.
pub const CONFIG_VARIABLE: &str = "UNDERCURRENT_CONFIG";

/// The address where the server is not in a container.
pub const LISTEN: &str = "127.0.0.1:3000";

/// The address in a container, where the loopback interface would reach nobody.
pub const LISTEN_IN_CONTAINER: &str = "0.0.0.0:3000";

const SERVER: &str = "Server";
const DATA: &str = "Data";
const ODDS: &str = "Odds";
const BETS: &str = "Bets";
const SIGN_IN: &str = "Sign-in";
const LIMITS: &str = "Limits";
const LOGS: &str = "Logs";

/// All settings, in the order of `--help`.
pub const SETTINGS: &[Setting] = &[
    Setting::new(
        SERVER,
        "listen",
        "ADDRESS",
        LISTEN,
        "Address and port. PORT is honoured too (on all interfaces); in a container the default is 0.0.0.0:3000.",
    ),
    Setting::new(
        SERVER,
        "allowed_origins",
        "LIST",
        "",
        "Web pages of other origins that may connect, as https://dash.example,...; * allows any. \
         The server's own origin is always allowed.",
    ),
    Setting::new(
        SERVER,
        "trust_forwarded",
        "on|off",
        "off",
        "Take a client's address from X-Forwarded-For. Only behind a proxy that sets it.",
    ),
    Setting::new(SERVER, "workers", "N|cores", "cores", "Threads for HTTP and sources."),
    Setting::new(SERVER, "shards", "N|cores", "cores", "Threads for WebSockets."),
    Setting::new(
        SERVER,
        "flush_ms",
        "MS",
        "20",
        "How long changes are gathered before a frame leaves; 0 sends each at once.",
    ),
    Setting::new(SERVER, "heartbeat_ms", "MS", "10000", "A heartbeat is sent at least this often."),
    Setting::new(
        SERVER,
        "log_bytes",
        "BYTES",
        "1048576",
        "Frames kept for each topic for readers that are a little behind; who is further behind gets one merged update.",
    ),
    Setting::new(
        SERVER,
        "backlog_bytes",
        "BYTES",
        "262144",
        "What is kept for readers of the same topics whose sockets take no more for now; who is further behind gets one \
         merged update.",
    ),
    Setting::new(
        SERVER,
        "backlog_ceiling_bytes",
        "BYTES",
        "67108864",
        "All that together; beyond it less is kept for each.",
    ),
    Setting::new(
        SERVER,
        "io_uring",
        "on|off",
        "on",
        "Whether the writes to thousands of sockets are handed to Linux in one call, where it allows that.",
    ),
    Setting::new(
        SERVER,
        "compression",
        "on|off",
        "on",
        "Whether WebSocket messages are compressed (permessage-deflate).",
    ),
    Setting::new(SERVER, "compression_level", "N", "6", "From 1, fast, to 9, small."),
    Setting::new(
        SERVER,
        "compression_window_bits",
        "N",
        "12",
        "How far back a message may refer: 9 (512 bytes) to 15 (32 KB).",
    ),
    Setting::new(
        SERVER,
        "drain_ms",
        "MS",
        "5000",
        "When the server stops, over how long its clients are told to come back.",
    ),
    Setting::new(
        DATA,
        "database_url",
        "URL",
        "sqlite://undercurrent.db",
        "Where state survives a restart: sqlite://PATH or sqlite::memory:",
    )
    .secret(),
    Setting::new(DATA, "demo", "auto|on|off", "auto", "The demo market; auto: when no provider is configured."),
    Setting::new(DATA, "demo_seed", "N", "1", "The same seed gives the same market."),
    Setting::new(DATA, "demo_tickers", "N", "500", "How many stocks it has."),
    Setting::new(DATA, "demo_rate", "N", "200", "How many trades a second it has."),
    Setting::new(DATA, "demo_markets", "N", "600", "How many markets of odds it has, about."),
    Setting::new(DATA, "demo_books", "N", "14", "How many bookmakers it has."),
    Setting::new(
        DATA,
        "demo_changing",
        "PERCENT|auto",
        "auto",
        "What share of its odds is priced anew each half second; auto: live events every 2 s, others every 20 s.",
    ),
    Setting::new(
        DATA,
        "massive_key",
        "KEY",
        "",
        "The key of the stocks provider. Prefer the variable: a flag shows in the list of processes.",
    )
    .secret(),
    Setting::new(DATA, "massive_url", "URL", "wss://socket.massive.com/stocks", "Where that provider is.").secret(),
    Setting::new(DATA, "massive_tickers", "LIST", "*", "Which stocks to follow, as IBM,BRK.B,...; * for all."),
    Setting::new(
        ODDS,
        "odds_api_key",
        "KEY",
        "",
        "The key of the odds provider. Prefer the variable: a flag shows in the list of processes.",
    )
    .secret(),
    Setting::new(ODDS, "odds_api_url", "URL", "https://api.the-odds-api.com", "Where that provider is.").secret(),
    Setting::new(
        ODDS,
        "odds_api_sports",
        "LIST",
        "",
        "Which sports to follow, as soccer_epl,basketball_nba,...; none: the main ones that are in season.",
    ),
    Setting::new(
        ODDS,
        "odds_api_regions",
        "LIST",
        "uk",
        "Whose bookmakers: us, us2, us_ex, uk, eu, au, fr, se. Each costs the quota as much again.",
    ),
    Setting::new(
        ODDS,
        "odds_api_markets",
        "LIST",
        "h2h,spreads,totals",
        "What is bet on. Each costs the quota as much again.",
    ),
    Setting::new(
        ODDS,
        "odds_api_interval",
        "S|auto",
        "auto",
        "Seconds between two requests for a sport; auto: so that the month's quota lasts, sooner where events are under way.",
    ),
    Setting::new(
        ODDS,
        "odds_devig",
        "METHOD",
        "power",
        "How a book's margin is taken out: power, multiplicative, additive, shin or odds_ratio.",
    ),
    Setting::new(
        ODDS,
        "odds_commissions",
        "LIST",
        "",
        "What books take of winnings, in percent, as betfair_ex_uk=2,smarkets=2.",
    ),
    Setting::new(
        ODDS,
        "odds_max_age_ms",
        "MS|auto",
        "auto",
        "A price counts for so long after the last answer that had it; auto: 60 s, from the odds provider 300 s.",
    ),
    Setting::new(
        ODDS,
        "odds_max_age_live_ms",
        "MS|auto",
        "auto",
        "The same once the event has begun; auto: 10 s, from the odds provider 60 s.",
    ),
    Setting::new(
        ODDS,
        "odds_max_lag_ms",
        "MS",
        "600000",
        "A price is too old as well if the provider last heard of it so long before its answer; a tenth of it once the \
         event has begun; 0: it may lag as it likes.",
    ),
    Setting::new(
        ODDS,
        "odds_hybrid",
        "METHOD",
        "pool",
        "How bets with us count beside the books: pool (by what is staked), or lmsr (a market maker who sold what open \
         bets would bring back).",
    ),
    Setting::new(
        ODDS,
        "odds_lmsr_b",
        "DOLLARS",
        "1000",
        "The market maker's liquidity: how much it takes to move its prices. It may lose this times the logarithm of the \
         number of outcomes.",
    ),
    Setting::new(
        ODDS,
        "odds_half_weight",
        "DOLLARS",
        "1000",
        "With so much staked, or so much to lose, our own view has as much say as all books together.",
    ),
    Setting::new(BETS, "bets_min_stake", "DOLLARS", "1", "The least that can be staked on a bet."),
    Setting::new(BETS, "bets_max_stake", "DOLLARS", "10000", "The most that can be staked on a bet."),
    Setting::new(BETS, "bets_max_payout", "DOLLARS", "1000000", "The most that a bet may bring back, stake included."),
    Setting::new(BETS, "bets_max_open", "N", "1000", "How many bets of a user may be open at once."),
    Setting::new(
        SIGN_IN,
        "jwt_secret",
        "SECRET",
        "",
        "Take JSON Web Tokens signed with this secret (HS256, at least 32 bytes). Prefer the variable.",
    )
    .secret(),
    Setting::new(SIGN_IN, "jwt_public_key", "FILE", "", "Take JSON Web Tokens of this RSA public key (RS256), as PEM."),
    Setting::new(
        SIGN_IN,
        "jwks_url",
        "URL",
        "",
        "Take JSON Web Tokens of the RSA keys (RS256) that are published here; read every 10 minutes, and when a token \
         names another.",
    )
    .secret(),
    Setting::new(SIGN_IN, "jwks_file", "FILE", "", "The same from a file."),
    Setting::new(SIGN_IN, "jwt_issuer", "TEXT", "", "What a JSON Web Token's iss has to be; none: anything."),
    Setting::new(
        SIGN_IN,
        "jwt_audience",
        "TEXT",
        "",
        "What a JSON Web Token's aud has to be or contain; none: it must have no aud.",
    ),
    Setting::new(SIGN_IN, "jwt_user_claim", "NAME", "sub", "Which claim holds the user's id."),
    Setting::new(SIGN_IN, "jwt_role_claim", "NAME", "role", "Which claim holds the role, or a list of them."),
    Setting::new(SIGN_IN, "jwt_operator_role", "NAME", "operator", "Which role makes an operator."),
    Setting::new(
        LIMITS,
        "messages_per_s",
        "N",
        "10",
        "Messages a client may send each second, sustained; 0: no limit.",
    ),
    Setting::new(LIMITS, "message_burst", "N", "20", "Messages it may send at once after a pause."),
    Setting::new(LIMITS, "topics_per_connection", "N", "128", "Topics it may follow at once."),
    Setting::new(LIMITS, "connections_per_address", "N", "50", "Connections from one address; 0: no limit."),
    Setting::new(LIMITS, "upgrades_per_s", "N", "500", "New connections each second; 0: no limit."),
    Setting::new(
        LIMITS,
        "handshake_timeout_ms",
        "MS",
        "10000",
        "How long a client may take to finish its request, and to subscribe.",
    ),
    Setting::new(
        LIMITS,
        "progress_timeout_ms",
        "MS",
        "30000",
        "How long a client may take nothing before it is closed.",
    ),
    Setting::new(LOGS, "log", "FILTER", "info", "What is logged, as info,undercurrent::feed=debug."),
    Setting::new(LOGS, "log_format", "text|json", "text", "How it is written."),
];

/// The setting of that name.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The known name that looks most like `name`.
pub fn nearest(name: &str) -> &'static str {
    let name = name.to_lowercase().replace('-', "_");
    let distance = |setting: &&Setting| edits(&name, setting.name);
    SETTINGS.iter().min_by_key(distance).map_or("", |setting| setting.name)
}

/// How many characters have to be put, taken or changed to make `b` of `a` (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}
