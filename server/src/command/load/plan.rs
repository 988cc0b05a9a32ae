//! How many clients a hosting plan holds, by memory and by processor, if all are as the measured ones.

use serde::Serialize;

use super::report::{Report, float};

/// What the kernel keeps for a connected socket beside the process's memory, in bytes: measured on Linux 6
/// with idle loopback connections.
const KERNEL_BYTES: f64 = 4_700.0;
/// The part of a plan's memory that is used; the rest is for peaks.
const USED: f64 = 0.9;

/// A plan, and what fits into it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Its memory in bytes.
    pub memory: u64,
    /// Clients that fit, counting the kernel's 4.7 KB for each socket and leaving a tenth free.
    pub clients_by_memory: u64,
    /// Clients that one core serves at the measured rate of updates; `None`: the server's processor
    /// time is not known or too little to tell.
    pub clients_by_core: Option<u64>,
}

/// Both plans that people ask for.
#[must_use]
pub fn plans(report: &Report) -> Vec<Plan> {
    let Some(server) = &report.server else { return Vec::new() };
    let clients = float(report.live as u64);
    [512 << 20, 8 << 30]
        .into_iter()
        .map(|memory| {
            let each = server.memory_per_connection.max(0.0) + KERNEL_BYTES;
            let free = (float(memory) * USED - float(server.memory_before)).max(0.0);
            let busy = server.cpu_s / report.measured_s;
            Plan {
                memory,
                clients_by_memory: whole(free / each),
                clients_by_core: (server.cpu_s >= 0.1).then(|| whole(clients / busy)),
            }
        })
        .collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of clients")]
fn whole(clients: f64) -> u64 {
    clients.max(0.0) as u64
}

#[cfg(test)]
pub mod tests {
    use super::super::report::Server;
    use super::super::tally::Connections;
    use super::*;

    /// 1,000 clients, a tenth of a core, 1 KB each.
    pub fn report() -> Report {
        Report {
            url: "ws://127.0.0.1:3000/ws".into(),
            clients: 1000,
            live: 1000,
            joined_s: 1.0,
            measured_s: 10.0,
            connections: Connections::default(),
            delivered: crate::command::load::report::Delivered::default(),
            latency_ms: None,
            latency_from_source_ms: None,
            server: Some(Server {
                pid: Some(7),
                cpu_s: 1.0,
                updates_per_cpu_s: 100.0,
                rows_per_cpu_s: 100.0,
                memory_before: 20 << 20,
                memory_live: 21 << 20,
                memory_after: 21 << 20,
                memory_peak: 21 << 20,
                memory_per_connection: 1024.0,
            }),
            plans: Vec::new(),
            half_open: None,
            storm: None,
            verified: crate::command::load::report::Verified::default(),
            load_cpu_s: None,
        }
    }

    #[test]
    fn a_plan_is_full_by_memory_or_by_its_core() {
        let [small, large] = plans(&report()).try_into().unwrap();
        // 460.8 MiB less 20 MiB, by 5,724 bytes.
        assert_eq!((small.clients_by_memory, small.clients_by_core), (80_749, Some(10_000)));
        assert_eq!((large.clients_by_memory / 1000, large.clients_by_core), (1_346, Some(10_000)));
        let mut idle = report();
        idle.server.as_mut().unwrap().cpu_s = 0.01;
        assert_eq!(plans(&idle)[0].clients_by_core, None);
        idle.server = None;
        assert_eq!(plans(&idle), Vec::new());
    }
}
