//! What is asked only when somebody scrapes: the sources, and the process itself.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use shared::wire::SourceState;

use crate::feed::{Counter, Sources};

/// How the sources are doing.
#[derive(Debug)]
pub struct SourcesCollector(Sources);

impl SourcesCollector {
    pub fn new(sources: Sources) -> SourcesCollector {
        SourcesCollector(sources)
    }
}

const STATES: [SourceState; 4] = [SourceState::Live, SourceState::Lagging, SourceState::Stale, SourceState::Down];

impl Collector for SourcesCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "1 for the state that the source is in";
        let mut states = encoder.encode_descriptor("source_state", help, None, MetricType::Gauge)?;
        for source in self.0.iter() {
            let now = source.state();
            for state in STATES {
                let labels = [("source", source.name()), ("state", state.as_str())];
                ConstGauge::new(i64::from(state == now)).encode(states.encode_family(&labels)?)?;
            }
        }
        for counter in Counter::ALL {
            let name = format!("source_{}", counter.as_str());
            let mut counts = encoder.encode_descriptor(&name, help_of(counter), None, MetricType::Counter)?;
            for source in self.0.iter() {
                let count = ConstCounter::new(source.count(counter));
                count.encode(counts.encode_family(&[("source", source.name())])?)?;
            }
        }
        let help = "What the provider still answers until its quota is renewed";
        let mut quotas = encoder.encode_descriptor("source_quota_remaining", help, None, MetricType::Gauge)?;
        for source in self.0.iter() {
            if let Some(remaining) = source.quota().remaining {
                let gauge = ConstGauge::new(i64::try_from(remaining).unwrap_or(i64::MAX));
                gauge.encode(quotas.encode_family(&[("source", source.name())])?)?;
            }
        }
        Ok(())
    }
}

fn help_of(counter: Counter) -> &'static str {
    match counter {
        Counter::Frames => "Frames read from the source",
        Counter::Bytes => "Their bytes",
        Counter::Events => "Events decoded from them",
        Counter::Ignored => "Messages of a type that is not used",
        Counter::Garbage => "Frames or messages that could not be read",
        Counter::Dropped => "Frames thrown away because processing could not keep up",
        Counter::Connects => "Connections opened to the source",
    }
}

/// The process, under the names that dashboards know. Nothing where there is no `/proc`.
#[derive(Debug)]
pub struct ProcessCollector;

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(bytes) = resident_bytes() {
            let (name, help) = ("process_resident_memory_bytes", "Resident memory");
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(bytes).encode(metric)?;
        }
        if let Some(seconds) = cpu_seconds() {
            let (name, help) = ("process_cpu_seconds", "User and system time");
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(seconds).encode(metric)?;
        }
        Ok(())
    }
}

/// From `/proc/self/status`, which, unlike `statm`, does not count in pages of unknown size.
fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Fields 14 and 15 of `/proc/self/stat`, in hundredths of a second on every Linux (`proc(5)`).
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold spaces; field 3 follows it.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / 100.0)
}
