//! A report as a Prometheus exposition (text format 0.0.4): gauges, because each run is a sample of its own.

use std::fmt::Write;

use super::report::{Report, float};

/// The lines.
#[must_use]
pub fn exposition(report: &Report) -> String {
    let d = &report.delivered;
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, series: &[(String, f64)]| {
        if series.is_empty() {
            return;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP undercurrent_load_{name} {help}\n# TYPE undercurrent_load_{name} gauge");
        for (labels, value) in series {
            let _ = writeln!(text, "undercurrent_load_{name}{labels} {value}");
        }
    };
    let one = |value: f64| vec![(String::new(), value)];
    gauge("clients", "Live connections", &one(float(report.live as u64)));
    gauge("updates_per_second", "Update frames delivered each second", &one(d.updates_per_s));
    gauge("rows_per_second", "Rows delivered each second", &one(d.rows_per_s));
    gauge("wire_bytes_per_second", "Bytes read from sockets each second", &one(d.wire_bytes_per_s));
    gauge("wire_bytes_per_update", "Bytes on the wire for each update", &one(d.wire_bytes_per_update));
    gauge("compression_ratio", "Bytes on the wire by bytes of text", &one(d.compression_ratio));
    let latencies = [("publish", report.latency_ms), ("source", report.latency_from_source_ms)];
    let latencies: Vec<_> = latencies
        .into_iter()
        .filter_map(|(from, percentiles)| Some((from, percentiles?)))
        .flat_map(|(from, p)| {
            let quantiles = [("0.5", p.p50), ("0.9", p.p90), ("0.99", p.p99), ("1", p.max)];
            quantiles.map(|(q, ms)| (format!(r#"{{from="{from}",quantile="{q}"}}"#), float(ms) / 1000.0))
        })
        .collect();
    gauge("latency_seconds", "From publishing, or from the source's time, to the client", &latencies);
    if let Some(server) = &report.server {
        gauge("server_cpu_seconds", "Processor seconds of the server while measuring", &one(server.cpu_s));
        gauge("rows_per_cpu_second", "Rows for each of them", &one(server.rows_per_cpu_s));
        gauge("memory_per_connection_bytes", "What each client added", &one(server.memory_per_connection));
    }
    let plans: Vec<_> = report.plans.iter().map(|plan| (plan, format!(r#"{{plan_bytes="{}"#, plan.memory))).collect();
    let by_memory = plans.iter().map(|(plan, l)| (format!(r#"{l}",by="memory"}}"#), float(plan.clients_by_memory)));
    let by_core = plans.iter().filter_map(|(p, l)| Some((format!(r#"{l}",by="core"}}"#), float(p.clients_by_core?))));
    gauge("plan_clients", "Clients that a plan holds", &by_memory.chain(by_core).collect::<Vec<_>>());
    if let Some(seconds) = report.storm.and_then(|storm| storm.all_live_s) {
        gauge("storm_seconds", "Until all were live again", &one(seconds));
    }
    let faults = &report.verified.faults;
    let mut kinds: Vec<_> =
        faults.by_kind.iter().map(|(kind, n)| (format!(r#"{{kind="{kind}"}}"#), float(*n))).collect();
    if kinds.is_empty() {
        kinds = vec![(r#"{kind="any"}"#.to_owned(), 0.0)];
    }
    gauge("errors", "What was wrong with what clients were told", &kinds);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::load::tally::Percentiles;

    #[test]
    fn every_series_has_a_help_and_a_number() {
        let mut report = super::super::plan::tests::report();
        report.plans = super::super::plan::plans(&report);
        report.latency_ms = Some(Percentiles { p50: 1, p90: 2, p99: 3, max: 4 });
        let text = exposition(&report);
        assert!(text.contains(r#"undercurrent_load_latency_seconds{from="publish",quantile="0.99"} 0.003"#), "{text}");
        assert!(text.contains(r#"undercurrent_load_plan_clients{plan_bytes="536870912",by="memory"} 80749"#), "{text}");
        assert!(text.contains(r#"undercurrent_load_errors{kind="any"} 0"#), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            assert!(value.parse::<f64>().is_ok() && text.contains(&format!("# TYPE {name} gauge")), "{line}");
        }
    }
}
