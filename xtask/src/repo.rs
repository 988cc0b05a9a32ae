//! Where things are in the repository, and how a program is started in it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository this crate was compiled in, and the folder cargo builds into.
pub struct Repo {
    root: PathBuf,
    target: PathBuf,
}

impl Repo {
    /// The repository of this very source file. `CARGO_TARGET_DIR` is honoured, as cargo does.
    pub fn locate() -> Self {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the manifest of xtask lies in xtask/").to_path_buf();
        let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
        Self { root, target }
    }

    /// A file or folder of the repository, by its path from the top.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where cargo builds into: `target`, unless `CARGO_TARGET_DIR` says otherwise.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where Trunk leaves the dashboard and the server takes it from.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The program that `cargo xtask build` makes.
    pub fn server_binary(&self) -> PathBuf {
        let name = format!("undercurrent{}", env::consts::EXE_SUFFIX);
        self.target.join("release").join(name)
    }

    /// A program, to be run at the top of the repository.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(describes_xtask) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Cargo, with words separated by spaces as its arguments.
    pub fn cargo(&self, arguments: &str) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments.split_whitespace());
        command
    }
}

/// Cargo describes the package it runs in variables, and here that is xtask. Build scripts watch
/// some of them (that of `ring` does), so handing them on would rebuild crates for nothing.
fn describes_xtask(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_found_from_where_xtask_was_compiled() {
        assert!(Repo::locate().path("Cargo.lock").is_file());
    }

    #[test]
    fn only_what_cargo_says_of_xtask_is_kept_from_other_programs() {
        assert!(describes_xtask("CARGO_PKG_VERSION"));
        assert!(describes_xtask("CARGO_MANIFEST_DIR"));
        assert!(!describes_xtask("CARGO_HOME"));
        assert!(!describes_xtask("CARGO_TARGET_DIR"));
    }
}
