//! Builds the server in release, with the dashboard inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::dashboard;
use crate::repo::Repo;
use crate::step::Steps;

/// The dashboard first, because the server embeds it. Returns the server's path.
pub fn with_dashboard(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    dashboard::build(repo, steps)?;
    let mut cargo = repo.cargo("build --locked --release --package undercurrent");
    steps.run("build the server", &mut cargo)?;
    Ok(repo.server_binary())
}
