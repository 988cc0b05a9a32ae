//! `undercurrent load` against a server that tells the truth, and against some that do not.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, anyhow, bail};
use futures_util::SinkExt;
use shared::wire::SUBPROTOCOL;
use tests::app::{TestApp, World};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use undercurrent::command::load::{self, Report};
use undercurrent::config::{Cli, Command, Surroundings};

/// Runs the load with these arguments.
async fn run(server: SocketAddr, arguments: &[&str]) -> anyhow::Result<Report> {
    run_at(&format!("ws://{server}/ws"), arguments).await
}

async fn run_at(url: &str, arguments: &[&str]) -> anyhow::Result<Report> {
    let all = [&["undercurrent", "load", "--url", url], arguments].concat();
    let cli = Cli::parse(all, &Surroundings::of_this_process())?;
    let Command::Load(options) = cli.command else { bail!("it was asked to load") };
    Ok(tokio::task::spawn_blocking(move || load::run(&options)).await??)
}

const UNLIMITED: [(&str, &str); 2] = [("connections-per-address", "0"), ("upgrades-per-s", "0")];

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_told_the_truth_whatever_they_do() -> anyhow::Result<()> {
    let app = TestApp::with(World::Demo(30, 60), &UNLIMITED).await?;
    app.until_rows("darkpool/top", |rows| rows.len() == 30).await?;
    let some = "--clients 40 --seconds 3 --churn 40 --slow 5 --slow-bytes-per-s 20000 --half-open 5 --storm";
    let topics = ["--topics", "darkpool/top,darkpool/tape,darkpool/ticker/*"];
    let arguments: Vec<&str> = some.split(' ').chain(topics).collect();
    let report = run(app.address, &arguments).await?;
    assert_eq!(report.verified.faults.first, Vec::<String>::new());
    assert!(report.live >= 38, "{report:?}");
    assert!(report.delivered.updates > 0 && report.delivered.rows > 0, "{report:?}");
    assert!(report.verified.compared.len() > 2, "top, tape and tickers: {report:?}");
    let storm = report.storm.context("there was one")?;
    assert!(storm.all_live_s.is_some() && storm.clients > 30, "{storm:?}");
    // All go on where they were, but for a ticker of few rows, whose snapshot may be smaller than an update.
    assert!(storm.snapshots * 20 < storm.live + storm.resumed, "{storm:?}");
    assert!(report.server.context("it runs in this process")?.memory_before > 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_is_told_the_truth_too() -> anyhow::Result<()> {
    let app = TestApp::with(World::Demo(30, 60), &UNLIMITED).await?;
    app.until_rows("darkpool/sentiment", |rows| rows.len() == 30).await?;
    let arguments: Vec<&str> = "--clients 20 --seconds 2 --door darkpool --compression off".split(' ').collect();
    // On many machines a name of two addresses, of which only the second answers.
    let report = run_at(&format!("ws://localhost:{}/ws", app.address.port()), &arguments).await?;
    assert_eq!(report.verified.faults.first, Vec::<String>::new());
    assert!(report.delivered.updates > 0, "{report:?}");
    assert_eq!(report.verified.compared.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doors_with_boards_are_told_the_truth_by_what_v1_shows() -> anyhow::Result<()> {
    // Whatever is on a board moves each half second.
    let settings = [&UNLIMITED[..], &[("demo-changing", "100")]].concat();
    let app = TestApp::with(World::Demo(30, 60), &settings).await?;
    app.until_rows("odds/sports", |rows| rows.len() > 2).await?;
    for (door, seconds) in [("odds", "3"), ("sportsbooks", "8")] {
        let arguments = ["--clients", "24", "--door", door, "--seconds", seconds, "--churn", "4", "--storm"];
        let report = run(app.address, &arguments).await?;
        assert_eq!(report.verified.faults.first, Vec::<String>::new(), "{door}");
        assert!(report.url.ends_with(&format!("/ws/{door}")), "{}", report.url);
        assert!(report.live == 24 && report.delivered.updates > 0 && report.delivered.rows > 0, "{door}: {report:?}");
        assert!(report.verified.compared.len() > 2, "{door}: boards: {report:?}");
        assert!(report.connections.refused.is_empty(), "{door}: {report:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_is_not_asked_for_what_it_does_not_show() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let error = run(nowhere, &["--door", "odds", "--topics", "odds/arbs"]).await.unwrap_err();
    assert_eq!(error.to_string(), "the odds door does not show odds/arbs; it shows odds/board/*");
}

/// Ends TLS before a server, as a proxy does. Gives its address, and the certificate of who vouches for it.
async fn behind_tls(server: SocketAddr) -> anyhow::Result<(SocketAddr, String)> {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).map_err(|error| anyhow!(error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((outside, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let (mut outside, mut inside) = (acceptor.accept(outside).await?, TcpStream::connect(server).await?);
                tokio::io::copy_bidirectional(&mut outside, &mut inside).await
            });
        }
    });
    Ok((address, cert.pem()))
}

#[tokio::test(flavor = "multi_thread")]
async fn through_tls_the_truth_is_the_same() -> anyhow::Result<()> {
    let app = TestApp::with(World::Demo(30, 60), &UNLIMITED).await?;
    app.until_rows("darkpool/top", |rows| rows.len() == 30).await?;
    let (proxy, certificate) = behind_tls(app.address).await?;
    let (url, folder) = (format!("wss://{proxy}/ws"), tempfile::tempdir()?);
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, certificate)?;
    let ca = file.to_str().context("a path of ASCII")?;
    let report = run_at(&url, &["--ca", ca, "--clients", "20", "--seconds", "2", "--churn", "20", "--storm"]).await?;
    assert_eq!(report.verified.faults.first, Vec::<String>::new());
    assert_eq!((report.live, report.verified.compared.len(), &report.url), (20, 2, &url), "{report:?}");
    let storm = report.storm.context("there was one")?;
    assert!(report.delivered.updates > 0 && storm.all_live_s.is_some() && storm.snapshots == 0, "{storm:?}");

    // Nobody that browsers trust vouches for it.
    let error = run_at(&url, &["--clients", "1"]).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{proxy} cannot be reached: invalid peer certificate")), "{error}");
    // What is no certificate is none.
    std::fs::write(&file, "nothing")?;
    let error = run_at(&url, &["--ca", ca]).await.unwrap_err().to_string();
    assert!(error.contains("ca.pem holds no certificates"), "{error}");
    Ok(())
}

/// A server of one topic that says these updates to each client after a snapshot at 1, as `prev`, `seq`
/// and a row; the last client gets the last row wrong if `wrong` is given.
async fn liar(updates: &'static [(u64, u64, u32)], wrong: Option<u32>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let clients = Arc::new(AtomicUsize::new(0));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(lie(stream, updates, wrong, clients.clone()));
        }
    });
    Ok(address)
}

async fn lie(
    stream: TcpStream,
    updates: &[(u64, u64, u32)],
    wrong: Option<u32>,
    clients: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    // What the handshake's callback has to return.
    #[allow(clippy::result_large_err, clippy::unnecessary_wraps)]
    let agree = |_: &Request, mut response: Response| {
        response.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().expect("a header's value"));
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, agree).await?;
    let wrong = wrong.filter(|_| clients.fetch_add(1, Ordering::Relaxed) == 1);
    let begun = r#"{"topic":"darkpool/top","epoch":"e","seq":1,"mode":"snapshot","pace_ms":0}"#;
    let subscribed = format!(r#"{{"type":"subscribed","id":1,"topics":[{begun}]}}"#);
    let snapshot = r#"{"type":"snapshot","topic":"darkpool/top","epoch":"e","seq":1,"ts":1,"rows":{"A":1}}"#;
    for text in [&subscribed, snapshot] {
        socket.send(Message::text(text)).await?;
    }
    for (index, (prev, seq, row)) in updates.iter().enumerate() {
        let row = wrong.filter(|_| index + 1 == updates.len()).unwrap_or(*row);
        let head = format!(r#"{{"type":"update","topic":"darkpool/top","epoch":"e","prev":{prev},"seq":{seq}"#);
        socket.send(Message::text(format!(r#"{head},"ts":1,"merged":1,"set":{{"A":{row}}},"del":[]}}"#))).await?;
    }
    // Until the client has seen enough.
    futures_util::StreamExt::for_each(socket, async |_| {}).await;
    Ok(())
}

async fn two_clients_of(address: SocketAddr) -> anyhow::Result<Report> {
    run(address, &["--clients", "2", "--seconds", "1", "--topics", "darkpool/top", "--compression", "off"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_server_that_is_not_there() -> anyhow::Result<()> {
    let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let error = run(free, &[]).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{free} cannot be reached: ")), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_left_out_is_reported_by_everyone_who_misses_it() -> anyhow::Result<()> {
    let report = two_clients_of(liar(&[(1, 2, 2), (3, 4, 4), (4, 5, 5)], None).await?).await?;
    assert_eq!(report.verified.faults.of("gap"), 2, "{report:?}");
    let described = "client 0, darkpool/top: a gap: the client is at 2, the update leads from 3 to 4";
    assert!(report.verified.faults.first.iter().any(|fault| fault == described), "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_comes_twice_is_reported() -> anyhow::Result<()> {
    let report = two_clients_of(liar(&[(1, 2, 2), (1, 2, 2)], None).await?).await?;
    assert_eq!(report.verified.faults.of("duplicate"), 2, "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_only_one_client_sees_is_reported() -> anyhow::Result<()> {
    let report = two_clients_of(liar(&[(1, 2, 2), (2, 3, 3)], Some(9)).await?).await?;
    assert_eq!(report.verified.faults.of("rows"), 1, "{report:?}");
    assert_eq!(report.verified.faults.of("http"), 1, "it shows no rows over HTTP: {report:?}");
    Ok(())
}
