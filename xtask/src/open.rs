//! Opens the dashboard in a browser once the server answers.
//!
//! This runs as a process of its own beside the server, which has by then taken xtask's place.
//! It is a courtesy: whatever goes wrong here is nobody's error.

use std::env;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::repo::Repo;

/// The name under which xtask calls itself for this.
pub const TASK: &str = "open-when-up";

const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// Starts the process that waits for `port` and opens the page there.
pub fn in_the_background(repo: &Repo, port: u16) {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let (Some(_), Ok(xtask)) = (opener(env::consts::OS, has_display), env::current_exe()) else {
        return;
    };
    let mut command = repo.command(&xtask.to_string_lossy());
    command.args([TASK, &port.to_string()]);
    // Nobody waits for it: it ends by itself, and with it what it started.
    let _ = quiet(&mut command).spawn();
}

/// Waits until the port named in `args` takes connections, and opens the page there.
pub fn when_up(args: &[String]) -> Result<()> {
    let port: u16 = args.join("").parse()?;
    let start = Instant::now();
    while TcpStream::connect(("localhost", port)).is_err() {
        if start.elapsed() > PATIENCE {
            return Ok(());
        }
        sleep(PAUSE);
    }
    if let Some(program) = opener(env::consts::OS, true) {
        let _ = quiet(Command::new(program).arg(page(port))).status();
    }
    Ok(())
}

/// The address of the dashboard on this machine.
pub fn page(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The program that opens an address as the person's desktop would. Without a display, Linux's
/// may start a text browser in the terminal, and nobody asked for that.
fn opener(system: &str, has_display: bool) -> Option<&'static str> {
    match system {
        "macos" => Some("open"),
        "windows" => Some("explorer"),
        _ if has_display => Some("xdg-open"),
        _ => None,
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_a_display_gets_no_browser() {
        assert_eq!(opener("linux", false), None);
        assert_eq!(opener("linux", true), Some("xdg-open"));
        assert_eq!(opener("macos", false), Some("open"));
    }
}
