//! Which value wins, and what is said of wrong ones.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::time::Duration;

use tempfile::TempDir;

use super::catalogue::SETTINGS;
use super::read::Reader;
use super::resolve::resolve;
use super::*;

type Variables<'a> = &'a [(&'a str, &'a str)];
type Flags<'a> = &'a [&'a str];

/// A folder with (or without) a file of settings, and variables.
struct Scene {
    folder: TempDir,
    around: Surroundings,
}

fn scene(file: Option<&str>, variables: &[(&str, &str)]) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        fs::write(folder.path().join("undercurrent.toml"), text).unwrap();
    }
    let around = Surroundings {
        variables: variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        folder: folder.path().to_owned(),
        container: false,
        cores: NonZeroUsize::new(3).unwrap(),
    };
    Scene { folder, around }
}

impl Scene {
    fn parse(&self, args: &[&str]) -> Result<Cli, ConfigError> {
        Cli::parse(["undercurrent"].iter().chain(args), &self.around)
    }

    fn serve(&self, flags: &[&str]) -> Config {
        self.parse(&[&["serve"], flags].concat()).unwrap().config
    }

    fn refusal(&self, flags: &[&str]) -> String {
        self.parse(&[&["serve"], flags].concat()).unwrap_err().to_string()
    }
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let file = Some("flush_ms = 3");
    let variable: &[_] = &[("UNDERCURRENT_FLUSH_MS", "2")];
    let flag: &[_] = &["--flush-ms", "1"];
    let cases = [
        (flag, variable, file, 1, "--flush-ms"),
        (flag, &[], file, 1, "--flush-ms"),
        (&[], variable, file, 2, "UNDERCURRENT_FLUSH_MS"),
        (&[], &[], file, 3, "undercurrent.toml"),
        (&[], &[("UNDERCURRENT_FLUSH_MS", "")], file, 3, "undercurrent.toml"),
        (&[], variable, None, 2, "UNDERCURRENT_FLUSH_MS"),
        (&[], &[], None, 20, "default"),
    ];
    for (flags, variables, file, expected, whence) in cases {
        let config = scene(file, variables).serve(flags);
        assert_eq!(config.fanout.flush, Duration::from_millis(expected), "{flags:?} {variables:?} {file:?}");
        let shown = config.redacted().iter().find(|shown| shown.name == "flush_ms").unwrap();
        assert_eq!(shown.whence.to_string(), whence);
    }
}

#[test]
fn where_the_server_listens() {
    let cases: [(bool, Variables<'_>, Flags<'_>, &str); 7] = [
        (false, &[], &[], "127.0.0.1:3000"),
        (true, &[], &[], "0.0.0.0:3000"),
        (true, &[("PORT", "8080")], &[], "0.0.0.0:8080"),
        (false, &[("PORT", "8080")], &[], "0.0.0.0:8080"),
        (false, &[("PORT", "8080"), ("UNDERCURRENT_LISTEN", "[::1]:9")], &[], "[::1]:9"),
        (false, &[("PORT", "8080")], &["--listen", "127.0.0.1:0"], "127.0.0.1:0"),
        (false, &[], &["--listen", "localhost:4000"], "127.0.0.1:4000"),
    ];
    for (container, variables, flags, expected) in cases {
        let mut scene = scene(None, variables);
        scene.around.container = container;
        assert_eq!(scene.serve(flags).listen.address.to_string(), expected);
    }
    let config = scene(None, &[]).serve(&["--listen", "0.0.0.0:4000"]);
    assert_eq!(config.listen.local_address().to_string(), "127.0.0.1:4000");
}

#[test]
fn a_wrong_value_is_one_sentence_with_name_value_place_and_what_is_allowed() {
    let cases: [(Option<&str>, Variables<'_>, Flags<'_>, &str); 9] = [
        (
            None,
            &[("UNDERCURRENT_FLUSH_MS", "soon")],
            &[],
            r#"flush_ms cannot be "soon" (UNDERCURRENT_FLUSH_MS): write a whole number from 0 to 10000"#,
        ),
        (
            Some("heartbeat_ms = 5"),
            &[],
            &[],
            r#"heartbeat_ms cannot be "5" (undercurrent.toml): write a whole number from 100 to 600000"#,
        ),
        (None, &[], &["--demo", "maybe"], r#"demo cannot be "maybe" (--demo): write auto, on or off"#),
        (
            None,
            &[],
            &["--demo-seed", "-1"],
            r#"demo_seed cannot be "-1" (--demo-seed): write a whole number from 0 to 18446744073709551615"#,
        ),
        (
            None,
            &[("PORT", "http")],
            &[],
            r#"listen cannot be "0.0.0.0:http" (PORT): write an address and a port, as 127.0.0.1:3000"#,
        ),
        (
            None,
            &[("UNDERCURRENT_MASSIVE_URL", "https://host?apiKey=hunter2")],
            &[],
            "massive_url cannot be what was given (UNDERCURRENT_MASSIVE_URL): write an address that begins with wss:// or ws://",
        ),
        (Some("flush = 3"), &[], &[], r#"undercurrent.toml has no setting "flush": did you mean flush_ms?"#),
        (
            Some("[massive]\nkey = \"hunter2\""),
            &[],
            &[],
            r#"undercurrent.toml has no setting "massive": did you mean massive_key?"#,
        ),
        (
            Some("demo_rate = 1.5"),
            &[],
            &[],
            "demo_rate cannot be a float (undercurrent.toml): write a text, a number, true, false, or a list of texts",
        ),
    ];
    for (file, variables, flags, expected) in cases {
        assert_eq!(scene(file, variables).refusal(flags), expected);
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_by_its_line_without_its_text() {
    for wrong in ["\"hunter2", "hunter2", "hunter2 hunter2", "{ hunter2"] {
        let said = scene(Some(&format!("flush_ms = 3\nmassive_key = {wrong}")), &[]).refusal(&[]);
        assert!(said.starts_with("undercurrent.toml, line 2: "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let scene = scene(None, &[]);
    assert!(scene.refusal(&["--config", "other.toml"]).contains("other.toml cannot be read"));
    fs::write(scene.folder.path().join("other.toml"), "flush_ms = 7").unwrap();
    assert_eq!(scene.serve(&["--config", "other.toml"]).fanout.flush.as_millis(), 7);
}

#[test]
fn values_in_the_file_are_texts_numbers_switches_and_lists() {
    let file = r#"
        massive_key = "k"
        massive_tickers = ["IBM", "BRK.B"]
        allowed_origins = ["https://dash.example"]
        trust_forwarded = true
        connections_per_address = 0
        demo = false
    "#;
    let config = scene(Some(file), &[]).serve(&[]);
    assert_eq!(config.massive.key.as_ref().unwrap().reveal(), "k");
    assert_eq!(config.massive.tickers, "IBM,BRK.B".parse().unwrap());
    assert_eq!(config.origins.allowed, ["https://dash.example".into()]);
    assert!(config.origins.trust_forwarded);
    assert_eq!(config.limits.connections_per_address, 0);
    assert_eq!(config.limits.upgrades_per_s, 500);
    assert_eq!(config.demo.mode, DemoMode::Off);
    assert_eq!(config.listen.workers.get(), 3);
}

#[test]
fn an_origin_is_a_scheme_and_a_host() {
    let cases: [(&str, Option<&[&str]>); 9] = [
        ("", Some(&[])),
        ("https://Dash.example/, http://localhost:8080", Some(&["https://dash.example", "http://localhost:8080"])),
        ("*", Some(&["*"])),
        ("dash.example", None),
        ("https://dash.example/path", None),
        ("https://*.example", None),
        ("ftp://a", None),
        ("https://", None),
        ("https://me@a.example", None),
    ];
    for (text, expected) in cases {
        let parsed = scene(None, &[]).parse(&["serve", "--allowed-origins", text]).ok();
        let allowed = parsed.map(|cli| cli.config.origins.allowed);
        assert_eq!(
            allowed.as_ref().map(|list| list.iter().map(|o| &**o).collect::<Vec<_>>()).as_deref(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let variables = [
        ("UNDERCURRENT_MASSIVE_KEY", "hunter2"),
        ("UNDERCURRENT_MASSIVE_URL", "wss://me:hunter2@host/stocks?apiKey=hunter2"),
        ("UNDERCURRENT_DATABASE_URL", "postgres://me:hunter2@host/db"),
    ];
    let cli = scene(None, &variables).parse(&["serve"]).unwrap();
    assert!(!format!("{cli:?}").contains("hunter2"), "{cli:?}");
    assert_eq!(cli.config.store.url.reveal(), "postgres://me:hunter2@host/db");
}

#[test]
fn the_demo_is_on_by_itself_only_without_a_provider() {
    let cases: [(&[&str], bool); 5] = [
        (&[], true),
        (&["--massive-key", "k"], false),
        (&["--massive-key", "k", "--demo", "on"], true),
        (&["--demo", "off"], false),
        (&["--demo", "auto"], true),
    ];
    for (flags, expected) in cases {
        assert_eq!(scene(None, &[]).serve(flags).demo_is_on(), expected, "{flags:?}");
    }
}

#[test]
fn a_variable_that_is_no_setting_is_a_warning() {
    let config = scene(None, &[("UNDERCURRENT_FLUSHMS", "1"), ("UNDERCURRENT_CONFIG", ""), ("PATH", "/")]).serve(&[]);
    assert_eq!(
        config.warnings,
        ["UNDERCURRENT_FLUSHMS is no setting and has no effect: did you mean UNDERCURRENT_FLUSH_MS?"]
    );
}

#[test]
fn the_commands_take_what_they_need() {
    let parse = |args: &[&str]| scene(None, &[]).parse(args).map(|cli| cli.command);
    assert!(matches!(parse(&["serve"]), Ok(Command::Serve { replay: None })));
    let Ok(Command::Serve { replay: Some(replay) }) = parse(&["serve", "--replay", "ibm.ndjson.gz", "--speed", "10"])
    else {
        panic!("a replay")
    };
    assert_eq!((replay.file.to_str(), replay.speed), (Some("ibm.ndjson.gz"), crate::feed::replay::Speed::Times(10.0)));
    assert!(matches!(parse(&["record", "--out", "t", "--seconds", "5"]), Ok(Command::Record { seconds: Some(5), .. })));
    assert!(matches!(parse(&["check"]), Ok(Command::Check)));
    assert!(matches!(parse(&["health"]), Ok(Command::Health)));
    let wrong: [&[&str]; 6] = [
        &[],
        &["record"],
        &["dance"],
        &["serve", "--speed", "2"],
        &["serve", "--replay", "f", "--speed", "-1"],
        &["serve", "--flush", "3"],
    ];
    for args in wrong {
        assert!(matches!(parse(args), Err(ConfigError::Usage(_))), "{args:?}");
    }
}

#[test]
fn every_setting_is_read_and_listed_with_its_default() {
    let scene = scene(None, &[]);
    let resolved = resolve(&BTreeMap::new(), None, &scene.around).unwrap();
    let reader = Reader::new(&resolved);
    let config = Config::from_reader(&reader, &scene.around).unwrap();
    assert_eq!(config.warnings, [""; 0]);
    let listed: Vec<_> = SETTINGS.iter().map(|setting| setting.name).collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(reader.read.into_inner().into_iter().collect::<Vec<_>>(), sorted);

    let help = scene.refusal(&["--help"]);
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { "none" } else { setting.default };
        for part in [
            format!("--{} <", setting.flag()),
            format!("[env: {}]", setting.variable()),
            format!("[default: {default}]"),
        ] {
            // Help is wrapped.
            assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(&part), "{part} in {help}");
        }
    }
}
