//! The server's WebSocket against the Autobahn cases, as PyPI's `kosoku` runs them: a client that
//! does everything right and everything wrong, with and without compression.
//!
//! The server is the real one with an endpoint more, which sends back what comes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::python::{self, PythonTool};
use crate::repo::Repo;
use crate::step::Steps;
use crate::version::Version;

const KOSOKU: PythonTool = PythonTool { package: "kosoku", version: Version::new(0, 1, 0) };

/// All but those that measure how fast large messages are.
const CASES: usize = 463;
const LEFT_OUT: &str = "9.*";
/// Cases at a time. Most of a case is waiting.
const AT_A_TIME: &str = "4";

/// What a peer may do: as required, as allowed, and as it likes where nothing is required.
const GOOD: [&str; 3] = ["OK", "NON-STRICT", "INFORMATIONAL"];

/// Runs every case. Fails when one does, or did not run.
pub fn run(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let kosoku = python::install(repo, steps, &KOSOKU)?;
    let mut build = repo.cargo("build --locked --package undercurrent --bin undercurrent --features echo");
    steps.run("build the server with an echo", &mut build)?;
    // Moved, so that nobody takes a server with an echo for the server.
    let (built, echo) = (repo.target().join("debug/undercurrent"), repo.target().join("debug/undercurrent-echo"));
    fs::rename(&built, &echo).with_context(|| format!("cannot move {}", built.display()))?;
    let server = Server::start(&echo)?;
    let reports = repo.target().join("conformance");
    if reports.exists() {
        fs::remove_dir_all(&reports).with_context(|| format!("cannot remove {}", reports.display()))?;
    }
    let mut cases = repo.command(&kosoku.to_string_lossy());
    cases
        .args(["--exclude", LEFT_OUT, "--parallelism", AT_A_TIME, "--outdir"])
        .arg(&reports)
        .arg(format!("ws://{}/echo", server.address));
    steps.call("run the conformance cases", || {
        let status = cases.status().context("cannot start kosoku")?;
        let summary =
            fs::read_to_string(reports.join("index.json")).map_err(Into::into).and_then(|j| Summary::read(&j));
        let summary = summary.with_context(|| format!("kosoku ended with {status} and left no report"))?;
        eprint!("{}", summary.text());
        summary.judge()?;
        ensure!(status.success(), "kosoku ended with {status}");
        Ok(())
    })
}

/// The server under test. It ends when this is dropped.
struct Server {
    address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts it with nothing to show, nothing to keep, and room for many connections of one client.
    ///
    /// kosoku misreads uncompressed messages where compression was agreed on. So the window is the
    /// smallest: a larger one could not be used for a client that asks for the smallest, and its
    /// messages would not be compressed.
    fn start(program: &Path) -> Result<Server> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(program)
            .args(["serve", "--listen", &address.to_string(), "--database-url", "sqlite::memory:", "--demo", "off"])
            .args(["--connections-per-address", "0", "--upgrades-per-s", "0", "--compression-window-bits", "9"])
            .args(["--log", "error"])
            .env_clear()
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Server { address, child };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            ensure!(Instant::now() < deadline, "the server does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The verdicts on each case: on what was said, and on how the connection ended.
struct Summary {
    verdicts: BTreeMap<String, [String; 2]>,
}

impl Summary {
    /// From the index of kosoku's reports.
    fn read(json: &str) -> Result<Summary> {
        let index: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(json)?;
        let verdict = |case: &Value, name: &str| case[name].as_str().map(str::to_owned);
        let verdicts = index.into_values().flatten().map(|(id, case)| {
            let said = verdict(&case, "behavior").zip(verdict(&case, "behaviorClose"));
            let (said, ended) = said.with_context(|| format!("there is no verdict on case {id}"))?;
            Ok((id, [said, ended]))
        });
        Ok(Summary { verdicts: verdicts.collect::<Result<_>>()? })
    }

    /// How many cases there are of each verdict, and which are not simply as required.
    fn text(&self) -> String {
        let mut cases: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (id, [said, ended]) in &self.verdicts {
            let verdict = if said == ended { said.clone() } else { format!("{said}, at the end {ended}") };
            cases.entry(verdict).or_default().push(id);
        }
        let mut text = format!("\nconformance: {} cases\n", self.verdicts.len());
        for (verdict, ids) in &cases {
            let which = if verdict == "OK" { String::new() } else { format!(": {}", ids.join(" ")) };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{:>10}  {verdict}{which}", ids.len());
        }
        text
    }

    fn judge(&self) -> Result<()> {
        let bad = |verdicts: &[String; 2]| !verdicts.iter().all(|verdict| GOOD.contains(&verdict.as_str()));
        let failed: Vec<&str> = self.verdicts.iter().filter(|(_, v)| bad(v)).map(|(id, _)| id.as_str()).collect();
        ensure!(failed.is_empty(), "{} conformance cases failed: {}", failed.len(), failed.join(" "));
        let ran = self.verdicts.len();
        ensure!(ran == CASES, "{ran} conformance cases ran, and there are {CASES}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(cases: impl Iterator<Item = (String, &'static str, &'static str)>) -> Summary {
        let case =
            |(id, said, ended)| format!(r#""{id}":{{"behavior":"{said}","behaviorClose":"{ended}","duration":1}}"#);
        let cases: Vec<String> = cases.map(case).collect();
        Summary::read(&format!(r#"{{"127.0.0.1:1":{{{}}}}}"#, cases.join(","))).expect("that is what kosoku writes")
    }

    fn good(count: usize) -> impl Iterator<Item = (String, &'static str, &'static str)> {
        (0..count).map(|n| (format!("1.{n}"), GOOD[n % 3], "OK"))
    }

    fn verdict(summary: &Summary) -> String {
        summary.judge().map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn every_case_has_to_run_and_to_be_good() {
        assert_eq!(verdict(&summary(good(CASES))), "good");
        assert_eq!(verdict(&summary(good(460))), "460 conformance cases ran, and there are 463");
        for (said, ended) in
            [("FAILED", "OK"), ("OK", "UNCLEAN"), ("UNIMPLEMENTED", "OK"), ("ERROR", "FAILED"), ("", "OK")]
        {
            let with_bad = summary(good(CASES - 1).chain([("7.1".to_owned(), said, ended)]));
            assert_eq!(verdict(&with_bad), "1 conformance cases failed: 7.1");
        }
    }

    #[test]
    fn the_summary_counts_verdicts_and_names_what_is_not_simply_good() {
        let cases = [("1.1", "OK", "OK"), ("1.2", "OK", "OK"), ("3.1", "NON-STRICT", "OK"), ("7.1", "OK", "OK")];
        let text = summary(cases.into_iter().map(|(id, said, ended)| (id.to_owned(), said, ended))).text();
        assert_eq!(text, "\nconformance: 4 cases\n         1  NON-STRICT, at the end OK: 3.1\n         3  OK\n");
    }

    #[test]
    fn a_report_without_a_verdict_is_no_report() {
        assert!(Summary::read(r#"{"a":{"1.1":{"behavior":"OK"}}}"#).is_err());
        assert!(Summary::read("[]").is_err());
    }
}
