//! Golden frames: what the code writes for a fixed input, in files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// Where the frames of a protocol lie.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// Compares a frame with its file.
///
/// # Errors
/// They differ.
pub fn check(kind: &str, name: &str, frame: &str) -> anyhow::Result<()> {
    let path = folder(kind).join(format!("{name}.json"));
    // Another version is no other protocol.
    let frame = frame.replace(&format!(r#""version":"{}""#, env!("CARGO_PKG_VERSION")), r#""version":"0.0.0""#);
    if std::env::var_os("UNDERCURRENT_BLESS").is_some() {
        std::fs::write(&path, format!("{frame}\n"))?;
    }
    let golden = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    ensure!(golden.trim_end() == frame, "{kind}/{name}.json\n  holds   {golden}  but now {frame}");
    Ok(())
}

/// What a file holds.
///
/// # Errors
/// There is none.
pub fn golden(kind: &str, name: &str) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(folder(kind).join(format!("{name}.json")))?.trim_end().to_owned())
}

/// The variants of an enum in a source file, as they are called on the wire.
///
/// # Errors
/// They were not found.
pub fn variants(file: &str, declaration: &str) -> anyhow::Result<BTreeSet<String>> {
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file))?;
    let (_, body) = source.split_once(declaration).with_context(|| format!("{declaration} in {file}"))?;
    let body = body.split_once("\n}").context("an enum ends")?.0;
    let named = body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|l| l.starts_with(char::is_uppercase));
    Ok(named.map(|line| snake_case(line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())).collect())
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
