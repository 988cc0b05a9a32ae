//! Builds the dashboard into `dist`, ready to be embedded in the server.

use anyhow::Result;

use crate::precompress;
use crate::repo::Repo;
use crate::step::Steps;
use crate::tools;

/// Trunk in release, then everything it made once more as brotli and gzip.
pub fn build(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let tools = tools::install(repo, steps)?;
    fetch(repo, steps)?;
    steps.run("build the dashboard", tools.trunk(repo, "build").arg("--release"))?;
    let totals = steps.call("compress the dashboard", || precompress::folder(&repo.dist()))?;
    eprintln!(
        "    {} files of {} bytes are {} bytes in brotli, {} in gzip",
        totals.files, totals.plain, totals.brotli, totals.gzip
    );
    Ok(())
}

/// Downloads every crate of the lock file. Trunk asks cargo about the whole workspace, so without
/// this even `trunk build --offline` would go out for crates that only other systems need.
pub fn fetch(repo: &Repo, steps: &mut Steps) -> Result<()> {
    steps.run("download the crates", &mut repo.cargo("fetch --locked"))
}
