//! The values that labels may have. All are known in advance, so the number of series is too.

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::Topic;
use shared::wire::CloseCode;

/// A closed set of values of a label.
pub trait Label: Copy + PartialEq + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// All values.
    const ALL: &'static [Self];

    /// The value as it is written.
    fn as_str(self) -> &'static str;
}

/// How data reaches a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket that speaks `undercurrent.v1`.
    WebSocket,
    /// A WebSocket at the dark-pool door.
    DarkPool,
    /// Server-sent events.
    Sse,
    /// Requests: snapshots and polls, waiting ones included.
    Http,
}

impl Label for Transport {
    const NAME: &'static str = "transport";
    const ALL: &'static [Transport] = &[Transport::WebSocket, Transport::DarkPool, Transport::Sse, Transport::Http];

    fn as_str(self) -> &'static str {
        match self {
            Transport::WebSocket => "websocket",
            Transport::DarkPool => "darkpool",
            Transport::Sse => "sse",
            Transport::Http => "http",
        }
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The client said goodbye.
    ByClient,
    /// It broke.
    Lost,
    /// The server closed it.
    Server(CloseCode),
}

impl Label for Closed {
    const NAME: &'static str = "reason";
    const ALL: &'static [Closed] = &[
        Closed::ByClient,
        Closed::Lost,
        Closed::Server(CloseCode::Restart),
        Closed::Server(CloseCode::Drain),
        Closed::Server(CloseCode::NoProgress),
        Closed::Server(CloseCode::Heartbeat),
        Closed::Server(CloseCode::NeverSubscribed),
        Closed::Server(CloseCode::Rate),
        Closed::Server(CloseCode::TooManyConnections),
        Closed::Server(CloseCode::Protocol),
        Closed::Server(CloseCode::Token),
        Closed::Server(CloseCode::Forbidden),
        Closed::Server(CloseCode::Version),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Closed::ByClient => "client",
            Closed::Lost => "lost",
            Closed::Server(code) => match code {
                CloseCode::Restart => "restart",
                CloseCode::Drain => "drain",
                CloseCode::NoProgress => "no_progress",
                CloseCode::Heartbeat => "heartbeat",
                CloseCode::NeverSubscribed => "never_subscribed",
                CloseCode::Rate => "rate",
                CloseCode::TooManyConnections => "too_many_connections",
                CloseCode::Protocol => "protocol",
                CloseCode::Token => "token",
                CloseCode::Forbidden => "forbidden",
                CloseCode::Version => "version",
            },
        }
    }
}

/// Why a connection was not taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A page of an origin that is not allowed.
    Origin,
    /// Too many connections from its address.
    Address,
    /// Too many new connections at once.
    Rate,
    /// The server is stopping.
    Draining,
    /// No WebSocket request, or no common subprotocol.
    Protocol,
    /// Its request took too long.
    Timeout,
}

impl Label for Refusal {
    const NAME: &'static str = "reason";
    const ALL: &'static [Refusal] =
        &[Refusal::Origin, Refusal::Address, Refusal::Rate, Refusal::Draining, Refusal::Protocol, Refusal::Timeout];

    fn as_str(self) -> &'static str {
        match self {
            Refusal::Origin => "origin",
            Refusal::Address => "address",
            Refusal::Rate => "rate",
            Refusal::Draining => "draining",
            Refusal::Protocol => "protocol",
            Refusal::Timeout => "timeout",
        }
    }
}

/// Why a reader got all rows instead of what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotReason {
    /// It knew nothing.
    New,
    /// Its position counts in another epoch.
    Epoch,
    /// Its position is too old, or from the future.
    Unknown,
    /// All rows are shorter than what changed.
    Shorter,
}

impl Label for SnapshotReason {
    const NAME: &'static str = "reason";
    const ALL: &'static [SnapshotReason] =
        &[SnapshotReason::New, SnapshotReason::Epoch, SnapshotReason::Unknown, SnapshotReason::Shorter];

    fn as_str(self) -> &'static str {
        match self {
            SnapshotReason::New => "new",
            SnapshotReason::Epoch => "epoch",
            SnapshotReason::Unknown => "unknown",
            SnapshotReason::Shorter => "shorter",
        }
    }
}

/// A topic without the names in it: one value for all tickers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `darkpool/sentiment`
    Sentiment,
    /// `darkpool/top`
    Top,
    /// `darkpool/ticker/{ticker}`
    Ticker,
    /// `darkpool/tape`
    Tape,
    /// Of no known domain.
    Other,
}

impl Family {
    /// The family of a topic.
    pub fn of(topic: &Topic) -> Family {
        match DarkPoolTopic::parse(topic) {
            Some(DarkPoolTopic::Sentiment) => Family::Sentiment,
            Some(DarkPoolTopic::Top) => Family::Top,
            Some(DarkPoolTopic::Ticker(_)) => Family::Ticker,
            Some(DarkPoolTopic::Tape) => Family::Tape,
            None => Family::Other,
        }
    }
}

impl Label for Family {
    const NAME: &'static str = "family";
    const ALL: &'static [Family] = &[Family::Sentiment, Family::Top, Family::Ticker, Family::Tape, Family::Other];

    fn as_str(self) -> &'static str {
        match self {
            Family::Sentiment => "darkpool/sentiment",
            Family::Top => "darkpool/top",
            Family::Ticker => "darkpool/ticker",
            Family::Tape => "darkpool/tape",
            Family::Other => "other",
        }
    }
}

/// Why the store failed, as [`crate::store::StoreError::kind`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFailure(pub &'static str);

impl Label for StoreFailure {
    const NAME: &'static str = "kind";
    const ALL: &'static [StoreFailure] = &[
        StoreFailure("full"),
        StoreFailure("locked"),
        StoreFailure("corrupt"),
        StoreFailure("access"),
        StoreFailure("url"),
        StoreFailure("other"),
    ];

    fn as_str(self) -> &'static str {
        self.0
    }
}
