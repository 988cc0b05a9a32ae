//! The rules of the house that a compiler does not know, each with its sentence.

use std::path::{Path, PathBuf};

/// A source file, with its path from the repository's root.
struct Source {
    path: String,
    text: String,
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    folders.iter().for_each(|folder| collect(&root.join(folder), &mut found));
    let source = |path: PathBuf| Source {
        text: std::fs::read_to_string(&path).expect("a source is text"),
        path: path.strip_prefix(&root).expect("it lies there").display().to_string(),
    };
    let mut sources: Vec<_> = found.into_iter().map(source).collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!sources.is_empty(), "there are sources in {folders:?}");
    sources
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

impl Source {
    /// The code without its tests and comments, with the number of each line.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let lines = self.text[..tests].lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// Whether everything in it is for tests.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs" || name.ends_with("_tests.rs")
    }

    /// The crate's modules that are named after `crate::`, also in braces, with their lines.
    fn crate_modules(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (number, line) in self.code() {
            for (at, _) in line.match_indices("crate::") {
                let path = &line[at + "crate::".len()..];
                let names = path.strip_prefix('{').map_or(path, |list| list.split('}').next().unwrap_or_default());
                let many = path.starts_with('{');
                for name in names.split(',').take(if many { usize::MAX } else { 1 }) {
                    let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    found.push((number, name));
                }
            }
        }
        found
    }

    fn folder(&self, below: &str) -> Option<&str> {
        self.path.strip_prefix(below)?.split(['/', '.']).next()
    }
}

/// Fails with all that was found, each with the sentence of the rule.
fn none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn each_layer_of_shared_imports_only_those_below_it() {
    const LAYERS: [&str; 5] = ["units", "stream", "domain", "wire", "link"];
    let mut broken = Vec::new();
    for source in sources(&["shared/src"]) {
        let layer = source.folder("shared/src/").and_then(|folder| LAYERS.iter().position(|l| *l == folder));
        let Some(layer) = layer else { continue };
        for (line, name) in source.crate_modules() {
            if LAYERS.iter().position(|l| *l == name).is_some_and(|imported| imported > layer) {
                broken.push(format!(
                    "{}:{line} imports {name}: inside shared, units <- stream <- domain <- wire <- link",
                    source.path
                ));
            }
        }
    }
    none(&broken);
}

/// The parts of the server that decide and do nothing else.
fn pure() -> Vec<Source> {
    let folders = ["domain", "hub", "session", "doors"].map(|part| format!("server/src/{part}"));
    let mut sources = sources(&folders.each_ref().map(String::as_str));
    let is_driver = |path: &str| path.starts_with("server/src/hub/registry") || path.starts_with("server/src/hub/task");
    sources.retain(|source| !is_driver(&source.path) && !source.is_test());
    sources
}

#[test]
fn the_pure_parts_know_nothing_of_the_drivers() {
    let mut broken = Vec::new();
    for source in pure() {
        let allowed: &[&str] = match source.folder("server/src/").unwrap_or_default() {
            "domain" => &["domain"],
            // What has to be stored is named by the store's types; that is all of it.
            "hub" => &["hub", "domain", "store"],
            "session" => &["session", "hub", "domain"],
            _ => &["doors", "session", "hub", "domain"],
        };
        for (line, name) in source.crate_modules() {
            if !allowed.contains(&&*name) {
                broken
                    .push(format!("{}:{line} imports {name}: the pure parts know nothing of the drivers", source.path));
            }
        }
    }
    none(&broken);
}

#[test]
fn the_pure_parts_have_no_clock_no_io_and_no_chance() {
    const FORBIDDEN: [&str; 12] = [
        "tokio::",
        "axum::",
        "hyper::",
        "sqlx::",
        "Instant",
        "SystemTime",
        "std::fs",
        "std::net",
        "std::thread",
        "std::env",
        "RandomState",
        "Utc::now",
    ];
    let shared = sources(&["shared/src"]).into_iter().filter(|source| !source.is_test());
    let mut broken = Vec::new();
    for source in pure().into_iter().chain(shared) {
        for (line, text) in source.code() {
            for word in FORBIDDEN.iter().filter(|word| text.contains(**word)) {
                broken.push(format!(
                    "{}:{line} has {word}: shared, domain, hub and session read no clock, do no I/O, spawn nothing",
                    source.path
                ));
            }
        }
    }
    none(&broken);
}

#[test]
fn nothing_pure_iterates_a_hash_map() {
    // Where looking up has to be fast, and the map's name there.
    const LOOKED_UP: [(&str, &str); 2] = [
        ("server/src/domain/darkpool/engine/mod.rs", "index"),
        ("server/src/domain/darkpool/feed/interner.rs", "known"),
    ];
    const ITERATES: [&str; 8] =
        [".iter()", ".iter_mut()", ".keys()", ".values()", ".values_mut()", ".drain(", ".retain(", ".into_iter()"];
    let shared = sources(&["shared/src"]);
    let mut broken = Vec::new();
    for source in pure().into_iter().chain(shared) {
        let map = LOOKED_UP.iter().find(|(path, _)| *path == source.path).map(|(_, map)| *map);
        for (line, text) in source.code() {
            let has_map = text.contains("HashMap") || text.contains("HashSet");
            let iterated = map.is_some_and(|map| {
                ITERATES.iter().any(|method| text.contains(&format!("{map}{method}")))
                    || text.contains(&format!("in &self.{map} "))
            });
            if (has_map && map.is_none()) || iterated {
                broken.push(format!("{}:{line}: nothing pure iterates a hash map; use a BTreeMap", source.path));
            }
        }
    }
    none(&broken);
}

#[test]
fn domains_never_import_each_other() {
    let mut broken = Vec::new();
    for below in ["shared/src/domain/", "server/src/domain/"] {
        let sources = sources(&[below]);
        let is_folder = |name: &&str| sources.iter().any(|source| source.path.starts_with(&format!("{below}{name}/")));
        for source in &sources {
            let Some(own) = source.folder(below).filter(is_folder) else { continue };
            for (line, text) in source.code() {
                for (at, _) in text.match_indices("domain::") {
                    let name = text[at + "domain::".len()..].split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    if name.filter(is_folder).is_some_and(|name| name != own) {
                        broken.push(format!("{}:{line}: domains never import each other", source.path));
                    }
                }
            }
        }
    }
    none(&broken);
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long = sources(&["shared/src", "server/src", "frontend/src", "xtask/src", "tests/src", "tests/tests"]);
    let sentence = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > 500).then(|| format!("{} has {lines} lines: a file tells one idea, in at most 500", source.path))
    };
    none(&long.iter().filter_map(sentence).collect::<Vec<_>>());
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    let sources = sources(&["shared/src", "server/src", "tests/src", "tests/tests", "xtask/src"]);
    let silent = sources.iter().filter(|source| !source.text.starts_with("//! "));
    none(&silent.map(|source| format!("{} begins with //! and what it is", source.path)).collect::<Vec<_>>());
}
