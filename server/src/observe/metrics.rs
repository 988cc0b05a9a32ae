//! What is counted and measured, with a method for each thing that happens.
//!
//! Cheap enough for every frame: an atomic addition, or a short lock for a histogram.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family as Series, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};
use shared::stream::Topic;

use super::collect::{ProcessCollector, SourcesCollector};
use super::label::{Family, Label, StoreFailure};
use super::{Closed, Refusal, SnapshotReason, Transport};
use crate::feed::Sources;
use crate::store::StoreError;

/// The media type of [`Metrics::expose`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    connections: PerLabel<Transport, Gauge>,
    opened: PerLabel<Transport, Counter>,
    closed: PerLabel<Closed, Counter>,
    refused: PerLabel<Refusal, Counter>,
    deliveries: PerLabel<Transport, Counter>,
    delivered_bytes: PerLabel<Transport, Counter>,
    updates: PerLabel<Family, Counter>,
    rows: PerLabel<Family, Counter>,
    snapshots: PerLabel<SnapshotReason, Counter>,
    behind: Histogram,
    commit_seconds: Histogram,
    store_failures: PerLabel<StoreFailure, Counter>,
    store_up: Gauge,
    since_provider: Histogram,
    since_receipt: Histogram,
}

impl Metrics {
    /// Nothing happened yet. How the sources are doing is asked at each scrape.
    #[must_use]
    pub fn new(sources: Sources) -> Metrics {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(ProcessCollector));
        let r = registry.sub_registry_with_prefix("undercurrent");
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        r.register("build", "The running version", version);
        let connections = PerLabel::register(r, "connections", "Open connections");
        let opened = PerLabel::register(r, "connections_opened", "Connections that were opened");
        let closed = PerLabel::register(r, "connections_closed", "Connections that ended, by who ended them or why");
        let refused = PerLabel::register(r, "connections_refused", "Connections that were not taken up");
        let deliveries = PerLabel::register(r, "deliveries", "Frames handed to clients' sockets");
        let delivered_bytes = PerLabel::register(r, "delivered_bytes", "Their bytes, as written to the sockets");
        let updates = PerLabel::register(r, "updates", "Change sets that were committed");
        let rows = PerLabel::register(r, "rows", "Rows set or removed in them");
        let snapshots = PerLabel::register(r, "snapshots", "Readers that got all rows, by why");
        let behind = Histogram::new(exponential_buckets(1.0, 2.0, 14));
        r.register("reader_behind_updates", "How many change sets one merged update held", behind.clone());
        let commit_seconds = seconds(r, "store_commit", "How long the store took for a commit", 0.0001);
        let store_failures = PerLabel::register(r, "store_failures", "Commits that the store refused, by why");
        let store_up = Gauge::default();
        store_up.set(1);
        r.register("store_up", "Whether the last commit succeeded", store_up.clone());
        let provider = "From the provider's time of an event until a frame with it is ready";
        let since_provider = seconds(r, "latency_from_provider", provider, 0.001);
        let receipt = "From reading an event until a frame with it is ready";
        let since_receipt = seconds(r, "latency_from_receipt", receipt, 0.001);
        r.register_collector(Box::new(SourcesCollector::new(sources)));
        Metrics {
            registry,
            connections,
            opened,
            closed,
            refused,
            deliveries,
            delivered_bytes,
            updates,
            rows,
            snapshots,
            behind,
            commit_seconds,
            store_failures,
            store_up,
            since_provider,
            since_receipt,
        }
    }

    /// A connection was opened.
    pub fn opened(&self, transport: Transport) {
        self.opened.get(transport).inc();
        self.connections.get(transport).inc();
    }

    /// It ended.
    pub fn closed(&self, transport: Transport, reason: Closed) {
        self.connections.get(transport).dec();
        self.closed.get(reason).inc();
    }

    /// A connection was not taken up.
    pub fn refused(&self, reason: Refusal) {
        self.refused.get(reason).inc();
    }

    /// Open connections of all transports.
    #[must_use]
    pub fn open_connections(&self) -> u64 {
        let open: i64 = Transport::ALL.iter().map(|transport| self.connections.get(*transport).get()).sum();
        u64::try_from(open).unwrap_or(0)
    }

    /// A frame of so many bytes was handed to a client's socket.
    pub fn delivered(&self, transport: Transport, bytes: u64) {
        self.delivered_many(transport, 1, bytes);
    }

    /// Frames of so many bytes together were handed to clients' sockets.
    pub fn delivered_many(&self, transport: Transport, frames: u64, bytes: u64) {
        self.deliveries.get(transport).inc_by(frames);
        self.delivered_bytes.get(transport).inc_by(bytes);
    }

    /// A change set of so many rows was committed.
    pub fn committed(&self, topic: &Topic, rows: u64) {
        let family = Family::of(topic);
        self.updates.get(family).inc();
        self.rows.get(family).inc_by(rows);
    }

    /// A reader got all rows.
    pub fn snapshot(&self, reason: SnapshotReason) {
        self.snapshots.get(reason).inc();
    }

    /// A reader that was so many change sets behind got one update.
    pub fn caught_up(&self, change_sets: u64) {
        // Beyond 2^53 the last digit does not matter.
        #[allow(clippy::cast_precision_loss)]
        self.behind.observe(change_sets as f64);
    }

    /// The store took a commit.
    pub fn store_committed(&self, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
        self.store_up.set(1);
    }

    /// The store refused a commit.
    pub fn store_failed(&self, error: &StoreError) {
        self.store_failures.get(StoreFailure(error.kind())).inc();
        self.store_up.set(0);
    }

    /// A frame is ready, so long after the provider's time of its newest event.
    pub fn latency_from_provider(&self, took: Duration) {
        self.since_provider.observe(took.as_secs_f64());
    }

    /// A frame is ready, so long after its newest event was read.
    pub fn latency_from_receipt(&self, took: Duration) {
        self.since_receipt.observe(took.as_secs_f64());
    }

    /// All of it as text, in the format of [`CONTENT_TYPE`].
    #[must_use]
    pub fn expose(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to a string does not fail");
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
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
    Series<[(&'static str, &'static str); 1], M>: Metric,
    fn() -> M: MetricConstructor<M>,
{
    fn register(registry: &mut Registry, name: &str, help: &str) -> PerLabel<L, M> {
        let series = Series::<[(&'static str, &'static str); 1], M>::default();
        let metric = |label: &L| (*label, series.get_or_create_owned(&[(L::NAME, label.as_str())]));
        let metrics = L::ALL.iter().map(metric).collect();
        registry.register(name, help, series);
        PerLabel(metrics)
    }

    fn get(&self, label: L) -> &M {
        let found = self.0.iter().find(|(known, _)| *known == label);
        &found.expect("every value is in ALL, as a test checks").1
    }
}

#[cfg(test)]
mod tests {
    use shared::units::Timestamp;
    use shared::wire::{CloseCode, SourceState};

    use super::*;
    use crate::feed::{Counter as SourceCounter, Source};

    fn metrics() -> Metrics {
        let source = Source::new("massive", Timestamp::from_ms(0));
        source.set(SourceState::Lagging, "late", Timestamp::from_ms(1));
        source.add(SourceCounter::Frames, 7);
        Metrics::new(Sources::new(vec![source]))
    }

    /// The value of the series that is written so.
    fn value(metrics: &Metrics, series: &str) -> f64 {
        let text = metrics.expose();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {series} in\n{text}")).parse().unwrap()
    }

    #[test]
    fn what_happened_is_counted_under_its_name() {
        let m = metrics();
        m.opened(Transport::WebSocket);
        m.opened(Transport::WebSocket);
        m.closed(Transport::WebSocket, Closed::Server(CloseCode::NoProgress));
        m.opened(Transport::Sse);
        m.refused(Refusal::Origin);
        m.delivered(Transport::WebSocket, 100);
        m.delivered_many(Transport::WebSocket, 2, 50);
        m.committed(&"darkpool/sentiment".parse().unwrap(), 3);
        m.snapshot(SnapshotReason::New);
        m.caught_up(5);
        m.store_committed(Duration::from_millis(3));
        m.latency_from_provider(Duration::from_millis(70));
        m.latency_from_receipt(Duration::from_millis(3));
        let cases = [
            (r#"undercurrent_connections{transport="websocket"}"#, 1.0),
            (r#"undercurrent_connections{transport="http"}"#, 0.0),
            (r#"undercurrent_connections_opened_total{transport="websocket"}"#, 2.0),
            (r#"undercurrent_connections_closed_total{reason="no_progress"}"#, 1.0),
            (r#"undercurrent_connections_refused_total{reason="origin"}"#, 1.0),
            (r#"undercurrent_deliveries_total{transport="websocket"}"#, 3.0),
            (r#"undercurrent_delivered_bytes_total{transport="websocket"}"#, 150.0),
            (r#"undercurrent_updates_total{family="darkpool/sentiment"}"#, 1.0),
            (r#"undercurrent_rows_total{family="darkpool/sentiment"}"#, 3.0),
            (r#"undercurrent_snapshots_total{reason="new"}"#, 1.0),
            (r#"undercurrent_reader_behind_updates_bucket{le="4.0"}"#, 0.0),
            (r#"undercurrent_reader_behind_updates_bucket{le="8.0"}"#, 1.0),
            (r#"undercurrent_store_commit_seconds_bucket{le="0.0032"}"#, 1.0),
            ("undercurrent_store_commit_seconds_count", 1.0),
            ("undercurrent_store_up", 1.0),
            (r#"undercurrent_latency_from_provider_seconds_bucket{le="0.064"}"#, 0.0),
            (r#"undercurrent_latency_from_provider_seconds_bucket{le="0.128"}"#, 1.0),
            ("undercurrent_latency_from_receipt_seconds_sum", 0.003),
            (r#"undercurrent_source_state{source="massive",state="lagging"}"#, 1.0),
            (r#"undercurrent_source_state{source="massive",state="live"}"#, 0.0),
            (r#"undercurrent_source_frames_total{source="massive"}"#, 7.0),
        ];
        for (series, expected) in cases {
            assert!((value(&m, series) - expected).abs() < 1e-9, "{series} is {}", value(&m, series));
        }
        assert_eq!(m.open_connections(), 2);
    }

    #[test]
    fn the_store_is_down_from_a_failure_to_the_next_commit() {
        let m = metrics();
        m.store_failed(&StoreError::Full("x".into()));
        assert!(value(&m, "undercurrent_store_up") < 0.5);
        assert!(value(&m, r#"undercurrent_store_failures_total{kind="full"}"#) > 0.5);
        m.store_committed(Duration::ZERO);
        assert!(value(&m, "undercurrent_store_up") > 0.5);
    }

    #[test]
    fn the_number_of_series_does_not_depend_on_tickers_or_topics() {
        let m = metrics();
        let series = m.expose().lines().count();
        for n in 0..1000 {
            m.committed(&format!("darkpool/ticker/T{n}").parse().unwrap(), 1);
            m.committed(&format!("made/up/{n}").parse().unwrap(), 1);
        }
        assert_eq!(m.expose().lines().count(), series);
        assert!(value(&m, r#"undercurrent_updates_total{family="darkpool/ticker"}"#) > 999.0);
        assert!(value(&m, r#"undercurrent_updates_total{family="other"}"#) > 999.0);
    }

    #[test]
    fn every_failure_of_the_store_has_its_series() {
        let all = [
            StoreError::Full(String::new()),
            StoreError::Locked(String::new()),
            StoreError::Corrupt(String::new()),
            StoreError::Access(String::new()),
            StoreError::Url(""),
            StoreError::Other(String::new()),
        ];
        let m = metrics();
        all.iter().for_each(|error| m.store_failed(error));
        assert_eq!(all.len(), StoreFailure::ALL.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_says_its_memory_and_time() {
        let m = metrics();
        assert!(value(&m, "process_resident_memory_bytes") > 1e6);
        assert!(value(&m, "process_cpu_seconds_total") >= 0.0);
        assert!(m.expose().ends_with("# EOF\n"));
    }
}
