//! One step of a task: says what it does, does it, says how long it took.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The steps of the running task, in the order they ended.
#[derive(Default)]
pub struct Steps {
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// Runs a program and lets it print. Fails when it does.
    pub fn run(&mut self, what: &str, command: &mut Command) -> Result<()> {
        let line = command_line(command);
        self.time(&format!("{what}: {line}"), what, || {
            let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
            if !status.success() {
                bail!("could not {what}: `{line}` ended with {status}");
            }
            Ok(())
        })
    }

    /// Runs a program whose output is of interest only when it fails, and shows it then.
    pub fn run_quietly(&mut self, what: &str, command: &mut Command) -> Result<()> {
        let line = command_line(command);
        self.time(&format!("{what}: {line}"), what, || {
            let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
            if !output.status.success() {
                eprint!("{}", String::from_utf8_lossy(&output.stdout));
                eprint!("{}", String::from_utf8_lossy(&output.stderr));
                bail!("could not {what}: `{line}` ended with {}", output.status);
            }
            Ok(())
        })
    }

    /// Does something that is not a program of its own.
    pub fn call<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.time(what, what, work)
    }

    /// The steps and their times once more, together: the lines above them may be thousands.
    pub fn summary(&self) {
        if self.done.len() > 1 {
            eprint!("{}", table(&self.done));
        }
    }

    fn time<T>(&mut self, announcement: &str, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n==> {announcement}");
        let start = Instant::now();
        let result = work()?;
        let took = start.elapsed();
        eprintln!("    {what}: done in {}", seconds(took));
        self.done.push((what.to_owned(), took));
        Ok(result)
    }
}

/// What a person would type, short of quoting.
fn command_line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, argument| line + " " + &argument.to_string_lossy())
}

fn table(done: &[(String, Duration)]) -> String {
    let total = done.iter().map(|(_, took)| took).sum();
    let mut text = String::from("\n");
    for (what, took) in done.iter().map(|(w, t)| (w.as_str(), *t)).chain([("total", total)]) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>10}  {what}", seconds(took));
    }
    text
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_printed_as_it_would_be_typed() {
        let mut command = Command::new("cargo");
        command.args(["build", "--release"]);
        assert_eq!(command_line(&command), "cargo build --release");
    }

    #[test]
    fn the_summary_lists_every_step_and_their_sum() {
        let done =
            [("build".to_owned(), Duration::from_millis(61_250)), ("test".to_owned(), Duration::from_millis(1_000))];
        assert_eq!(table(&done), "\n    61.2 s  build\n     1.0 s  test\n    62.2 s  total\n");
    }

    #[test]
    fn a_step_that_fails_is_named_with_its_command() {
        let mut steps = Steps::default();
        let error = steps
            .run_quietly("ask cargo for the moon", Command::new("cargo").arg("--moon"))
            .expect_err("cargo has no such option");
        let text = error.to_string();
        assert!(text.starts_with("could not ask cargo for the moon: `cargo --moon` ended"), "{text}");
        assert!(steps.done.is_empty());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error =
            Steps::default().run("dance", &mut Command::new("no-such-program")).expect_err("there is no such program");
        assert_eq!(error.to_string(), "cannot start `no-such-program`");
    }
}
