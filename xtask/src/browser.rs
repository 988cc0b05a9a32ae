//! The Chromium of the browser tests: found, or installed where that needs no question.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::debian;
use crate::repo::Repo;
use crate::step::Steps;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where Chromium is: what `CHROMIUM` says, else what is on `PATH`, else Debian's package, which
/// is installed when we may. The fonts are what its pages are drawn with.
pub fn chromium(repo: &Repo, steps: &mut Steps) -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM").map(PathBuf::from) {
        if !chosen.is_file() {
            bail!("CHROMIUM is {}, and there is no such file.", chosen.display());
        }
        return Ok(chosen);
    }
    if let Some(found) = on_path() {
        return Ok(found);
    }
    if !debian::may_install() {
        bail!(
            "Chromium is missing: install it with `sudo apt-get install -y chromium`, or name a \
             Chromium or Chrome in the variable CHROMIUM."
        );
    }
    debian::install(repo, steps, "Chromium", &["chromium", "fonts-liberation"])?;
    on_path().context("Chromium was installed but is not on PATH")
}

fn on_path() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}
