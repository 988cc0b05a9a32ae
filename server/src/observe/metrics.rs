//! What is counted and measured, with a method for each thing that happens.
//!
//! Cheap enough for every frame: an atomic addition, or a short lock for a histogram.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family as Series, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};
use shared::stream::Topic;
use shared::units::Timestamp;
use shared::wire::Mode;

use super::collect::{ProcessCollector, SourcesCollector};
use super::label::{Family, Label, Step};
use super::{SignIn, Transport};
use crate::feed::Sources;
use crate::hub::Frame;

/// The media type of [`Metrics::exposition`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What happened longer ago is no latency: a tape of another day is being played.
const LONGEST_LATENCY_MS: i64 = 300_000;

/// What every series begins with.
const PREFIX: &str = "undercurrent";

type Labels = [(&'static str, &'static str); 1];
type CountLabels = [(&'static str, String); 2];
type ShardLabels = [(&'static str, String); 1];

/// What changed in a shard since it last said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Cohorts, more or fewer.
    pub cohorts: i64,
    /// Clients in them, more or fewer.
    pub members: i64,
    /// Bytes kept for readers who are a little behind, more or fewer.
    pub log_bytes: i64,
    /// Compressed messages that refer to nothing before them, so that others could join.
    pub keyframes: u64,
    /// Readers who fell out of their cohort's log.
    pub fell_behind: u64,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    connections: PerLabel<Transport, Gauge>,
    opened: PerLabel<Transport, Counter>,
    closed: Series<Labels, Counter>,
    refused: Series<Labels, Counter>,
    signed_in: Gauge,
    verified: PerLabel<SignIn, Counter>,
    deliveries: PerLabel<Transport, Counter>,
    delivered_bytes: PerLabel<Transport, Counter>,
    written_bytes: Counter,
    cohorts: Gauge,
    cohort_members: Gauge,
    log_bytes: Gauge,
    keyframes: Counter,
    fell_behind: Counter,
    shard_busy: Series<ShardLabels, Gauge<f64, AtomicU64>>,
    flush_window: Gauge<f64, AtomicU64>,
    steps: PerLabel<Step, Counter>,
    behind: Histogram,
    updates: PerLabel<Family, Counter>,
    since_provider: Histogram,
    since_receipt: Histogram,
    commit_seconds: Histogram,
    stored_rows: Counter,
    store_failures: Counter,
    store_up: Gauge,
    counts: Series<CountLabels, Gauge>,
}

impl Metrics {
    /// Nothing happened yet.
    #[must_use]
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix(PREFIX);
        let r = &mut registry;
        r.register("build", "The running version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let provider = "From the provider's time of an event until its row is published";
        let receipt = "From reading an event until its row is published";
        Metrics {
            connections: PerLabel::register(r, "connections", "Open connections"),
            opened: PerLabel::register(r, "connections_opened", "Connections that were opened"),
            closed: registered(r, "connections_closed", "Connections that ended, by why", Series::default()),
            refused: registered(
                r,
                "connections_refused",
                "Connections that were not taken up, by why",
                Series::default(),
            ),
            signed_in: registered(r, "signed_in", "Open connections of users who are signed in", Gauge::default()),
            verified: PerLabel::register(r, "tokens_shown", "Tokens that were shown, by what came of it"),
            deliveries: PerLabel::register(r, "deliveries", "Frames handed to clients' sockets"),
            delivered_bytes: PerLabel::register(r, "delivered_bytes", "Their bytes, uncompressed"),
            written_bytes: registered(
                r,
                "written_bytes",
                "Bytes written to WebSockets, framed and compressed",
                Counter::default(),
            ),
            cohorts: registered(r, "cohorts", "Groups of readers who are sent the same bytes", Gauge::default()),
            cohort_members: registered(r, "cohort_members", "Readers in them", Gauge::default()),
            log_bytes: registered(r, "log_bytes", "Kept for readers who are a little behind", Gauge::default()),
            keyframes: registered(
                r,
                "keyframes",
                "Compressed messages that refer to nothing before them, so that others could join",
                Counter::default(),
            ),
            fell_behind: registered(r, "fell_behind", "Readers who fell out of their log", Counter::default()),
            shard_busy: registered(
                r,
                "shard_busy_ratio",
                "The share of its time that a shard worked",
                Series::default(),
            ),
            flush_window: {
                let gauge = Gauge::default();
                let help = "Over how long changes are gathered now";
                r.register_with_unit("flush_window", help, Unit::Seconds, gauge.clone());
                gauge
            },
            steps: PerLabel::register(r, "reader_steps", "Frames of topics, by how they take a reader on"),
            behind: registered(
                r,
                "reader_behind_updates",
                "How many change sets a reader was behind when it got a merged update or all rows",
                Histogram::new(exponential_buckets(1.0, 2.0, 14)),
            ),
            updates: PerLabel::register(r, "updates", "Change sets that were published"),
            since_provider: seconds(r, "latency_from_provider", provider, 0.001),
            since_receipt: seconds(r, "latency_from_receipt", receipt, 0.001),
            commit_seconds: seconds(r, "store_commit", "How long the store took for a commit", 0.0001),
            stored_rows: registered(r, "store_rows", "Rows that were stored", Counter::default()),
            store_failures: registered(r, "store_failures", "Commits that the store refused", Counter::default()),
            store_up: {
                let up = registered(r, "store_up", "Whether the store keeps what is published", Gauge::default());
                up.set(1);
                up
            },
            counts: registered(
                r,
                "domain_counts",
                "What a domain's rules counted since the start, or have now",
                Series::default(),
            ),
            registry,
        }
    }

    /// A connection was opened.
    pub fn opened(&self, transport: Transport) {
        self.opened.get(transport).inc();
        self.connections.get(transport).inc();
    }

    /// It ended.
    pub fn closed(&self, transport: Transport, reason: &'static str) {
        self.connections.get(transport).dec();
        self.closed.get_or_create(&[("reason", reason)]).inc();
    }

    /// A connection was not taken up.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// Frames were handed to the sockets of so many clients. For frames of a topic `told` says how
    /// they take a reader on, and how many change sets the reader was behind.
    pub fn delivered(&self, transport: Transport, frames: &[Frame], told: Option<(Mode, u64)>, clients: u64) {
        let bytes: usize = frames.iter().map(Frame::len).sum();
        self.deliveries.get(transport).inc_by(frames.len() as u64 * clients);
        self.delivered_bytes.get(transport).inc_by(bytes as u64 * clients);
        let Some((mode, behind)) = told else { return };
        let step = Step::of(mode, behind);
        self.steps.get(step).inc_by(clients);
        match step {
            Step::Merged | Step::SnapshotBehind => self.behind.observe(approximately(behind)),
            Step::Live | Step::SnapshotNew => {}
        }
    }

    /// So many connections more, or fewer, are those of a user who is signed in.
    pub fn signed_in(&self, change: i64) {
        self.signed_in.inc_by(change);
    }

    /// A token was shown.
    pub fn verified(&self, outcome: SignIn) {
        self.verified.get(outcome).inc();
    }

    /// Bytes went into a socket, framed and compressed.
    pub fn written(&self, bytes: u64) {
        self.written_bytes.inc_by(bytes);
    }

    /// How delivery is doing: see [`Delivery`].
    pub fn delivery(&self, change: &Delivery) {
        self.cohorts.inc_by(change.cohorts);
        self.cohort_members.inc_by(change.members);
        self.log_bytes.inc_by(change.log_bytes);
        self.keyframes.inc_by(change.keyframes);
        self.fell_behind.inc_by(change.fell_behind);
    }

    /// What share of its time a shard worked, in thousandths, and the flush window of now.
    pub fn pressure(&self, shard: usize, busy: u32, window: Duration) {
        self.shard_busy.get_or_create(&[("shard", shard.to_string())]).set(f64::from(busy) / 1000.0);
        self.flush_window.set(window.as_secs_f64());
    }

    /// A change set was published. `src_ts` is the provider's time of its newest event, `received`
    /// when the first of its events was read.
    pub fn committed(&self, topic: &Topic, now: Timestamp, src_ts: Option<Timestamp>, received: Option<Timestamp>) {
        self.updates.get(Family::of(topic)).inc();
        observe(&self.since_provider, now, src_ts);
        observe(&self.since_receipt, now, received);
    }

    /// The store took a commit of so many rows.
    pub fn store_committed(&self, took: Duration, rows: usize) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.stored_rows.inc_by(rows as u64);
    }

    /// The store refused a commit.
    pub fn store_failed(&self) {
        self.store_failures.inc();
    }

    /// What a domain's rules counted so far, by name.
    pub fn counted(&self, domain: &impl fmt::Display, counts: &[(&'static str, u64)]) {
        for (what, count) in counts {
            let labels = [("domain", domain.to_string()), ("what", (*what).to_owned())];
            self.counts.get_or_create(&labels).set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }

    /// Whether the store keeps what is published from now on.
    pub fn store_ok(&self, ok: bool) {
        self.store_up.set(i64::from(ok));
    }

    /// Whether the store keeps what is published.
    #[must_use]
    pub fn store_works(&self) -> bool {
        self.store_up.get() != 0
    }

    /// All of it, how the sources are doing and the process, as text of [`CONTENT_TYPE`].
    #[must_use]
    pub fn exposition(&self, sources: &Sources) -> String {
        let mut asked = Registry::default();
        asked.register_collector(Box::new(ProcessCollector));
        let ours = asked.sub_registry_with_prefix(PREFIX);
        ours.register_collector(Box::new(SourcesCollector::new(sources.clone())));
        let mut text = String::new();
        let written = encode_registry(&mut text, &self.registry).and_then(|()| encode_registry(&mut text, &asked));
        written.and_then(|()| encode_eof(&mut text)).expect("writing to a string does not fail");
        text
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Clocks differ: what comes from the future took no time.
fn observe(histogram: &Histogram, now: Timestamp, since: Option<Timestamp>) {
    let Some(ms) = since.map(|since| now.ms_since(since)).filter(|ms| *ms <= LONGEST_LATENCY_MS) else { return };
    histogram.observe(Duration::from_millis(u64::try_from(ms).unwrap_or(0)).as_secs_f64());
}

/// Beyond 2^53 the last digits do not matter.
#[allow(clippy::cast_precision_loss)]
fn approximately(count: u64) -> f64 {
    count as f64
}

fn registered<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// From `first` seconds, doubling 17 times: 0.1 ms to 6.5 s, or 1 ms to 65 s.
fn seconds(registry: &mut Registry, name: &str, help: &str, first: f64) -> Histogram {
    let histogram = Histogram::new(exponential_buckets(first, 2.0, 17));
    registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
    histogram
}

/// A metric for each value of a label. All are there from the start, so that none appears late.
struct PerLabel<L, M>(Vec<(L, M)>);

impl<L: Label, M> PerLabel<L, M>
where
    M: Clone + Default,
    Series<Labels, M>: Metric,
    fn() -> M: MetricConstructor<M>,
{
    fn register(registry: &mut Registry, name: &str, help: &str) -> PerLabel<L, M> {
        let series = registered(registry, name, help, Series::<Labels, M>::default());
        let metric = |label: &L| (*label, series.get_or_create_owned(&[(L::NAME, label.as_str())]));
        PerLabel(L::ALL.iter().map(metric).collect())
    }

    fn get(&self, label: L) -> &M {
        let found = self.0.iter().find(|(known, _)| *known == label);
        &found.expect("Label::ALL holds every value").1
    }
}

#[cfg(test)]
mod tests {
    use shared::wire::SourceState;

    use super::*;
    use crate::feed::{Counter as SourceCounter, Source};

    /// The value of the series that is written so.
    fn value(metrics: &Metrics, series: &str) -> f64 {
        let source = Source::new("massive", Timestamp::from_ms(0));
        source.set(SourceState::Lagging, "late", Timestamp::from_ms(1));
        source.add(SourceCounter::Frames, 7);
        let text = metrics.exposition(&Sources::new(vec![source]));
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn what_happened_is_counted_under_its_name() {
        let m = Metrics::new();
        m.opened(Transport::WebSocket);
        m.opened(Transport::WebSocket);
        m.closed(Transport::WebSocket, "no_progress");
        m.opened(Transport::Sse);
        m.refused("origin");
        let frame = |bytes: usize| [Frame::from("x".repeat(bytes))];
        m.delivered(Transport::WebSocket, &frame(50), None, 2);
        m.delivered(Transport::WebSocket, &frame(50), Some((Mode::Resumed, 5)), 1);
        m.delivered(Transport::Door, &frame(50), Some((Mode::Snapshot, 0)), 1);
        m.delivered(Transport::Poll, &frame(50), Some((Mode::Snapshot, 900)), 1);
        m.signed_in(2);
        m.signed_in(-1);
        m.verified(SignIn::Limited);
        m.written(70);
        m.delivery(&Delivery { cohorts: 3, members: 5, log_bytes: 100, keyframes: 2, fell_behind: 1 });
        m.delivery(&Delivery { cohorts: -1, ..Delivery::default() });
        m.pressure(1, 250, Duration::from_millis(40));
        m.committed(&"darkpool/sentiment".parse().unwrap(), at(1_000_100), Some(at(1_000_030)), Some(at(1_000_097)));
        m.store_committed(Duration::from_millis(3), 12);
        let cases = [
            (r#"undercurrent_connections{transport="websocket"}"#, 1.0),
            (r#"undercurrent_connections{transport="poll"}"#, 0.0),
            (r#"undercurrent_connections_opened_total{transport="websocket"}"#, 2.0),
            (r#"undercurrent_connections_closed_total{reason="no_progress"}"#, 1.0),
            (r#"undercurrent_connections_refused_total{reason="origin"}"#, 1.0),
            (r#"undercurrent_deliveries_total{transport="websocket"}"#, 3.0),
            ("undercurrent_signed_in", 1.0),
            (r#"undercurrent_tokens_shown_total{outcome="limited"}"#, 1.0),
            (r#"undercurrent_tokens_shown_total{outcome="accepted"}"#, 0.0),
            ("undercurrent_written_bytes_total", 70.0),
            ("undercurrent_cohorts", 2.0),
            ("undercurrent_cohort_members", 5.0),
            ("undercurrent_log_bytes", 100.0),
            ("undercurrent_keyframes_total", 2.0),
            ("undercurrent_fell_behind_total", 1.0),
            (r#"undercurrent_shard_busy_ratio{shard="1"}"#, 0.25),
            ("undercurrent_flush_window_seconds", 0.04),
            (r#"undercurrent_delivered_bytes_total{transport="websocket"}"#, 150.0),
            (r#"undercurrent_reader_steps_total{step="live"}"#, 0.0),
            (r#"undercurrent_reader_steps_total{step="merged"}"#, 1.0),
            (r#"undercurrent_reader_steps_total{step="snapshot_new"}"#, 1.0),
            (r#"undercurrent_reader_steps_total{step="snapshot_behind"}"#, 1.0),
            (r#"undercurrent_reader_behind_updates_bucket{le="4.0"}"#, 0.0),
            (r#"undercurrent_reader_behind_updates_bucket{le="8.0"}"#, 1.0),
            ("undercurrent_reader_behind_updates_sum", 905.0),
            (r#"undercurrent_updates_total{family="darkpool/sentiment"}"#, 1.0),
            (r#"undercurrent_latency_from_provider_seconds_bucket{le="0.064"}"#, 0.0),
            (r#"undercurrent_latency_from_provider_seconds_bucket{le="0.128"}"#, 1.0),
            ("undercurrent_latency_from_receipt_seconds_sum", 0.003),
            (r#"undercurrent_store_commit_seconds_bucket{le="0.0032"}"#, 1.0),
            ("undercurrent_store_rows_total", 12.0),
            ("undercurrent_store_up", 1.0),
            (r#"undercurrent_source_state{source="massive",state="lagging"}"#, 1.0),
            (r#"undercurrent_source_state{source="massive",state="live"}"#, 0.0),
            (r#"undercurrent_source_frames_total{source="massive"}"#, 7.0),
        ];
        for (series, expected) in cases {
            assert!((value(&m, series) - expected).abs() < 1e-9, "{series} is {}", value(&m, series));
        }
    }

    #[test]
    fn the_store_is_up_until_it_is_said_not_to_be() {
        let m = Metrics::new();
        m.store_failed();
        m.store_ok(false);
        assert!(!m.store_works());
        assert!(value(&m, "undercurrent_store_up") < 0.5);
        assert!(value(&m, "undercurrent_store_failures_total") > 0.5);
        m.store_ok(true);
        assert!(m.store_works());
    }

    #[test]
    fn what_a_domain_counted_is_shown_as_it_last_was() {
        let m = Metrics::new();
        m.counted(&"sportsbook", &[("late", 3), ("arbs", 2)]);
        m.counted(&"sportsbook", &[("late", 4), ("arbs", 0)]);
        let shown = |what| value(&m, &format!(r#"undercurrent_domain_counts{{domain="sportsbook",what="{what}"}}"#));
        assert!((shown("late") - 4.0).abs() < 1e-9 && shown("arbs").abs() < 1e-9);
    }

    #[test]
    fn a_tape_of_another_day_and_a_clock_that_is_ahead_do_not_spoil_latency() {
        let m = Metrics::new();
        let topic = "darkpool/tape".parse().unwrap();
        m.committed(&topic, at(1_800_000_000_000), Some(at(1_381_155_593_314)), None);
        assert!(value(&m, "undercurrent_latency_from_provider_seconds_count") < 0.5);
        m.committed(&topic, at(1_000), Some(at(5_000)), None);
        assert!(value(&m, "undercurrent_latency_from_provider_seconds_count") > 0.5);
        assert!(value(&m, "undercurrent_latency_from_provider_seconds_sum").abs() < 1e-9);
    }

    #[test]
    fn the_number_of_series_does_not_depend_on_tickers_or_topics() {
        let m = Metrics::new();
        let series = |m: &Metrics| m.exposition(&Sources::default()).lines().count();
        let before = series(&m);
        for n in 0..1000 {
            m.committed(&format!("darkpool/ticker/T{n}").parse().unwrap(), at(0), None, None);
            m.committed(&format!("made/up/{n}").parse().unwrap(), at(0), None, None);
        }
        assert_eq!(series(&m), before);
        assert!(value(&m, r#"undercurrent_updates_total{family="darkpool/ticker"}"#) > 999.0);
        assert!(value(&m, r#"undercurrent_updates_total{family="other"}"#) > 999.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_says_its_memory_and_time() {
        let m = Metrics::new();
        assert!(value(&m, "process_resident_memory_bytes") > 1e6);
        assert!(value(&m, "process_cpu_seconds_total") >= 0.0);
        assert!(m.exposition(&Sources::default()).ends_with("# EOF\n"));
    }
}
