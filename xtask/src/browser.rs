//! The Chromium of the browser tests: found, or installed where that needs no question.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

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
    if !(is_debian() && is_root()) {
        bail!(
            "Chromium is missing: install it with `sudo apt-get install -y chromium`, or name a \
             Chromium or Chrome in the variable CHROMIUM."
        );
    }
    let mut update = repo.command("apt-get");
    steps.run_quietly("list Debian's packages", update.args(["update", "-qq"]))?;
    let mut install = repo.command("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(["chromium", "fonts-liberation"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    steps.run_quietly("install Chromium", &mut install)?;
    on_path().context("Chromium was installed but is not on PATH")
}

fn on_path() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// Ubuntu has a package of this name too, but it only points to a snap.
fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| names_debian(&text))
}

fn names_debian(os_release: &str) -> bool {
    os_release.lines().any(|line| line == "ID=debian")
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_told_from_systems_made_of_it() {
        assert!(names_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!names_debian("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
    }
}
