//! What a delivery costs us and what it costs Bun: both servers do the same work one after the other, on a
//! core of their own, and the same load checks what they say from another core.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::options::Options;
use super::table::{Figures, Rounds, table};
use super::workload::{Server, Workload};
use crate::npm;
use crate::repo::Repo;
use crate::step::Steps;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Builds, installs, measures and prints the table.
pub fn run(repo: &Repo, steps: &mut Steps, args: &[String]) -> Result<()> {
    let options = Options::read(args)?;
    let bench = Bench {
        ours: build(repo, steps)?,
        bun: bun(repo, steps)?,
        script: repo.path("xtask/bench/fanout-bun.ts"),
        results: repo.target().join("bench/fanout"),
        pinned: can_pin(),
    };
    fs::create_dir_all(&bench.results).context("cannot make a folder for the results")?;
    let mut all: Vec<Rounds> =
        options.workloads.iter().map(|workload| Rounds { workload: *workload, pairs: Vec::new() }).collect();
    steps.call("measure both servers", || {
        for round in 1..=options.rounds {
            for Rounds { workload, pairs } in &mut all {
                let ours = bench.measure(workload, Server::Ours, round, options.seconds)?;
                let bun = bench.measure(workload, Server::Bun, round, options.seconds)?;
                pairs.push((ours, bun));
            }
        }
        Ok(())
    })?;
    let table = table(&all, &machine(bench.pinned));
    fs::write(bench.results.join("table.md"), &table).context("cannot write the table")?;
    println!("\n{table}");
    Ok(())
}

/// The benchmark's program, which is server and load.
fn build(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    steps.call("build the benchmark", || {
        let mut cargo =
            repo.cargo("bench --locked --package undercurrent --bench fanout --no-run --message-format=json");
        let output = cargo.stderr(Stdio::inherit()).output().context("cannot start `cargo`")?;
        ensure!(output.status.success(), "cargo ended with {}", output.status);
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        executable(&messages).context("cargo named no program")
    })
}

/// What cargo says it built.
fn executable(messages: &str) -> Option<PathBuf> {
    let built = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = built.filter(|message| message["target"]["name"] == "fanout");
    programs.find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Bun of the version in `xtask/bench`, under `target/tools`. Its package is a program for each kind of
/// machine and a script that copies the right one, which is not needed.
fn bun(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    let (from, to) = (repo.path("xtask/bench"), repo.target().join("tools/bench"));
    npm::copy_manifest(&from, &to)?;
    fs::copy(from.join(".npmrc"), to.join(".npmrc")).context("cannot copy .npmrc")?;
    npm::install(repo, steps, "install Bun", &to)?;
    let found = fs::read_dir(to.join("node_modules/@oven")).context("npm installed no Bun for this machine")?;
    let programs = found.filter_map(|entry| Some(entry.ok()?.path().join("bin/bun")));
    let runs = |program: &PathBuf| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    programs.into_iter().find(runs).context("npm's Bun does not run on this machine")
}

struct Bench {
    ours: PathBuf,
    bun: PathBuf,
    script: PathBuf,
    results: PathBuf,
    pinned: bool,
}

impl Bench {
    fn measure(&self, workload: &Workload, server: Server, round: u32, seconds: u32) -> Result<Figures> {
        let address = free_address()?;
        let mut running = Running(self.server(workload, server, address).spawn().context("cannot start the server")?);
        running.wait_for(address)?;
        let mut load = self.load(workload, address, running.0.id(), seconds);
        let output = load.output().context("cannot start the load")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let name = format!("{}-{round}-{}.json", workload.name, server.name());
        fs::write(self.results.join(&name), &text).with_context(|| format!("cannot write {name}"))?;
        let figures = figures(&text, workload).with_context(|| format!("{name}: the load says {said:?}"))?;
        eprintln!(
            "    {:<11} {round} {:<13} {:>10.0} per CPU s, {:>3.0} % delivered, {:>4.0} bytes each, p99 {} ms",
            workload.name,
            server.name(),
            figures.rows_per_cpu_s,
            figures.delivered * 100.0,
            figures.bytes_per_row,
            figures.p99_ms
        );
        Ok(figures)
    }

    fn server(&self, workload: &Workload, server: Server, address: SocketAddr) -> Command {
        let period_ms = workload.period.as_millis().to_string();
        let burst = workload.burst.to_string();
        let mut command;
        match server {
            Server::Ours => {
                command = self.pinned(&self.ours, 0);
                command.args(["serve", &period_ms, &burst, "--listen", &address.to_string()]);
                command.args([
                    "--flush-ms",
                    &workload.flush.as_millis().to_string(),
                    "--workers",
                    "1",
                    "--shards",
                    "1",
                ]);
                command.args(["--compression", if workload.deflate { "on" } else { "off" }]);
                command.args(["--connections-per-address", "0", "--upgrades-per-s", "0"]);
            }
            Server::Bun => {
                command = self.pinned(&self.bun, 0);
                command.arg(&self.script).env("PORT", address.port().to_string());
                command.env("PERIOD_MS", period_ms).env("BURST", burst);
                command.env("COMPRESS", if workload.deflate { "1" } else { "0" });
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn load(&self, workload: &Workload, address: SocketAddr, server: u32, seconds: u32) -> Command {
        let mut command = self.pinned(&self.ours, 1);
        command.args(["load", "--url", &format!("ws://{address}/ws"), "--topics", "darkpool/tape"]);
        command.args(["--clients", &workload.clients.to_string(), "--seconds", &seconds.to_string()]);
        command.args(["--compression", if workload.deflate { "on" } else { "off" }]);
        command.args(["--connect-per-s", "2000", "--server-pid", &server.to_string(), "--format", "json"]);
        command
    }

    /// A program that runs on one core only, where that can be had.
    fn pinned(&self, program: &Path, core: u32) -> Command {
        if !self.pinned {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &core.to_string()]).arg(program);
        command
    }
}

/// A server, until this is dropped.
struct Running(Child);

impl Running {
    fn wait_for(&mut self, address: SocketAddr) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.0.try_wait()? {
                bail!("the server ended with {status}");
            }
            ensure!(Instant::now() < deadline, "the server does not listen on {address}");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a load printed.
fn figures(text: &str, workload: &Workload) -> Result<Figures> {
    let report: Value = serde_json::from_str(text).context("it printed no result")?;
    let number =
        |path: &str| report.pointer(path).and_then(Value::as_f64).with_context(|| format!("the result has no {path}"));
    let published = f64::from(workload.burst) / workload.period.as_secs_f64() * number("/measured_s")?;
    Ok(Figures {
        rows_per_cpu_s: number("/server/rows_per_cpu_s")?,
        delivered: number("/delivered/rows")? / (published * f64::from(workload.clients)),
        bytes_per_row: number("/delivered/wire_bytes_per_row")?,
        p50_ms: number("/latency_ms/p50")?,
        p99_ms: number("/latency_ms/p99")?,
        // A server that is too busy to answer over HTTP at the end has said nothing wrong.
        errors: number("/verified/faults/total")? - number("/verified/faults/by_kind/http").unwrap_or(0.0),
    })
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}

fn can_pin() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores > 1 && Command::new("taskset").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The date and the machine, for the table.
fn machine(pinned: bool) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let date = Command::new("date").args(["-u", "+%F"]).output().map(|output| output.stdout).unwrap_or_default();
    let pins = if pinned { "server and load each pinned to a core" } else { "server and load not pinned to cores" };
    format!(
        "{}, {}, {cores} cores, Linux {}, {pins}",
        String::from_utf8_lossy(&date).trim(),
        cpu.unwrap_or("an unknown processor").trim(),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::workload::WORKLOADS;
    use super::*;

    #[test]
    fn the_figures_are_found_in_what_the_load_prints() {
        let text = r#"{"measured_s":10.0,"delivered":{"rows":500000,"wire_bytes_per_row":43.5},
            "server":{"rows_per_cpu_s":1000.0},"latency_ms":{"p50":1,"p99":3},"verified":{"faults":{"total":0}}}"#;
        let figures = figures(text, &WORKLOADS[0]).expect("all are there");
        assert!((figures.delivered - 0.5).abs() < 1e-9, "{figures:?}");
        assert!((figures.p99_ms - 3.0).abs() < 1e-9);
        let error = super::figures("{}", &WORKLOADS[0]).expect_err("nothing is there");
        assert_eq!(error.to_string(), "the result has no /measured_s");
    }

    #[test]
    fn the_program_is_found_in_what_cargo_prints() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"undercurrent"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"fanout"},"executable":"/t/fanout-1"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/t/fanout-1")));
        assert_eq!(executable("nothing"), None);
    }
}
