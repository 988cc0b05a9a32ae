//! Which value a setting has, and where it was said.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::catalogue::{CONFIG_VARIABLE, LISTEN_IN_CONTAINER, PREFIX, SETTINGS, Setting, find, nearest};

/// The file that is read when it is there.
const FILE: &str = "undercurrent.toml";

/// What a process finds around it, as a value, so that tests can have another.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Environment variables. An empty one is as good as none.
    pub variables: BTreeMap<String, String>,
    /// The working directory.
    pub folder: PathBuf,
    /// Whether this is a container.
    pub container: bool,
    /// How many processors there are.
    pub cores: NonZeroUsize,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Surroundings {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables: BTreeMap<_, _> = std::env::vars_os().filter_map(text).collect();
        let marked = ["container", "KUBERNETES_SERVICE_HOST", "RAILWAY_ENVIRONMENT_ID"];
        let container = ["/.dockerenv", "/run/.containerenv"].iter().any(|path| Path::new(path).exists())
            || marked.iter().any(|name| variables.contains_key(*name));
        Surroundings {
            variables,
            folder: PathBuf::from("."),
            container,
            cores: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Where a value was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// `--flush-ms`
    Flag(String),
    /// `UNDERCURRENT_FLUSH_MS`
    Variable(String),
    /// `undercurrent.toml`
    File(PathBuf),
    /// Nowhere.
    Default,
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whence::Flag(name) => write!(f, "--{name}"),
            Whence::Variable(name) => f.write_str(name),
            Whence::File(path) => path.display().fmt(f),
            Whence::Default => f.write_str("default"),
        }
    }
}

/// A value and where it was said.
#[derive(Clone, Debug)]
pub struct Given {
    pub value: String,
    pub whence: Whence,
}

/// Every setting's value.
pub struct Resolved {
    pub given: BTreeMap<&'static str, Given>,
    /// Sentences about variables that look like settings and are none.
    pub warnings: Vec<String>,
}

/// Puts flags, variables, file and defaults together.
pub fn resolve(
    flags: &BTreeMap<&'static str, String>,
    config: Option<&Path>,
    around: &Surroundings,
) -> Result<Resolved, ConfigError> {
    let file = read_file(config, around)?;
    let given = |setting: &Setting| {
        let flag = || flags.get(setting.name).map(|value| (value.clone(), Whence::Flag(setting.flag())));
        flag().or_else(|| variable(setting, around)).or_else(|| file.get(setting.name).cloned())
    };
    let or_default = |setting: &'static Setting| {
        let (value, whence) = given(setting).unwrap_or_else(|| (default(setting, around).to_owned(), Whence::Default));
        (setting.name, Given { value, whence })
    };
    Ok(Resolved { given: SETTINGS.iter().map(or_default).collect(), warnings: warnings(around) })
}

fn variable(setting: &Setting, around: &Surroundings) -> Option<(String, Whence)> {
    let name = setting.variable();
    if let Some(value) = around.variable(&name) {
        return Some((value.to_owned(), Whence::Variable(name)));
    }
    // Platforms that say PORT route to it from outside.
    let port = around.variable("PORT").filter(|_| setting.name == "listen")?;
    Some((format!("0.0.0.0:{port}"), Whence::Variable("PORT".to_owned())))
}

fn default(setting: &Setting, around: &Surroundings) -> &'static str {
    if setting.name == "listen" && around.container { LISTEN_IN_CONTAINER } else { setting.default }
}

/// The settings of the file, if there is one. A file that was named has to be there.
fn read_file(
    config: Option<&Path>,
    around: &Surroundings,
) -> Result<BTreeMap<&'static str, (String, Whence)>, ConfigError> {
    let named = config.or_else(|| around.variable(CONFIG_VARIABLE).map(Path::new));
    let file = around.folder.join(named.unwrap_or(Path::new(FILE)));
    match std::fs::read_to_string(&file) {
        Ok(text) => parse_file(&text, named.unwrap_or(Path::new(FILE))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(BTreeMap::new()),
        Err(reason) => Err(ConfigError::File { file, reason }),
    }
}

fn parse_file(text: &str, file: &Path) -> Result<BTreeMap<&'static str, (String, Whence)>, ConfigError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1),
        message: error.message().to_owned(),
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in &table {
        let Some(setting) = find(key) else {
            return Err(ConfigError::Unknown { file: file.to_owned(), key: key.clone(), nearest: nearest(key) });
        };
        let value = plain(value).ok_or_else(|| ConfigError::Value {
            name: setting.name,
            value: format!("a {}", value.type_str()),
            whence: Whence::File(file.to_owned()),
            allowed: "a text, a number, true, false, or a list of texts".to_owned(),
        })?;
        values.insert(setting.name, (value, Whence::File(file.to_owned())));
    }
    Ok(values)
}

/// A value as it would be written on the command line.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(if *yes { "on" } else { "off" }.to_owned()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            Some(items?.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

fn warnings(around: &Surroundings) -> Vec<String> {
    let known = |name: &str| name == CONFIG_VARIABLE || SETTINGS.iter().any(|setting| setting.variable() == name);
    let named = around.variables.keys().filter_map(|name| Some((name, name.strip_prefix(PREFIX)?)));
    let meant = |name: &str| find(nearest(name)).map(Setting::variable).unwrap_or_default();
    named
        .filter(|(name, _)| !known(name))
        .map(|(name, rest)| format!("{name} is no setting and has no effect: did you mean {}?", meant(rest)))
        .collect()
}
