//! The `undercurrent` command: reads the settings, then does what was asked for.

use std::process::ExitCode;

use undercurrent::command;
use undercurrent::config::{Cli, Command, ConfigError, Surroundings};
use undercurrent::observe::init_logs;

fn main() -> ExitCode {
    let cli = match Cli::parse(std::env::args_os(), &Surroundings::of_this_process()) {
        Ok(cli) => cli,
        Err(ConfigError::Usage(usage)) => usage.exit(),
        Err(error) => return fail(&error),
    };
    // `check` and `health` speak for themselves.
    if matches!(cli.command, Command::Serve { .. } | Command::Record { .. })
        && let Err(error) = init_logs(&cli.config.log)
    {
        return fail(&error);
    }
    cli.config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was installed already");
    }
    let workers = cli.config.listen.workers.get();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(command::run(&cli)),
        Err(error) => return fail(&error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&*error),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("undercurrent: {error}");
    ExitCode::FAILURE
}
