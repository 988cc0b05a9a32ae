//! The waits of the protocol, in one place.

use std::time::Duration;

/// How a [`Link`](super::Link) behaves. The defaults are the protocol's.
#[derive(Clone, Debug)]
pub struct Config {
    /// Waits before the first, second and third attempt after a failure.
    pub backoff: [Duration; 3],
    /// Up to so many percent are added to each wait, so that thousands do not return in the same
    /// instant; 0 makes the schedule exact.
    pub jitter_percent: u32,
    /// Where the jitter's sequence begins; the driver brings the randomness.
    pub seed: u64,
    /// How long an attempt may take until `welcome`.
    pub connect_timeout: Duration,
    /// So long in [`Phase::Live`](super::Phase::Live), and earlier failures are forgotten.
    pub settled_after: Duration,
    /// How often the way is measured, and how long it may take when there is doubt.
    pub ping_every: Duration,
    /// No answer to a probe for so long means that the connection is dead.
    pub probe_timeout: Duration,
    /// A timer that is later than this was held up (sleep, a throttled tab), and proves nothing.
    pub late_timer: Duration,
    /// While polling, WebSocket is tried again after this, then after 1.5 times the last wait...
    pub background_first: Duration,
    /// ...up to this.
    pub background_most: Duration,
    /// How long the server may hold a long-poll, in seconds.
    pub long_poll_s: u32,
    /// The least time between two long-polls that brought something.
    pub long_poll_spacing: Duration,
    /// Between polls where long answers are cut, and, when those fail too, the second.
    pub poll_every: [Duration; 2],
    /// After so long of plain polling, long-polling is tried again.
    pub long_poll_again: Duration,
    /// A tab hidden for so long asks for a slower pace.
    pub hidden_after: Duration,
    /// That pace.
    pub hidden_pace_ms: u32,
    /// While the system says that it is offline, an attempt is still made this often: it may be wrong.
    pub offline_retry: Duration,
}

impl Default for Config {
    fn default() -> Config {
        let s = Duration::from_secs;
        Config {
            backoff: [s(2), s(4), s(8)],
            jitter_percent: 25,
            seed: 0,
            connect_timeout: s(10),
            settled_after: s(10),
            ping_every: s(10),
            probe_timeout: s(2),
            late_timer: s(1),
            background_first: s(15),
            background_most: s(60),
            long_poll_s: 25,
            long_poll_spacing: Duration::from_millis(250),
            poll_every: [s(5), s(20)],
            long_poll_again: s(60),
            hidden_after: s(30),
            hidden_pace_ms: 5_000,
            offline_retry: s(30),
        }
    }
}
