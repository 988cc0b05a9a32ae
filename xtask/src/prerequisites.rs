//! What must be on the machine before anything can be built: each missing thing is one sentence
//! with the command that installs it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::repo::Repo;
use crate::step::Steps;
use crate::version::Version;

const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: Version = Version::new(20, 0, 0);

/// A C compiler, the WASM target, Node and npm. The WASM target is added when rustup is there.
pub fn to_build(repo: &Repo, steps: &mut Steps) -> Result<()> {
    if !runs("cc") {
        bail!("{}", no_c_compiler(cfg!(target_os = "macos")));
    }
    wasm_target(repo, steps)?;
    if let Some(complaint) = complaint_about_node(version_of("node")) {
        bail!("{complaint}");
    }
    if !runs("npm") {
        bail!("npm is missing: install it with `apt-get install -y npm`, or with the Node you have.");
    }
    Ok(())
}

/// Rust's standard library for WebAssembly.
pub fn wasm_target(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let output = repo
        .command("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .context("cannot start `rustc`")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    if !runs("rustup") {
        bail!(
            "Rust's {WASM} target is missing: install Rust by rustup, then run \
             `rustup target add {WASM}`."
        );
    }
    let mut command = repo.command("rustup");
    steps.run("add the WASM target", command.args(["target", "add", WASM]))
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn version_of(program: &str) -> Option<Version> {
    Version::printed_by(Command::new(program).arg("--version"))
}

fn no_c_compiler(macos: bool) -> &'static str {
    if macos {
        "A C compiler is missing: install one with `xcode-select --install`."
    } else {
        "A C compiler is missing: install one with `apt-get install -y build-essential`."
    }
}

fn complaint_about_node(found: Option<Version>) -> Option<String> {
    let problem = match found {
        Some(version) if version >= OLDEST_NODE => return None,
        Some(version) => format!("Node is too old ({version}; 20 or newer is needed)"),
        None => "Node 20 or newer is missing".to_owned(),
    };
    Some(format!(
        "{problem}: install it with `apt-get install -y nodejs npm` (Debian 13 or newer), \
         `brew install node`, or `nvm install 22`."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_twenty_and_newer_will_do() {
        assert_eq!(complaint_about_node(Some(Version::new(20, 0, 0))), None);
        assert_eq!(complaint_about_node(Some(Version::new(24, 1, 0))), None);
    }

    #[test]
    fn a_missing_or_old_node_is_one_sentence_with_a_command() {
        for found in [None, Some(Version::new(18, 20, 8))] {
            let sentence = complaint_about_node(found).expect("it will not do");
            assert!(sentence.contains("20 or newer"), "{sentence}");
            assert!(sentence.contains("`apt-get install -y nodejs npm`"), "{sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn each_system_is_told_its_own_way_to_a_c_compiler() {
        assert!(no_c_compiler(false).contains("apt-get"));
        assert!(no_c_compiler(true).contains("xcode-select"));
    }
}
