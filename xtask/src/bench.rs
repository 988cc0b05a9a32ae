//! Benchmarks: those of the server's engine, the fan-out against Bun, and the page's in a real Chromium.

mod fanout;
mod options;
mod table;
mod workload;

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::step::Steps;
use crate::{browser, npm, server};

const PAGE: &str = "page";
const FANOUT: &str = "fanout";

/// All of them but the long comparison with Bun, or the one that is named.
pub fn run(repo: &Repo, steps: &mut Steps, args: &[String]) -> Result<()> {
    match args {
        [] => {
            engine(repo, steps, "*")?;
            page(repo, steps)
        }
        [name, rest @ ..] if name == FANOUT => fanout::run(repo, steps, rest),
        [name] if name == PAGE => page(repo, steps),
        [name] => engine(repo, steps, name),
        _ => bail!("name one benchmark of server/benches, `{FANOUT}` or `{PAGE}`, or none for all"),
    }
}

fn engine(repo: &Repo, steps: &mut Steps, name: &str) -> Result<()> {
    let mut cargo = repo.cargo("bench --locked --package undercurrent --bench");
    steps.run("measure the engine", cargo.arg(name))
}

fn page(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let folder = repo.path("tests/e2e");
    let server = server::with_dashboard(repo, steps)?;
    let chromium = browser::chromium(repo, steps)?;
    npm::install(repo, steps, "install the end-to-end tests' packages", &folder)?;
    let mut node = repo.command("node");
    node.arg("bench.mjs").current_dir(folder).env("UNDERCURRENT_BIN", server).env("CHROMIUM", chromium);
    steps.run("measure the page", &mut node)
}
