//! What must hold before code is taken in: form, lints, tests, conformance.

use anyhow::Result;

use crate::repo::Repo;
use crate::step::Steps;
use crate::{conformance, prerequisites, suite};

/// Everything, as `.ci/run` does it.
pub fn ci(repo: &Repo, steps: &mut Steps) -> Result<()> {
    steps.run("check the format", &mut repo.cargo("fmt --all --check"))?;
    lint(repo, steps)?;
    suite::run(repo, steps, &[])?;
    conformance::run(repo, steps)
}

/// Formats the code.
pub fn format(repo: &Repo, steps: &mut Steps) -> Result<()> {
    steps.run("format", &mut repo.cargo("fmt --all"))
}

/// Clippy for what runs natively, clippy for what runs in the browser, and the docs' links.
/// Warnings are errors.
pub fn lint(repo: &Repo, steps: &mut Steps) -> Result<()> {
    prerequisites::wasm_target(repo, steps)?;
    let mut native = repo.cargo("clippy --locked --workspace --exclude frontend --all-targets -- --deny warnings");
    steps.run("lint the server", &mut native)?;
    let mut wasm = repo.cargo(
        // The dashboard's own tests are for the host: 64 bits wide, without a browser.
        "clippy --locked --package frontend --package shared --lib --bins \
         --target wasm32-unknown-unknown -- --deny warnings",
    );
    steps.run("lint the dashboard", &mut wasm)?;
    let mut docs = repo.cargo("doc --locked --workspace --exclude frontend --no-deps --quiet");
    docs.env("RUSTDOCFLAGS", "--deny rustdoc::broken_intra_doc_links");
    steps.run("check the links in the docs", &mut docs)
}
