//! Every test, cheap ones first: what fails early costs least.

use anyhow::{Result, bail};

use crate::repo::Repo;
use crate::step::Steps;
use crate::{browser, npm, server, tools};

/// What a test runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Natively: units, properties, golden frames, real sockets, fuzz corpora.
    Rust,
    /// In Node: what `shared` does must be the same in WebAssembly.
    Wasm,
    /// The release server and a real Chromium.
    EndToEnd,
}

const ALL: [Kind; 3] = [Kind::Rust, Kind::Wasm, Kind::EndToEnd];

/// Runs the kinds that are named, or all.
pub fn run(repo: &Repo, steps: &mut Steps, names: &[String]) -> Result<()> {
    for kind in kinds(names)? {
        match kind {
            Kind::Rust => rust(repo, steps)?,
            Kind::Wasm => wasm(repo, steps)?,
            Kind::EndToEnd => end_to_end(repo, steps)?,
        }
    }
    Ok(())
}

fn kinds(names: &[String]) -> Result<Vec<Kind>> {
    if names.is_empty() {
        return Ok(ALL.to_vec());
    }
    names
        .iter()
        .map(|name| match name.as_str() {
            "rust" => Ok(Kind::Rust),
            "wasm" => Ok(Kind::Wasm),
            "e2e" => Ok(Kind::EndToEnd),
            unknown => bail!("there are no {unknown:?} tests, only rust, wasm and e2e"),
        })
        .collect()
}

fn rust(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let mut cargo = repo.cargo("test --locked --workspace");
    steps.run("test in Rust", &mut cargo)
}

fn wasm(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let tools = tools::install(repo, steps)?;
    let mut cargo = tools.command(repo, "cargo");
    cargo
        .args("test --locked --package shared --lib --tests".split(' '))
        .args(["--target", "wasm32-unknown-unknown"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    steps.run("test in WebAssembly", &mut cargo)
}

fn end_to_end(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let server = server::with_dashboard(repo, steps)?;
    let chromium = browser::chromium(repo, steps)?;
    let folder = repo.path("tests/e2e");
    npm::install(repo, steps, "install the end-to-end tests' packages", &folder)?;
    let mut npm = repo.command("npm");
    npm.arg("test").current_dir(folder).env("UNDERCURRENT_BIN", server).env("CHROMIUM", chromium);
    steps.run("test end to end", &mut npm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_a_name_every_kind_is_run_from_cheap_to_dear() {
        assert_eq!(kinds(&[]).expect("nothing to misread"), ALL);
    }

    #[test]
    fn named_kinds_are_run_in_the_order_they_are_named() {
        let chosen = kinds(&words("e2e rust")).expect("both exist");
        assert_eq!(chosen, [Kind::EndToEnd, Kind::Rust]);
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_known_ones() {
        let error = kinds(&words("unit")).expect_err("there is no such kind");
        assert_eq!(error.to_string(), "there are no \"unit\" tests, only rust, wasm and e2e");
    }
}
