//! Development tasks: `cargo xtask <task>`.
//!
//! Orders other programs about (cargo, Trunk, npm, Chromium), installs the ones whose version
//! matters under `target/tools`, and says what it does and how long it took. It knows nothing of
//! markets or sockets; what it calls is what a person could type.

mod bench;
mod browser;
mod check;
mod conformance;
mod dashboard;
mod debian;
mod dev;
mod front;
mod npm;
mod open;
mod precompress;
mod prerequisites;
mod python;
mod repo;
mod serve;
mod server;
mod step;
mod suite;
mod tools;
mod tree;
mod version;

use std::process::ExitCode;

use anyhow::{Result, bail};

use repo::Repo;
use step::Steps;

const HELP: &str = "\
Usage: cargo xtask <task> [arguments]

  serve [arguments]   build everything, run the server, open it in a browser;
                      arguments go to `undercurrent serve`
  build               dashboard and server, in release: target/release/undercurrent
  test [kind]...      every test, or only these kinds: rust, wasm, e2e
  conformance         the Autobahn cases against the server's WebSocket
  dev [arguments]     `trunk serve` with live reload beside a debug server
  ci                  fmt, lint, everything of test, and conformance
  fmt                 format the code
  lint                clippy for the server and for the dashboard, and the links in the docs
  bench [name]        every benchmark, or one of server/benches, or `page`
  bench fanout        what a delivery costs us and Bun: --only w1,w3-deflate --rounds 3 --seconds 10
  tools               only install the tools under target/tools
  help                this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut steps = Steps::default();
    match run(&args, &mut steps) {
        Ok(()) => {
            steps.summary();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String], steps: &mut Steps) -> Result<()> {
    let repo = Repo::locate();
    let (task, rest) = match args {
        [] => ("help", args),
        [task, rest @ ..] => (task.as_str(), rest),
    };
    match task {
        "serve" => serve::run(&repo, steps, rest),
        "build" => server::with_dashboard(&repo, steps).map(drop),
        "test" => suite::run(&repo, steps, rest),
        "dev" => dev::run(&repo, steps, rest),
        "ci" => check::ci(&repo, steps),
        "conformance" => conformance::run(&repo, steps),
        "fmt" => check::format(&repo, steps),
        "lint" => check::lint(&repo, steps),
        "bench" => bench::run(&repo, steps, rest),
        "tools" => tools::install(&repo, steps).map(drop),
        open::TASK => open::when_up(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => bail!("there is no task {unknown:?}\n\n{HELP}"),
    }
}
