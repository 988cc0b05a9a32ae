//! Builds the dashboard, ready to be embedded in the server.

use std::path::PathBuf;

use anyhow::Result;

use crate::npm;
use crate::precompress;
use crate::repo::Repo;
use crate::step::Steps;
use crate::tools::{self, Tools};

/// Everything `trunk` needs, so that it can build with no network.
pub fn prepare(repo: &Repo, steps: &mut Steps) -> Result<Tools> {
    let tools = tools::install(repo, steps)?;
    npm::install(repo, steps, "install the chart library", &repo.path("frontend/chart"))?;
    // Trunk asks cargo about the whole workspace, other systems' crates included.
    steps.run("download the crates", &mut repo.cargo("fetch --locked"))?;
    Ok(tools)
}

/// Trunk in release, then everything it made once more as brotli and gzip. Returns the folder, which
/// is not yet the one the server embeds.
pub fn build(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    let tools = prepare(repo, steps)?;
    let folder = repo.target().join("dashboard");
    let mut trunk = tools.trunk(repo, "build");
    steps.run("build the dashboard", trunk.arg("--release").arg("--dist").arg(&folder))?;
    let totals = steps.call("compress the dashboard", || precompress::folder(&folder))?;
    eprintln!(
        "    {} files of {} bytes are {} bytes in brotli, {} in gzip",
        totals.files, totals.plain, totals.brotli, totals.gzip
    );
    Ok(folder)
}
