//! Builds everything and runs the server in the foreground, with a browser beside it.

use std::env;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::repo::Repo;
use crate::step::Steps;
use crate::{open, server};

const DEFAULT_PORT: u16 = 3000;

/// `undercurrent serve` with `args`. Does not return where a process can take another's place:
/// Ctrl-C and the exit code are then the server's own.
pub fn run(repo: &Repo, steps: &mut Steps, args: &[String]) -> Result<()> {
    let args = without_separator(args);
    let program = server::with_dashboard(repo, steps)?;
    steps.summary();
    let port = port(args, |name| env::var(name).ok());
    eprintln!("\n==> run the server: {} (Ctrl-C stops it)", open::page(port));
    open::in_the_background(repo, port);
    let mut command = repo.command(&program.to_string_lossy());
    replace_this_process(command.arg("serve").args(args))
}

#[cfg(unix)]
fn replace_this_process(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn replace_this_process(command: &mut Command) -> Result<()> {
    let status = command.status().context("cannot start the server")?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}

/// Arguments may be set apart with `--`, as cargo's are, or follow directly.
pub fn without_separator(args: &[String]) -> &[String] {
    match args {
        [first, rest @ ..] if first == "--" => rest,
        all => all,
    }
}

/// The port the server will listen on, as far as arguments and environment tell.
pub fn port(args: &[String], variable: impl Fn(&str) -> Option<String>) -> u16 {
    let flag = args.iter().enumerate().find_map(|(index, arg)| match arg.as_str() {
        "--listen" => args.get(index + 1).map(String::as_str),
        other => other.strip_prefix("--listen="),
    });
    flag.map(str::to_owned)
        .or_else(|| variable("UNDERCURRENT_LISTEN"))
        .or_else(|| variable("PORT"))
        .and_then(|address| address.rsplit(':').next()?.parse().ok())
        .unwrap_or(DEFAULT_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_page_that_is_opened_is_where_the_server_listens() {
        let cases = [
            ("", None, None, 3000),
            ("--replay day.ndjson --speed 10", None, None, 3000),
            ("--listen 127.0.0.1:4000", None, None, 4000),
            ("--speed 2 --listen=[::1]:4001", Some("0.0.0.0:5000"), None, 4001),
            ("", Some("0.0.0.0:5000"), Some("6000"), 5000),
            ("", None, Some("6000"), 6000),
            ("--listen", None, None, 3000),
        ];
        for (args, listen, port_variable, expected) in cases {
            let found = port(&words(args), |name| {
                let value = match name {
                    "UNDERCURRENT_LISTEN" => listen,
                    "PORT" => port_variable,
                    _ => None,
                };
                value.map(str::to_owned)
            });
            assert_eq!(found, expected, "{args:?} {listen:?} {port_variable:?}");
        }
    }

    #[test]
    fn arguments_may_be_set_apart() {
        assert_eq!(without_separator(&words("-- --speed 10")), words("--speed 10"));
        assert_eq!(without_separator(&words("--speed 10")), words("--speed 10"));
    }
}
