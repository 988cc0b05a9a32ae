//! A report for people.

use std::fmt::{self, Display};

use super::report::{Report, float};
use super::tally::Percentiles;

/// Shows a report.
pub struct Text<'a>(pub &'a Report);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connections(f)?;
        self.delivered(f)?;
        self.server(f)?;
        self.faults(f)
    }
}

impl Text<'_> {
    fn connections(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { url, clients, live, joined_s, connections: c, .. } = self.0;
        writeln!(f, "{url}")?;
        writeln!(f, "clients         {live} of {clients} live after {joined_s:.1} s, {} compressed", c.compressed)?;
        writeln!(f, "connections     {} opened", c.opened)?;
        for (what, reasons) in [("failed", &c.failed), ("closed", &c.closed), ("refused", &c.refused)] {
            for (reason, count) in reasons {
                writeln!(f, "  {what:<12}  {count} x {reason}")?;
            }
        }
        writeln!(f, "subscriptions   {} live, {} resumed, {} by snapshot", c.live, c.resumed, c.snapshot)
    }

    fn delivered(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { delivered: d, measured_s, latency_ms, latency_from_source_ms, .. } = self.0;
        writeln!(f, "measured        {measured_s:.1} s")?;
        writeln!(f, "updates         {:.0}/s ({} merged, {} snapshots)", d.updates_per_s, d.merged, d.snapshots)?;
        writeln!(f, "rows            {:.0}/s", d.rows_per_s)?;
        writeln!(
            f,
            "bytes           {}/s on the wire, {:.1} per update (text {:.1}, {:.0} %), {:.1} per row",
            bytes(d.wire_bytes_per_s),
            d.wire_bytes_per_update,
            d.text_bytes_per_update,
            d.compression_ratio * 100.0,
            d.wire_bytes_per_row
        )?;
        for (what, latency) in [("publishing", latency_ms), ("the source", latency_from_source_ms)] {
            if let Some(Percentiles { p50, p90, p99, max }) = latency {
                writeln!(f, "latency         from {what}: p50 {p50} ms, p90 {p90} ms, p99 {p99} ms, max {max} ms")?;
            }
        }
        if let Some(own) = self.0.load_cpu_s {
            writeln!(f, "load            {:.0} % of a core for the load itself", own / measured_s * 100.0)?;
        }
        Ok(())
    }

    fn server(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(s) = &self.0.server else {
            return writeln!(f, "server          its process cannot be seen from here");
        };
        let share = s.cpu_s / self.0.measured_s * 100.0;
        writeln!(f, "server          {:.2} CPU s ({share:.0} % of a core)", s.cpu_s)?;
        writeln!(
            f,
            "deliveries      {:.0} updates and {:.0} rows per CPU second",
            s.updates_per_cpu_s, s.rows_per_cpu_s
        )?;
        writeln!(
            f,
            "memory          {} before, {} live, {} after, {} at most; {} per connection",
            bytes(float(s.memory_before)),
            bytes(float(s.memory_live)),
            bytes(float(s.memory_after)),
            bytes(float(s.memory_peak)),
            bytes(s.memory_per_connection)
        )?;
        for plan in &self.0.plans {
            let core = plan.clients_by_core.map_or("unknown".to_owned(), |clients| clients.to_string());
            let (memory, by_memory) = (plan_name(plan.memory >> 20), plan.clients_by_memory);
            writeln!(f, "{memory:<15} {by_memory} clients by memory, {core} by one core at this rate")?;
        }
        Ok(())
    }

    fn faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(half_open) = &self.0.half_open {
            writeln!(f, "half-open       {} vanished, {} given up", half_open.clients, half_open.given_up)?;
        }
        if let Some(s) = &self.0.storm {
            let took =
                s.all_live_s.map_or("not all came back".to_owned(), |took| format!("all live after {took:.2} s"));
            writeln!(
                f,
                "storm           {} dropped; {took}; {} live, {} resumed, {} by snapshot; {} gaps, {} duplicates",
                s.clients, s.live, s.resumed, s.snapshots, s.gaps, s.duplicates
            )?;
            if let (Some(before), Some(peak)) = (s.memory_before, s.memory_peak) {
                writeln!(f, "                memory {} before, {} at most", bytes(float(before)), bytes(float(peak)))?;
            }
        }
        let v = &self.0.verified;
        let topics = v.compared.len();
        writeln!(f, "verified        {} errors; {topics} topics equal to HTTP at the same position", v.faults.total)?;
        if v.unverifiable > 0 {
            writeln!(f, "                {} steps of clients that were too far behind to compare", v.unverifiable)?;
        }
        v.faults.first.iter().try_for_each(|fault| writeln!(f, "  {fault}"))
    }
}

fn plan_name(mb: u64) -> String {
    if mb < 1024 { format!("{mb} MB plan") } else { format!("{} GB plan", mb >> 10) }
}

/// Bytes in the largest unit of which there is one.
fn bytes(bytes: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(1e9, "GB"), (1e6, "MB"), (1e3, "KB")];
    let unit = UNITS.into_iter().find(|(size, _)| bytes.abs() >= *size);
    unit.map_or(format!("{bytes:.0} B"), |(size, name)| format!("{:.2} {name}", bytes / size))
}

#[cfg(test)]
mod tests {
    use super::super::fault::{Fault, Wrong};
    use super::*;

    #[test]
    fn errors_are_shown_with_client_topic_and_positions() {
        let mut report = super::super::plan::tests::report();
        report.plans = super::super::plan::plans(&report);
        assert!(Text(&report).to_string().contains("verified        0 errors"));
        let wrong = Wrong::Gap { at: 4, prev: 5, seq: 6 };
        report.verified.faults.add(&Fault { client: Some(3), topic: "darkpool/tape".into(), wrong });
        let text = Text(&report).to_string();
        assert!(text.contains("1 errors"), "{text}");
        assert!(text.contains("client 3, darkpool/tape: a gap: the client is at 4, the update leads from 5 to 6"));
        assert!(text.contains("80749 clients by memory, 10000 by one core"), "{text}");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([0.0, 999.0, 1_500.0, 2.5e6, 8.59e9].map(bytes), ["0 B", "999 B", "1.50 KB", "2.50 MB", "8.59 GB"]);
    }
}
