//! A folder with all that is in it, as one value that can be compared.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The content of each file, by its path from the top of the folder. Empty folders are not in it.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Reads a folder. One that does not exist is empty.
pub fn read(folder: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    read_into(&mut tree, folder, Path::new(""))?;
    Ok(tree)
}

/// Makes a folder hold exactly this.
pub fn replace(folder: &Path, tree: &Tree) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", folder.display()));
        }
        _ => (),
    }
    for (path, content) in tree {
        let path = folder.join(path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn read_into(tree: &mut Tree, top: &Path, below: &Path) -> Result<()> {
    let folder = top.join(below);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    for entry in entries {
        let name = below.join(entry?.file_name());
        let path = top.join(&name);
        if path.is_dir() {
            read_into(tree, top, &name)?;
        } else {
            let content = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            tree.insert(name, content);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, content)| (PathBuf::from(path), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_folder_that_is_not_there_is_empty() {
        let top = tempfile::tempdir().expect("a folder for the test");
        assert_eq!(read(&top.path().join("none")).expect("nothing to fail"), Tree::new());
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let top = tempfile::tempdir().expect("a folder for the test");
        let folder = top.path().join("dist");
        let first = tree(&[("index.html", "<html>"), ("lazy/chart.js", "1"), ("old.js", "0")]);
        let second = tree(&[("index.html", "<html>"), ("lazy/chart.js", "2"), ("new.js", "")]);
        for wanted in [first, second] {
            replace(&folder, &wanted).expect("the folder is ours");
            assert_eq!(read(&folder).expect("just written"), wanted);
        }
    }
}
