//! `undercurrent load`: thousands of clients in one thread, each of which checks what it is told.
//!
//! Pure parts read ([`read`]), compare ([`mod@reference`], [`verify`]) and count ([`tally`]); [`client`] and
//! [`driver`] have the sockets; [`run`] tells what happens when; [`report`] is what comes out.

mod chance;
mod client;
mod dial;
mod door;
mod driver;
mod exposition;
mod fault;
mod hearing;
mod http;
mod options;
mod plan;
mod probe;
mod read;
mod reference;
mod report;
mod run;
mod tally;
mod text;
mod verify;

pub use door::Door;
pub use fault::Faults;
pub use options::{Family, Format, Options, Slow, Target, Wanted, arguments};
pub use report::{Delivered, Report, Server, Storm, Verified};
pub use run::{LoadError, run};

use super::Outcome;

/// Runs, prints, and fails when anyone was told something wrong.
pub(super) async fn command(options: &Options) -> Outcome {
    // Every client is a file descriptor.
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    if files < options.clients as u64 + 64 {
        return Err(
            format!("{} clients need as many open files, and the system allows {files}", options.clients).into()
        );
    }
    let chosen = options.clone();
    // One thread does it all, and it blocks.
    let report = tokio::task::spawn_blocking(move || run(&chosen)).await??;
    match options.format {
        Format::Text => print!("{}", text::Text(&report)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        Format::Prometheus => print!("{}", exposition::exposition(&report)),
    }
    let errors = report.verified.faults.total;
    if errors == 0 { Ok(()) } else { Err(format!("{errors} verification errors").into()) }
}
