//! Builds the server in release, with the dashboard inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::repo::Repo;
use crate::step::Steps;
use crate::{dashboard, tree};

/// The dashboard first, because the server embeds `dist`. Returns the server's path.
///
/// `dist` is touched only when the dashboard has changed: linking the server takes minutes. And
/// then what was compiled of the server is thrown away, because cargo knows the embedded files one
/// by one and would not see a new one.
pub fn with_dashboard(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    let made = tree::read(&dashboard::build(repo, steps)?)?;
    if tree::read(&repo.dist())? != made {
        let mut clean = repo.cargo("clean --quiet --locked --release --package undercurrent");
        steps.run("forget the server with the old dashboard", &mut clean)?;
        tree::replace(&repo.dist(), &made)?;
    }
    let mut cargo = repo.cargo("build --locked --release --package undercurrent");
    steps.run("build the server", &mut cargo)?;
    Ok(repo.server_binary())
}
