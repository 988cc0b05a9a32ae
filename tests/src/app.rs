//! A server inside the test's own process, on a free port, with a database that goes with it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;
use tempfile::TempDir;
use undercurrent::command::serve::{self, Running};
use undercurrent::config::{Cli, Command, Surroundings};

use crate::client::Client;
use crate::http::{Request, Response};
use crate::provider::{KEY, StandInProvider};
use crate::wait::until;

/// What a server shows.
#[derive(Clone, Copy)]
pub enum World<'a> {
    /// A small demo market: as many stocks, as many trades a second.
    Demo(u32, u32),
    /// A tape, so many times as fast as it was; 0: as fast as it goes.
    Tape(&'a Path, &'a str),
    /// What a stand-in provider sends.
    Provider(&'a StandInProvider),
    /// Nothing at all.
    Nothing,
}

impl World<'_> {
    /// The arguments that choose it.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        match self {
            World::Demo(tickers, rate) => {
                let (tickers, rate) = (tickers.to_string(), rate.to_string());
                let stocks = ["--demo", "on", "--demo-tickers", &tickers, "--demo-rate", &rate];
                texts(&[&stocks[..], &["--demo-markets", "40", "--demo-books", "4"]].concat())
            }
            World::Tape(path, speed) => texts(&["--replay", &path.to_string_lossy(), "--speed", speed]),
            World::Provider(provider) => texts(&["--massive-key", KEY, "--massive-url", &provider.url()]),
            World::Nothing => texts(&["--demo", "off"]),
        }
    }
}

/// A running server. It ends when it is dropped.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    running: Option<Running>,
    _folder: Option<TempDir>,
}

impl TestApp {
    /// Starts one with a database of its own.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start(world: World<'_>) -> anyhow::Result<TestApp> {
        TestApp::with(world, &[]).await
    }

    /// The same with settings, as `("heartbeat-ms", "200")`.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn with(world: World<'_>, settings: &[(&str, &str)]) -> anyhow::Result<TestApp> {
        let folder = tempfile::tempdir()?;
        let app = TestApp::on(&folder.path().join("test.db"), world, settings).await?;
        Ok(TestApp { _folder: Some(folder), ..app })
    }

    /// The same with a database that stays.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn on(database: &Path, world: World<'_>, settings: &[(&str, &str)]) -> anyhow::Result<TestApp> {
        let mut arguments = vec!["undercurrent".to_owned(), "serve".to_owned()];
        arguments.extend(["--listen".to_owned(), "127.0.0.1:0".to_owned()]);
        arguments.extend(["--database-url".to_owned(), format!("sqlite://{}", database.display())]);
        arguments.extend(world.arguments());
        arguments.extend(settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]));
        let around = Surroundings {
            variables: BTreeMap::new(),
            folder: PathBuf::from("/"),
            container: false,
            cores: NonZeroUsize::MIN,
        };
        let cli = Cli::parse(arguments, &around)?;
        let Command::Serve { replay } = &cli.command else { bail!("it was asked to serve") };
        let running = serve::start(&cli.config, replay.as_ref()).await?;
        Ok(TestApp { address: running.address, running: Some(running), _folder: None })
    }

    /// Asks it to stop, as a signal does, and waits until it has.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// `GET path`
    ///
    /// # Errors
    /// No answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<Response> {
        Request::get(path).send(self.address).await
    }

    /// A topic's rows.
    ///
    /// # Errors
    /// There is no such topic.
    pub async fn rows(&self, topic: &str) -> anyhow::Result<BTreeMap<String, Value>> {
        rows(self.address, topic).await
    }

    /// A client that follows topics.
    #[must_use]
    pub fn client(&self, topics: &[&str]) -> Client {
        Client::follow(self.address, topics)
    }

    /// Waits until a topic's rows satisfy `wanted`.
    ///
    /// # Errors
    /// They do not, in time.
    pub async fn until_rows(
        &self,
        topic: &str,
        wanted: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> anyhow::Result<BTreeMap<String, Value>> {
        until(&format!("rows of {topic}"), async || Ok(Some(self.rows(topic).await?).filter(|rows| wanted(rows)))).await
    }

    /// Waits until the source says something.
    ///
    /// # Errors
    /// It does not, in time.
    pub async fn until_source_says(&self, part: &str) -> anyhow::Result<()> {
        until_source_says(self.address, part).await
    }
}

/// A topic's rows at a server.
///
/// # Errors
/// There is no such topic.
pub async fn rows(server: SocketAddr, topic: &str) -> anyhow::Result<BTreeMap<String, Value>> {
    let answer = Request::get(format!("/api/v1/topics/{topic}")).send(server).await?;
    anyhow::ensure!(answer.status == 200, "{topic}: {}", String::from_utf8_lossy(&answer.body));
    let Value::Object(rows) = answer.json()?["rows"].take() else { bail!("{topic} has no rows") };
    Ok(rows.into_iter().collect())
}

/// Waits until a server's source says something, as `finished`.
///
/// # Errors
/// It does not, in time.
pub async fn until_source_says(server: SocketAddr, part: &str) -> anyhow::Result<()> {
    until(&format!("a source that says {part:?}"), async || {
        let ready = Request::get("/readyz").send(server).await?.json()?;
        let sources = ready["sources"].as_object().context("readyz names the sources")?;
        let says = |source: &Value| source["message"].as_str().is_some_and(|message| message.contains(part));
        Ok(sources.values().any(says).then_some(()))
    })
    .await
}

/// The value of a series of `/metrics`.
///
/// # Errors
/// There is no such series.
pub async fn metric(server: SocketAddr, series: &str) -> anyhow::Result<f64> {
    let answer = Request::get("/metrics").send(server).await?;
    let line = answer.text()?.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    Ok(line.with_context(|| format!("no {series} in /metrics"))?.parse()?)
}
