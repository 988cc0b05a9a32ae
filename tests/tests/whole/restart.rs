//! `kill -9` in the middle of a replay, with clients attached: they go on where they were.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use shared::link::{Config, Phase};
use shared::wire::Mode;
use tests::app::{World, rows, until_source_says};
use tests::client::Client;
use tests::market::{self, Ibm, add_up};
use tests::process::{self, Process};
use tests::replicas::Replicas;
use tests::wait::until;

const CLIENTS: usize = 200;
const SENTIMENT: &str = "darkpool/sentiment";

/// All clients come from one address, at once.
const SETTINGS: &[(&str, &str)] = &[("connections-per-address", "0"), ("upgrades-per-s", "0"), ("flush-ms", "100")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_resume_after_a_kill_in_the_middle_of_a_made_tape() -> anyhow::Result<()> {
    let frames = market::frames(60, 12, 60);
    let folder = tempfile::tempdir()?;
    let tape = folder.path().join("made.ndjson");
    market::write_tape(&tape, &frames)?;
    let sums = add_up(frames.iter().map(|frame| &*frame.text))?;
    let prints = sums.values().map(|sum| sum.prints).sum();
    let busiest = sums.iter().max_by_key(|(_, sum)| sum.prints).map(|(ticker, _)| format!("darkpool/ticker/{ticker}"));
    let ticker = busiest.unwrap_or_default();
    let topics: [&[&str]; 3] = [&[SENTIMENT], &["darkpool/top", "darkpool/tape"], &[&ticker, "darkpool/tape"]];
    survive(&tape, "1.5", &topics, prints).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_resume_after_a_kill_in_the_middle_of_a_recorded_tape() -> anyhow::Result<()> {
    let Some(ibm) = Ibm::find()? else { return Ok(()) };
    let topics: [&[&str]; 2] = [&[SENTIMENT, "darkpool/tape"], &["darkpool/ticker/IBM", "darkpool/top"]];
    survive(&ibm.tape, "40", &topics, ibm.expected["dark_prints"].as_u64().unwrap_or_default()).await
}

/// Plays a tape of so many prints, kills the server half way, starts it again and compares.
async fn survive(tape: &Path, speed: &str, topics: &[&[&str]], prints: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (database, address) = (folder.path().join("test.db"), process::address()?);
    let mut server = Process::start(address, &database, World::Tape(tape, speed), SETTINGS).await?;
    until("the first rows", async || Ok((shown(address).await? > 0).then_some(()))).await?;
    let followed = |number: usize| topics[number % topics.len()];
    // With the jitter of the protocol, or all would come back in the same millisecond.
    let config = |number: usize| Config { seed: number as u64, ..Config::default() };
    let clients: Vec<_> = (0..CLIENTS).map(|n| Client::with(address, followed(n), config(n))).collect();
    for (number, client) in clients.iter().enumerate() {
        client.until("first rows", |seen| followed(number).iter().all(|t| seen.position(t).is_some())).await?;
    }
    until("the middle", async || Ok((shown(address).await? >= prints / 2).then_some(()))).await?;
    let reached = shown(address).await?;
    ensure!(reached < prints, "the tape was over before the server was killed: {reached} of {prints} prints");
    server.kill_9()?;
    let killed = Instant::now();
    for client in &clients {
        client.until("the loss", |seen| seen.phase != Some(Phase::Live)).await?;
    }
    let before: Vec<Replicas> = clients.iter().map(Client::seen).collect();

    let _server = Process::start(address, &database, World::Tape(tape, "0"), SETTINGS).await?;
    until_source_says(address, "finished").await?;
    until("all prints", async || Ok((shown(address).await? == prints).then_some(()))).await?;
    let mut modes = [0, 0, 0];
    for (number, (client, before)) in clients.iter().zip(&before).enumerate() {
        client.until("the way back", |seen| seen.modes.len() > before.modes.len()).await?;
        for topic in followed(number) {
            // The slower topics may have a last change under way.
            until(&format!("client {number} to have the server's rows of {topic}"), async || {
                let same = client.seen().rows(topic) == rows(address, topic).await?;
                Ok(same.then_some(()))
            })
            .await?;
        }
        let seen = client.seen();
        ensure!(seen.snapshots == before.snapshots, "client {number} got a snapshot after its first");
        ensure!(
            (seen.duplicates, seen.gaps) == (0, 0),
            "client {number}: {} twice, {} lost, after {} polls",
            seen.duplicates,
            seen.gaps,
            seen.polls
        );
        for (_, mode) in &seen.modes[before.modes.len()..] {
            modes[match mode {
                Mode::Live => 0,
                Mode::Resumed => 1,
                Mode::Snapshot => 2,
            }] += 1;
        }
    }
    let [live, resumed, snapshots] = modes;
    println!(
        "{CLIENTS} clients, killed at {reached} of {prints} prints, all back at the head {:.1} s later: \
         {resumed} topics resumed, {live} live, {snapshots} snapshots",
        killed.elapsed().as_secs_f64()
    );
    ensure!(snapshots == 0 && resumed >= CLIENTS, "{resumed} resumed, {live} live, {snapshots} snapshots");
    Ok(())
}

/// How many prints the server shows.
async fn shown(address: SocketAddr) -> anyhow::Result<u64> {
    Ok(rows(address, SENTIMENT).await?.values().filter_map(|row| row["prints"].as_u64()).sum())
}
