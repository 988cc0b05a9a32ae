//! Installing Debian's packages, where that needs no question: as root, as in a container.

use std::fs;

use anyhow::Result;

use crate::repo::Repo;
use crate::step::Steps;

/// Whether this is Debian and we may install. Ubuntu has packages of the same names too, but some
/// only point to a snap.
pub fn may_install() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| names_debian(&text)) && is_root()
}

/// Installs packages without what they merely recommend.
pub fn install(repo: &Repo, steps: &mut Steps, what: &str, packages: &[&str]) -> Result<()> {
    let mut update = repo.command("apt-get");
    steps.run_quietly("list Debian's packages", update.args(["update", "-qq"]))?;
    let mut install = repo.command("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    steps.run_quietly(&format!("install {what}"), &mut install)
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
