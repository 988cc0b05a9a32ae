//! Where log lines go: standard error, for people or as one JSON object a line.

use std::io;

use tracing::Subscriber;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogFormat, LogSettings};

/// Makes the process log. Once, at its start.
///
/// # Errors
/// The process logs already.
pub fn init(settings: &LogSettings) -> Result<(), SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(subscriber(settings, io::stderr))
}

fn subscriber<W>(settings: &LogSettings, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // The settings were read with the same parser.
    let filter = EnvFilter::try_new(&*settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(writer);
    match settings.format {
        LogFormat::Text => Box::new(lines.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of a line at each of two levels.
    fn written(filter: &str, format: LogFormat) -> String {
        let page = Page::default();
        let writer = page.clone();
        let settings = LogSettings { filter: filter.into(), format };
        tracing::subscriber::with_default(subscriber(&settings, move || writer.clone()), || {
            tracing::info_span!("feed", name = "massive").in_scope(|| {
                tracing::info!(frames = 3, "connected");
                tracing::debug!("detail");
            });
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_below_the_filter_are_left_out() {
        assert_eq!(written("info", LogFormat::Text).lines().count(), 1);
        assert_eq!(written("info,undercurrent=debug", LogFormat::Text).lines().count(), 2);
        assert_eq!(written("off", LogFormat::Text), "");
    }

    #[test]
    fn a_json_line_holds_the_fields_and_the_span() {
        let line: serde_json::Value = serde_json::from_str(&written("info", LogFormat::Json)).unwrap();
        assert_eq!(line["message"], "connected");
        assert_eq!(line["frames"], 3);
        assert_eq!(line["span"]["name"], "feed");
        assert_eq!(line["level"], "INFO");
    }
}
