//! Programs from Python's package index, in an environment of their own under `target/tools`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::debian;
use crate::repo::Repo;
use crate::step::Steps;
use crate::version::Version;

/// A package with a program of the same name.
pub struct PythonTool {
    pub package: &'static str,
    pub version: Version,
}

/// Installs a tool unless it is there, and says where its program is.
pub fn install(repo: &Repo, steps: &mut Steps, tool: &PythonTool) -> Result<PathBuf> {
    let PythonTool { package, version } = tool;
    let folder = repo.target().join("tools/python");
    let (python, program) = (folder.join("bin/python"), folder.join("bin").join(package));
    let installed = || {
        let ask = format!("import importlib.metadata as m; print(m.version('{package}'))");
        Version::printed_by(Command::new(&python).args(["-c", &ask]))
    };
    if installed() == Some(*version) {
        return Ok(program);
    }
    to_make_environments(repo, steps)?;
    let mut venv = repo.command("python3");
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    steps.run_quietly("make an environment for Python's packages", &mut venv)?;
    let mut pip = repo.command(&python.to_string_lossy());
    pip.args("-m pip install --quiet --no-input --disable-pip-version-check --only-binary :all:".split(' '))
        .arg(format!("{package}=={version}"));
    steps.run_quietly(&format!("install {package} {version}, once"), &mut pip)?;
    ensure!(
        installed() == Some(*version),
        "{package} {version} was installed into {} but is not there",
        folder.display()
    );
    Ok(program)
}

/// Python 3.10 or newer with what makes environments, which Debian has in a package of its own.
fn to_make_environments(repo: &Repo, steps: &mut Steps) -> Result<()> {
    let able = || {
        let ask = "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 10))";
        repo.command("python3").args(["-c", ask]).output().is_ok_and(|output| output.status.success())
    };
    if !able() && debian::may_install() {
        debian::install(repo, steps, "Python", &["python3", "python3-venv"])?;
    }
    if !able() {
        bail!(
            "Python 3.10 or newer with its `venv` is missing: install it with `sudo apt-get install -y python3 \
             python3-venv`, or `brew install python`."
        );
    }
    Ok(())
}
