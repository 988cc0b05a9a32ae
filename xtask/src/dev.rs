//! Live development: Trunk rebuilds and reloads the page, cargo runs the server behind it.

use std::env;
use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::front::{self, Sides};
use crate::repo::Repo;
use crate::step::Steps;
use crate::{dashboard, open, serve};

/// Where the page is opened, and where Trunk answers behind it.
const FRONT: u16 = 8080;
const TRUNK: u16 = 8081;
/// What `Trunk.toml` has it ignore while it watches. It refuses to start when one is not there.
const IGNORED: [&str; 4] = ["frontend/generated", "frontend/chart/node_modules", "target", "dist"];
const PAUSE: Duration = Duration::from_millis(200);

/// Runs both behind one address until one ends, and ends the other. Trunk builds apart from `dist`,
/// which is for the release.
pub fn run(repo: &Repo, steps: &mut Steps, args: &[String]) -> Result<()> {
    let args = serve::without_separator(args);
    let tools = dashboard::prepare(repo, steps)?;
    steps.run("build the server", &mut repo.cargo("build --locked --package undercurrent"))?;

    for folder in IGNORED {
        fs::create_dir_all(repo.path(folder)).with_context(|| format!("cannot create {folder}"))?;
    }
    let mut server = repo.cargo("run --quiet --locked --package undercurrent -- serve");
    server.args(args);
    let mut trunk = tools.trunk(repo, "serve");
    trunk
        .args(["--release=false", "--port", &TRUNK.to_string(), "--watch", "frontend", "--watch", "shared"])
        .arg("--dist")
        .arg(repo.target().join("dev-dist"));

    front::listen(FRONT, Sides { page: TRUNK, data: serve::port(args, |name| env::var(name).ok()) })?;
    eprintln!("\n==> run both: {} (Ctrl-C stops them)", open::page(FRONT));
    let mut pair = Pair { server: start(&mut server, "the server")?, trunk: start(&mut trunk, "Trunk")? };
    let (name, status) = pair.first_to_end()?;
    bail!("{name} ended with {status}")
}

/// Two children, none of which outlives this value.
struct Pair {
    server: Child,
    trunk: Child,
}

impl Pair {
    fn first_to_end(&mut self) -> Result<(&'static str, ExitStatus)> {
        loop {
            if let Some(status) = self.server.try_wait()? {
                return Ok(("the server", status));
            }
            if let Some(status) = self.trunk.try_wait()? {
                return Ok(("Trunk", status));
            }
            sleep(PAUSE);
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.trunk] {
            // The one that has ended already says so here.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start(command: &mut Command, name: &str) -> Result<Child> {
    command.spawn().with_context(|| format!("cannot start {name}"))
}
