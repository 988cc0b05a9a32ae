//! The real binary as a process of its own, to be killed in earnest.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use anyhow::{Context, bail, ensure};

use crate::app::World;
use crate::http::Request;
use crate::wait::until;

/// A server process. It is killed when this is dropped.
pub struct Process {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts one that logs to `{database}.log`, and waits until it answers.
    ///
    /// # Errors
    /// It does not start; the error holds what it said.
    pub async fn start(
        address: SocketAddr,
        database: &Path,
        world: World<'_>,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Process> {
        let mut process = Process::spawn(address, database, world, settings)?;
        until("a server that answers", async || {
            if let Some(status) = process.child.try_wait()? {
                bail!("the server ended with {status}: {}", process.said()?);
            }
            Ok(Request::get("/healthz").send(address).await.ok().filter(|answer| answer.status == 200))
        })
        .await?;
        Ok(process)
    }

    /// The same without waiting.
    ///
    /// # Errors
    /// There is no binary and none can be built.
    pub fn spawn(
        address: SocketAddr,
        database: &Path,
        world: World<'_>,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Process> {
        let log = database.with_extension("log");
        let mut command = Command::new(binary()?);
        command.args(["serve", "--listen", &address.to_string()]);
        command.args(["--database-url", &format!("sqlite://{}", database.display())]);
        command.args(world.arguments());
        command.args(settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]));
        // Nothing of the machine's own settings.
        command.env_clear().current_dir(database.parent().context("a database lies in a folder")?);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
        Ok(Process { address, child: command.spawn()?, log })
    }

    /// Kills it without a word, as `kill -9` does.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill_9(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, as `kill` does.
    ///
    /// # Errors
    /// It cannot be asked.
    pub fn terminate(&self) -> anyhow::Result<()> {
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status()?;
        ensure!(sent.success(), "kill -TERM: {sent}");
        Ok(())
    }

    /// Lets it open no more than so many files.
    ///
    /// # Errors
    /// It cannot be told.
    pub fn allow_files(&self, count: u32) -> anyhow::Result<()> {
        let told = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string(), &format!("--nofile={count}:{count}")])
            .status()
            .context("prlimit (Debian's package util-linux)")?;
        ensure!(told.success(), "prlimit: {told}");
        Ok(())
    }

    /// How much memory it has, in kilobytes.
    ///
    /// # Errors
    /// The system does not say.
    pub fn resident_kb(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// It does not end.
    pub async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        until("the server's end", async || Ok(self.child.try_wait()?)).await
    }

    /// What it has logged.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn said(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill_9();
    }
}

/// Has the binary do something else with a database, beside a server or without one, and gives what it
/// printed.
///
/// # Errors
/// It failed; the error holds what it said.
pub fn run(database: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let done = output(database, arguments)?;
    ensure!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout)?.trim_end().to_owned())
}

/// The same, whether it failed or not.
///
/// # Errors
/// There is no binary and none can be built.
pub fn output(database: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(binary()?);
    command.args(arguments).args(["--database-url", &format!("sqlite://{}", database.display())]);
    command.env_clear().current_dir(database.parent().context("a database lies in a folder")?);
    Ok(command.stdin(Stdio::null()).output()?)
}

/// An address that stays free while a server is away: outside the range from which the system takes
/// ports for connections, or a client that comes back could connect to itself.
///
/// # Errors
/// None is free.
pub fn address() -> anyhow::Result<SocketAddr> {
    // No two tests look at the same one.
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let port = || (std::process::id().wrapping_mul(64) + TAKEN.fetch_add(1, Ordering::Relaxed)) % 20_000 + 10_000;
    let ports = std::iter::repeat_with(port).take(1_000).filter_map(|port| u16::try_from(port).ok());
    let mut addresses = ports.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    addresses.find(|address| TcpListener::bind(address).is_ok()).context("no port is free")
}

/// `UNDERCURRENT_BIN`, or the binary beside the tests, built when it is missing or older than its
/// sources.
fn binary() -> anyhow::Result<PathBuf> {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = BINARY.get_or_init(|| find().map_err(|error| format!("{error:#}")));
    found.clone().map_err(anyhow::Error::msg)
}

fn find() -> anyhow::Result<PathBuf> {
    if let Some(binary) = std::env::var_os("UNDERCURRENT_BIN") {
        return Ok(binary.into());
    }
    // This executable is `target/{profile}/deps/{test}`.
    let this = std::env::current_exe()?;
    let profile = this.parent().and_then(Path::parent).context("tests lie in target/{profile}/deps")?;
    let binary = profile.join("undercurrent");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = binary.metadata().and_then(|metadata| metadata.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    if [repository.join("server/src"), repository.join("shared/src")].iter().all(|sources| newest(sources) <= built) {
        return Ok(binary);
    }
    let release = profile.ends_with("release").then_some("--release");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--package", "undercurrent", "--bin", "undercurrent"]).args(release);
    cargo.arg("--target-dir").arg(profile.parent().context("a profile lies in a target")?).current_dir(repository);
    let built = cargo.status()?;
    ensure!(built.success(), "cargo build: {built}");
    Ok(binary)
}

/// When anything in a folder was last written.
fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let written = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => newest(&entry.path()),
        Ok(_) | Err(_) => entry.metadata().and_then(|m| m.modified()).unwrap_or(SystemTime::UNIX_EPOCH),
    });
    written.max().unwrap_or(SystemTime::UNIX_EPOCH)
}
