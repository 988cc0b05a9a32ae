//! The values that labels may have. All are known in advance, so the number of series is too.

use shared::domain::darkpool::DarkPoolTopic;
use shared::stream::Topic;
use shared::wire::Mode;

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
    /// A WebSocket at a door.
    Door,
    /// Server-sent events.
    Sse,
    /// Requests: snapshots and polls, waiting ones included.
    Poll,
}

impl Label for Transport {
    const NAME: &'static str = "transport";
    const ALL: &'static [Transport] = &[Transport::WebSocket, Transport::Door, Transport::Sse, Transport::Poll];

    fn as_str(self) -> &'static str {
        match self {
            Transport::WebSocket => "websocket",
            Transport::Door => "door",
            Transport::Sse => "sse",
            Transport::Poll => "poll",
        }
    }
}

/// What came of a token that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// It is somebody's.
    Accepted,
    /// It is nobody's, or no more.
    Refused,
    /// Too many that were nobody's came from the address before.
    Limited,
}

impl Label for SignIn {
    const NAME: &'static str = "outcome";
    const ALL: &'static [SignIn] = &[SignIn::Accepted, SignIn::Refused, SignIn::Limited];

    fn as_str(self) -> &'static str {
        match self {
            SignIn::Accepted => "accepted",
            SignIn::Refused => "refused",
            SignIn::Limited => "limited",
        }
    }
}

/// How a frame of a topic takes a reader on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One change set, in time.
    Live,
    /// What it missed, merged.
    Merged,
    /// All rows, to a reader that had none.
    SnapshotNew,
    /// All rows, to a reader that was behind.
    SnapshotBehind,
}

impl Step {
    /// From how a reader was told, and how many change sets it was behind.
    pub fn of(mode: Mode, behind: u64) -> Step {
        match mode {
            Mode::Live => Step::Live,
            Mode::Resumed => Step::Merged,
            Mode::Snapshot if behind == 0 => Step::SnapshotNew,
            Mode::Snapshot => Step::SnapshotBehind,
        }
    }
}

impl Label for Step {
    const NAME: &'static str = "step";
    const ALL: &'static [Step] = &[Step::Live, Step::Merged, Step::SnapshotNew, Step::SnapshotBehind];

    fn as_str(self) -> &'static str {
        match self {
            Step::Live => "live",
            Step::Merged => "merged",
            Step::SnapshotNew => "snapshot_new",
            Step::SnapshotBehind => "snapshot_behind",
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
