//! The programs whose version matters: Trunk, wasm-bindgen and wasm-opt.
//!
//! They are installed under `target/tools`, once. A program of the right version that is already
//! on `PATH` is taken as it is. Nothing else is downloaded while the dashboard is built.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::repo::Repo;
use crate::step::Steps;
use crate::version::Version;
use crate::{npm, prerequisites};

/// Programs that cargo installs from one package, all of that package's version.
struct CargoTool {
    package: &'static str,
    version: Version,
    programs: &'static [&'static str],
    options: &'static [&'static str],
    opt_level: &'static str,
}

/// Without TLS: it has nothing to download here, and `trunk serve` speaks to localhost.
const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    version: Version::new(0, 21, 14),
    programs: &["trunk"],
    options: &["--locked", "--no-default-features"],
    opt_level: "0",
};

/// Must be the version of the library in `Cargo.lock`, to the digit. Not `--locked`: its lock file
/// asks for a version of another crate that is not to be had.
const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    version: Version::new(0, 2, 130),
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    options: &["--no-default-features"],
    opt_level: "1",
};

/// The version of npm's `binaryen` in `xtask/tools/package.json`, as `wasm-opt` prints it.
const WASM_OPT: Version = Version::new(132, 0, 0);

/// These programs run for seconds but compile for minutes, so they are compiled with hardly any
/// optimisation. Trunk only orders others about; wasm-bindgen reads all of a debug build's WASM,
/// four times as fast when optimised a little, at each reload of `cargo xtask dev`.
const QUICK_BUILD: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

/// The installed tools: a `PATH` on which they come first.
pub struct Tools {
    path: OsString,
}

impl Tools {
    /// A program that finds the tools, and may be one of them.
    pub fn command(&self, repo: &Repo, program: &str) -> Command {
        let mut command = repo.command(program);
        command.env("PATH", &self.path);
        command
    }

    /// A command of Trunk's, kept from the network: everything it needs is there. `--offline`
    /// alone would not keep the cargo that it asks about the workspace.
    pub fn trunk(&self, repo: &Repo, subcommand: &str) -> Command {
        let mut command = self.command(repo, "trunk");
        command.args([subcommand, "--offline", "--locked"]).env("CARGO_NET_OFFLINE", "true");
        // Trunk's own stack below a mistake in our code would hide it.
        command.env("RUST_BACKTRACE", "0");
        // Trunk 0.21 refuses to start when this holds its usual value, 1.
        if env::var_os("NO_COLOR").is_some() {
            command.env("NO_COLOR", "true");
        }
        command
    }

    fn version_of(&self, repo: &Repo, program: &str) -> Option<Version> {
        Version::printed_by(self.command(repo, program).arg("--version"))
    }

    fn has(&self, repo: &Repo, tool: &CargoTool) -> bool {
        tool.programs.iter().all(|program| self.version_of(repo, program) == Some(tool.version))
    }
}

/// Installs what is missing and says where everything is.
pub fn install(repo: &Repo, steps: &mut Steps) -> Result<Tools> {
    prerequisites::to_build(repo, steps)?;
    let folder = repo.target().join("tools");
    let tools = Tools { path: search_path(&folder, env::var_os("PATH").as_deref())? };
    for tool in [TRUNK, WASM_BINDGEN] {
        if !tools.has(repo, &tool) {
            cargo_install(repo, steps, &folder, &tool)?;
            ensure!(
                tools.has(repo, &tool),
                "{} {} was installed into {} but does not run",
                tool.package,
                tool.version,
                folder.display()
            );
        }
    }
    // Kept until both are there: they have crates in common.
    remove_folder(&build_folder(&folder))?;

    if tools.version_of(repo, "wasm-opt") != Some(WASM_OPT) {
        let npm_folder = folder.join("npm");
        npm::copy_manifest(&repo.path("xtask/tools"), &npm_folder)?;
        npm::install(repo, steps, "install wasm-opt", &npm_folder)?;
        let found = tools.version_of(repo, "wasm-opt");
        ensure!(
            found == Some(WASM_OPT),
            "wasm-opt {WASM_OPT} was installed into {} but does not run",
            npm_folder.display()
        );
    }
    Ok(tools)
}

fn cargo_install(repo: &Repo, steps: &mut Steps, folder: &Path, tool: &CargoTool) -> Result<()> {
    let mut command = repo.cargo("install --force");
    command
        .arg(tool.package)
        .args(["--version", &tool.version.to_string()])
        .args(tool.options)
        .args(tool.programs.iter().flat_map(|program| ["--bin", program]))
        .arg("--root")
        .arg(folder)
        .env("CARGO_TARGET_DIR", build_folder(folder))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", tool.opt_level)
        .envs(QUICK_BUILD);
    let what = format!("install {} {}, once", tool.package, tool.version);
    steps.run(&what, &mut command)
}

/// Gigabytes of intermediate files: apart from our own, and not kept.
fn build_folder(tools: &Path) -> PathBuf {
    tools.join("build")
}

fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

fn search_path(tools: &Path, inherited: Option<&OsStr>) -> Result<OsString> {
    let own = [tools.join("bin"), tools.join("npm/node_modules/.bin")];
    let inherited = inherited.map(env::split_paths).into_iter().flatten();
    env::join_paths(own.into_iter().chain(inherited)).context("the path of the repository cannot be part of PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The version that `name` has in a lock file of cargo's.
    fn locked_version(lock: &str, name: &str) -> Option<Version> {
        let entry =
            lock.split("[[package]]").find(|entry| entry.lines().any(|line| line == format!("name = \"{name}\"")))?;
        let line = entry.lines().find(|line| line.starts_with("version"))?;
        Version::find_in(&line.replace('"', " "))
    }

    fn read(path: &str) -> String {
        fs::read_to_string(Repo::locate().path(path)).expect("the file is part of the repository")
    }

    #[test]
    fn the_wasm_bindgen_that_is_installed_is_the_one_in_the_lock_file() {
        let locked = locked_version(&read("Cargo.lock"), "wasm-bindgen");
        assert_eq!(locked, Some(WASM_BINDGEN.version));
    }

    #[test]
    fn the_wasm_opt_that_is_asked_for_is_the_one_npm_installs() {
        let manifest = read("xtask/tools/package.json");
        assert!(manifest.contains(&format!("\"binaryen\": \"{WASM_OPT}\"")), "{manifest}");
    }

    #[test]
    fn the_tools_come_before_everything_else_on_the_path() {
        let path = search_path(Path::new("/t"), Some(OsStr::new("/usr/bin:/bin"))).expect("no colon");
        assert_eq!(path, "/t/bin:/t/npm/node_modules/.bin:/usr/bin:/bin");
    }

    #[test]
    fn a_machine_without_a_path_still_finds_the_tools() {
        let path = search_path(Path::new("/t"), None).expect("no colon");
        assert_eq!(path, "/t/bin:/t/npm/node_modules/.bin");
    }
}
