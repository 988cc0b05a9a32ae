//! What the server costs: its processor time and memory, from `/proc` when it runs on this machine,
//! else from its own `/metrics`.

use std::fs;
use std::net::SocketAddr;

use super::dial::Dial;
use super::http;

/// Where the figures come from.
#[derive(Clone, Debug)]
pub enum Probe {
    /// A process on this machine.
    Process(u32),
    /// `/metrics`
    Metrics(Dial),
    /// Nowhere.
    Nothing,
}

/// What a process has used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// User and system time.
    pub cpu_s: f64,
    /// Resident memory.
    pub memory: u64,
}

impl Probe {
    /// The process that was named, or the one that listens on the server's port, or `/metrics`.
    #[must_use]
    pub fn find(dial: &Dial, pid: Option<u32>) -> Probe {
        let local = dial.address.ip().is_loopback();
        if let Some(pid) = pid.or_else(|| local.then(|| listener(dial.address)).flatten()) {
            return Probe::Process(pid);
        }
        let metrics = Probe::Metrics(dial.clone());
        if metrics.usage().is_some() { metrics } else { Probe::Nothing }
    }

    /// What the server has used until now.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        match self {
            Probe::Process(pid) => Some(Usage { cpu_s: cpu_s(&pid.to_string())?, memory: memory(&pid.to_string())? }),
            Probe::Metrics(dial) => parse_metrics(&http::get(dial, "/metrics").ok()?),
            Probe::Nothing => None,
        }
    }

    /// Its resident memory, where that can be read without asking it.
    #[must_use]
    pub fn memory_now(&self) -> Option<u64> {
        match self {
            Probe::Process(pid) => memory(&pid.to_string()),
            Probe::Metrics(_) | Probe::Nothing => None,
        }
    }

    /// The process, if it is one of this machine.
    #[must_use]
    pub const fn pid(&self) -> Option<u32> {
        match self {
            Probe::Process(pid) => Some(*pid),
            Probe::Metrics(_) | Probe::Nothing => None,
        }
    }
}

/// The processor time of this process.
#[must_use]
pub fn own_cpu_s() -> Option<f64> {
    cpu_s("self")
}

/// Fields 14 and 15 of `/proc/PID/stat`, in hundredths of a second (`proc(5)`).
fn cpu_s(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok().map(f64::from);
    Some((next()? + next()?) / 100.0)
}

fn memory(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn parse_metrics(text: &str) -> Option<Usage> {
    let value = |name: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        found.and_then(|value| value.trim().parse::<f64>().ok())
    };
    let memory = value("process_resident_memory_bytes")?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes of memory are a whole number")]
    let memory = memory as u64;
    Some(Usage { cpu_s: value("process_cpu_seconds_total")?, memory })
}

/// The process that listens on a port of this machine, if we may see it.
fn listener(address: SocketAddr) -> Option<u32> {
    let port = format!(":{:04X}", address.port());
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    let inode = tables.iter().flat_map(|table| table.lines()).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // `proc(5)`: local address, state (0A listens), inode.
        (fields.get(1)?.ends_with(&port) && *fields.get(3)? == "0A").then(|| fields.get(9).copied())?
    })?;
    let socket = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.filter_map(Result::ok).find_map(|process| {
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        let files = fs::read_dir(process.path().join("fd")).ok()?;
        let holds = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        holds.into_iter().any(|file| file.as_os_str() == socket.as_str()).then_some(pid)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_found_among_metrics() {
        let text = "# TYPE x counter\nprocess_cpu_seconds_total 1.5\nprocess_resident_memory_bytes 4096\n# EOF\n";
        assert_eq!(parse_metrics(text), Some(Usage { cpu_s: 1.5, memory: 4096 }));
        assert_eq!(parse_metrics("nothing 1\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_process_that_listens_is_found_and_measured() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let dial = Dial::find(&format!("ws://{address}/ws").parse().unwrap(), None).unwrap();
        let probe = Probe::find(&dial, None);
        assert_eq!(probe.pid(), Some(std::process::id()));
        assert!(probe.usage().unwrap().memory > 1_000_000);
    }
}
