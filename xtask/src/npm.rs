//! Installing npm packages: exactly what a lock file says, and not twice.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::repo::Repo;
use crate::step::Steps;

/// The lock file that `node_modules` was last installed from, kept inside it: `npm ci` removes
/// the folder first, so an installation that was interrupted leaves none.
const INSTALLED: &str = "node_modules/.installed-lock.json";
const LOCK: &str = "package-lock.json";

/// Runs `npm ci` in `folder` unless its packages are already those of its lock file.
pub fn install(repo: &Repo, steps: &mut Steps, what: &str, folder: &Path) -> Result<()> {
    let lock = read(&folder.join(LOCK))?;
    if fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut command = repo.command("npm");
    command.args(["ci", "--include=dev", "--no-audit", "--no-fund"]).current_dir(folder);
    steps.run_quietly(what, &mut command)?;
    fs::write(folder.join(INSTALLED), lock).context("cannot note what npm installed")
}

/// Copies what `npm ci` reads, so that `node_modules` is not made among the sources.
pub fn copy_manifest(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for name in ["package.json", LOCK] {
        let target = to.join(name);
        fs::write(&target, read(&from.join(name))?).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_files_leave_the_choice_of_a_registry_to_the_reader() {
        let repo = Repo::locate();
        let folders = ["xtask/tools", "xtask/bench", "frontend/chart", "tests/e2e"].map(|folder| repo.path(folder));
        for folder in folders {
            let lock = fs::read_to_string(folder.join(LOCK)).expect("a lock file beside package.json");
            assert!(lock.contains("\"integrity\""), "{} pins no content", folder.display());
            assert!(!lock.contains("\"resolved\""), "{} names a registry", folder.display());
        }
    }

    #[test]
    fn packages_that_match_their_lock_file_are_not_installed_again() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        fs::create_dir(folder.path().join("node_modules")).expect("empty");
        fs::write(folder.path().join(LOCK), "{}").expect("empty");
        fs::write(folder.path().join(INSTALLED), "{}").expect("empty");

        let mut steps = Steps::default();
        let result = install(&Repo::locate(), &mut steps, "install nothing", folder.path());
        assert!(result.is_ok(), "npm would have failed: there is no package.json");
    }
}
