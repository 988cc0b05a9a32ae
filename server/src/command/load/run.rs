//! A run from beginning to end: everyone joins, is measured, is perhaps dropped and comes back, and at
//! the end has to have what the HTTP entrance shows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use shared::stream::{Epoch, Topic};
use shared::wire::{Fields, ServerMsg};
use thiserror::Error;

use super::client::Kind;
use super::dial::{Dial, DialError};
use super::door::Door;
use super::driver::Driver;
use super::fault::Wrong;
use super::http;
use super::options::{Family, Options, Wanted};
use super::plan::plans;
use super::probe::{Probe, Usage, own_cpu_s};
use super::report::{Delivered, HalfOpen, Report, Server, Storm, Verified, float, per};
use super::tally::Tally;
use super::verify::Compared;

/// Joining may take so long beside what its rate needs.
const JOIN_WITHIN: Duration = Duration::from_secs(60);
/// After joining, until measuring begins.
const SETTLE: Duration = Duration::from_secs(1);
/// A storm may take so long.
const STORM_WITHIN: Duration = Duration::from_secs(120);
/// At the end everyone has so long to get as far as the HTTP entrance is.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(30);
/// How often a snapshot is asked for again when no client was where it is.
const ASKS: usize = 50;
/// Between two of them.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Why there is no result.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The system fails.
    #[error("the load cannot be driven: {0}")]
    System(#[from] io::Error),
    /// There is no way to the server.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// What there is of a kind cannot be had.
    #[error("{0} cannot be read over HTTP, or lists nothing")]
    List(&'static str),
    /// The door has other topics.
    #[error("the {0} door does not show {1}; it shows {list}", list = listed(&.0.usual()))]
    Shows(Door, Wanted),
    /// No client became live.
    #[error("no client became live; {0}")]
    Nobody(String),
}

/// Puts the load on the server and says what it showed.
///
/// # Errors
/// There is nothing to say.
pub fn run(options: &Options) -> Result<Report, LoadError> {
    if let Some(other) = options.topics.iter().find(|wanted| !options.door.shows(wanted)) {
        return Err(LoadError::Shows(options.door, other.clone()));
    }
    let dial = Dial::find(&options.target, options.authorities.as_deref())?;
    let probe = Probe::find(&dial, options.server_pid);
    let mut families = BTreeMap::new();
    for wanted in &options.topics {
        if let Wanted::Each(family) = wanted {
            families.insert(*family, list(*family, &dial)?);
        }
    }
    let before = probe.usage();
    let mut driver = Driver::new(options, &families, dial, probe.clone())?;
    let joined = join(&mut driver)?;
    let live = driver.around.live;
    if live == 0 {
        let connections = &driver.around.connections;
        let reasons = [&connections.failed, &connections.closed, &connections.refused].map(|r| format!("{r:?}"));
        return Err(LoadError::Nobody(format!("failed, closed, refused: {}", reasons.join(", "))));
    }
    driver.turn(SETTLE, |_| false)?;
    let memory_live = driver.look_at_memory();
    driver.clients.iter_mut().for_each(|client| client.was_live = client.is_live());
    let vanished = driver.vanish();
    let measured = measure(&mut driver, &probe)?;
    let storm = if options.storm { Some(storm(&mut driver)?) } else { None };
    let compared = finish(&mut driver)?;
    let half_open =
        (options.half_open_percent > 0).then(|| HalfOpen { clients: vanished, given_up: driver.given_up() });
    let seconds = measured.seconds;
    let mut report = Report {
        url: options.target.url(options.door),
        clients: options.clients,
        live,
        joined_s: joined.as_secs_f64(),
        measured_s: seconds,
        delivered: Delivered::of(&measured.tally, seconds),
        latency_ms: measured.tally.published.percentiles(),
        latency_from_source_ms: measured.tally.source.percentiles(),
        server: server(before, &measured, &driver, memory_live, probe.pid()),
        plans: Vec::new(),
        half_open,
        storm,
        verified: Verified {
            faults: driver.around.faults.clone(),
            compared,
            unverifiable: driver.around.verifier.unverifiable,
        },
        load_cpu_s: measured.own_cpu_s,
        connections: driver.around.connections,
    };
    report.plans = plans(&report);
    Ok(report)
}

/// Everyone connects and follows its topics. How long it took.
fn join(driver: &mut Driver) -> io::Result<Duration> {
    let began = Instant::now();
    let clients = driver.clients.len();
    // Those who read slowly have their first snapshots when they have them.
    let wanted = driver.clients.iter().filter(|client| client.kind != Kind::Slow).count();
    let rate = u32::try_from(clients).unwrap_or(u32::MAX) / driver.connect_per_s.max(1);
    let needed = if driver.connect_per_s == 0 { 0 } else { rate };
    driver.turn(JOIN_WITHIN + Duration::from_secs(needed.into()), |d| d.fast_live() >= wanted)?;
    Ok(began.elapsed())
}

/// What was measured.
struct Measured {
    seconds: f64,
    tally: Tally,
    /// What the server had used at the beginning and at the end.
    used: Option<(Usage, Usage)>,
    own_cpu_s: Option<f64>,
}

fn measure(driver: &mut Driver, probe: &Probe) -> io::Result<Measured> {
    let (before, own) = (probe.usage(), own_cpu_s());
    let began = Instant::now();
    driver.around.tally = Tally::default();
    driver.churn_per_s = driver.around.options.churn_per_s;
    driver.turn(driver.around.options.measure, |_| false)?;
    let tally = std::mem::take(&mut driver.around.tally);
    let seconds = began.elapsed().as_secs_f64();
    let (after, own_after) = (probe.usage(), own_cpu_s());
    driver.churn_per_s = 0;
    let own_cpu_s = own_after.zip(own).map(|(after, before)| after - before);
    Ok(Measured { seconds, tally, used: before.zip(after), own_cpu_s })
}

fn server(
    before: Option<Usage>,
    measured: &Measured,
    driver: &Driver,
    memory_live: Option<u64>,
    pid: Option<u32>,
) -> Option<Server> {
    let (first, (begin, end)) = before.zip(measured.used)?;
    let cpu_s = end.cpu_s - begin.cpu_s;
    let open = driver.clients.iter().filter(|client| client.is_open()).count();
    Some(Server {
        pid,
        cpu_s,
        updates_per_cpu_s: per(measured.tally.updates, cpu_s),
        rows_per_cpu_s: per(measured.tally.rows, cpu_s),
        memory_before: first.memory,
        memory_live: memory_live.unwrap_or(begin.memory),
        memory_after: end.memory,
        memory_peak: driver.memory_peak.max(end.memory),
        memory_per_connection: per(end.memory.saturating_sub(first.memory), float(open as u64)),
    })
}

/// Drops everyone and waits until all are back.
fn storm(driver: &mut Driver) -> io::Result<Storm> {
    driver.turn(CATCH_UP_WITHIN, all_back)?;
    let memory_before = driver.look_at_memory();
    driver.memory_peak = memory_before.unwrap_or(0);
    driver.connect_per_s = 0;
    let (connections, faults) = (driver.around.connections.clone(), driver.around.faults.clone());
    let began = Instant::now();
    let clients = driver.drop_all();
    let all = driver.turn(STORM_WITHIN, |d| d.fast_live() >= clients)?;
    let took = began.elapsed().as_secs_f64();
    // What follows the subscriptions counts too.
    driver.turn(SETTLE, |_| false)?;
    let (now, wrong) = (&driver.around.connections, &driver.around.faults);
    Ok(Storm {
        clients,
        all_live_s: all.then_some(took),
        live: now.live - connections.live,
        resumed: now.resumed - connections.resumed,
        snapshots: now.snapshot - connections.snapshot,
        gaps: wrong.of("gap") - faults.of("gap"),
        duplicates: wrong.of("duplicate") - faults.of("duplicate"),
        memory_before,
        memory_peak: memory_before.map(|_| driver.memory_peak),
    })
}

/// Whether everyone who was live and is not gone for good is live.
fn all_back(driver: &mut Driver) -> bool {
    driver.clients.iter().all(|client| client.is_live() || client.is_vanished() || !client.was_live)
}

/// Everyone gets as far as the HTTP entrance is, and has what it shows. Gives the topics that were
/// compared, and where.
fn finish(driver: &mut Driver) -> io::Result<BTreeMap<String, u64>> {
    driver.slow = false;
    driver.turn(CATCH_UP_WITHIN, all_back)?;
    for number in 0..driver.clients.len() {
        let client = &driver.clients[number];
        if client.was_live && !client.is_live() && !client.is_vanished() {
            driver.wrong(Some(number), "", Wrong::NotLive);
        }
    }
    let live = driver.clients.iter().filter(|client| client.is_live());
    let topics: BTreeSet<Topic> = live.flat_map(|c| c.follows.iter().map(|f| f.topic.clone())).collect();
    let mut compared = BTreeMap::new();
    let mut heads = Vec::new();
    for topic in &topics {
        match compare(driver, topic)? {
            Ok((epoch, seq)) => {
                compared.insert(topic.to_string(), seq);
                heads.push((topic.clone(), epoch, seq));
            }
            Err(wrong) => driver.wrong(None, topic.as_str(), wrong),
        }
    }
    driver.turn(CATCH_UP_WITHIN, |d| behind(d, &heads).is_empty())?;
    for (number, topic, wrong) in behind(driver, &heads) {
        driver.wrong(Some(number), topic.as_str(), wrong);
    }
    Ok(compared)
}

/// Asks for a topic's rows while everyone goes on, until some client has been where they are.
fn compare(driver: &mut Driver, topic: &Topic) -> io::Result<Result<(Epoch, u64), Wrong>> {
    for _ in 0..ASKS {
        let (sender, receiver) = mpsc::channel();
        let (dial, path) = (driver.around.dial.clone(), format!("/api/v1/topics/{topic}"));
        let asking = std::thread::spawn(move || sender.send(http::get(&dial, &path)));
        let mut answer = None;
        driver.turn(CATCH_UP_WITHIN, |_| {
            answer = receiver.try_recv().ok();
            answer.is_some() || asking.is_finished()
        })?;
        let text = match answer.or_else(|| receiver.try_recv().ok()) {
            Some(Ok(text)) => text,
            Some(Err(error)) => return Ok(Err(Wrong::Http(error.to_string()))),
            None => return Ok(Err(Wrong::Http("there was no answer".into()))),
        };
        match driver.around.verifier.compare_http(topic.as_str(), &text) {
            Some(Compared::Equal { epoch, seq }) => return Ok(Ok((epoch, seq))),
            Some(Compared::Differs(wrong)) => return Ok(Err(wrong)),
            Some(Compared::Elsewhere) => drop(driver.turn(ASK_AGAIN, |_| false)?),
            None => return Ok(Err(Wrong::Http("what it answers is no snapshot".into()))),
        }
    }
    Ok(Err(Wrong::Http(format!("in {ASKS} tries no client was where it was"))))
}

/// Clients that are not yet where the HTTP entrance was.
fn behind<'a>(driver: &Driver, heads: &'a [(Topic, Epoch, u64)]) -> Vec<(usize, &'a Topic, Wrong)> {
    let mut found = Vec::new();
    for client in driver.clients.iter().filter(|client| client.is_live()) {
        for follow in &client.follows {
            let Some((topic, epoch, seq)) = heads.iter().find(|(topic, ..)| *topic == follow.topic) else { continue };
            let at = driver.around.verifier.position(topic.as_str(), &follow.follower);
            // Another epoch came after it.
            let there = at.is_some_and(|(here, at)| here != epoch || at >= *seq);
            if !there {
                let at = at.map_or(0, |(_, at)| at);
                found.push((client.number, topic, Wrong::Behind { at, seq: *seq }));
            }
        }
    }
    found
}

/// The topics of a kind that the server has something to say of.
fn list(family: Family, dial: &Dial) -> Result<Vec<Topic>, LoadError> {
    let (listed, prefix, counted) = match family {
        Family::Tickers => ("darkpool/sentiment", "darkpool/ticker", None),
        Family::Boards => ("odds/sports", "odds/board", Some("markets")),
    };
    let text = http::get(dial, &format!("/api/v1/topics/{listed}")).unwrap_or_default();
    let Ok(Some(ServerMsg::Snapshot(snapshot))) = ServerMsg::parse(&text) else { return Err(LoadError::List(listed)) };
    let has_some = |row: &str| {
        counted.is_none_or(|field| Fields::of(row).and_then(|row| row.plain::<u32>(field)).is_some_and(|n| n > 0))
    };
    let rows = snapshot.rows.iter().filter(|(_, row)| has_some(row.get()));
    let topics: Vec<Topic> = rows.filter_map(|(key, _)| format!("{prefix}/{key}").parse().ok()).collect();
    if topics.is_empty() { Err(LoadError::List(listed)) } else { Ok(topics) }
}

fn listed(wanted: &[Wanted]) -> String {
    wanted.iter().map(Wanted::to_string).collect::<Vec<_>>().join(",")
}
