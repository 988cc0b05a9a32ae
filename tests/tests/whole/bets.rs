//! `kill -9` in a stream of bets: what was confirmed is there once, whatever was asked how often.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde_json::Value;
use tests::app::{World, rows};
use tests::bettor::{Bettor, Offer, Story, Told};
use tests::bookmakers::Bookmakers;
use tests::http::Request;
use tests::process::{self, Process};
use tests::tokens;
use tests::wait::until;
use tokio::sync::watch;

/// All bettors come from one address, as fast as they can, to bookmakers who are asked often.
const SETTINGS: [(&str, &str); 6] = [
    ("connections-per-address", "0"),
    ("upgrades-per-s", "0"),
    ("messages-per-s", "0"),
    ("odds-api-key", "a-key"),
    ("odds-api-interval", "10"),
    ("odds-max-age-ms", "3600000"),
];

/// How much happens.
struct Plan {
    bettors: usize,
    /// Of each.
    bets: usize,
    kills: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bet_that_was_confirmed_survives_two_kills_once() -> anyhow::Result<()> {
    survive(&Plan { bettors: 20, bets: 100, kills: 2 }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; it prints what it measured"]
async fn every_bet_of_a_hundred_thousand_that_was_confirmed_survives_five_kills_once() -> anyhow::Result<()> {
    survive(&Plan { bettors: 200, bets: 500, kills: 5 }).await
}

async fn survive(plan: &Plan) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (database, server) = (folder.path().join("test.db"), process::address()?);
    let users: Vec<String> = (0..plan.bettors).map(|n| format!("bettor-{n}")).collect();
    let tokens = tokens::create(&database, &users).await?;
    let bookmakers = Bookmakers::open().await?;
    let url = bookmakers.url();
    let settings: Vec<(&str, &str)> = SETTINGS.into_iter().chain([("odds-api-url", &*url)]).collect();
    let start = async || Process::start(server, &database, World::Nothing, &settings).await;
    let mut process = start().await?;
    let offers = offers(server).await?;

    let (began, all) = (Instant::now(), plan.bettors * plan.bets);
    let (answered, mut count) = watch::channel(0);
    let answered = Arc::new(answered);
    let bettor = |token: &String| Bettor {
        server,
        token: token.clone(),
        offers: offers.clone(),
        bets: plan.bets,
        answered: answered.clone(),
    };
    let running: Vec<_> = tokens.iter().map(|token| tokio::spawn(bettor(token).run())).collect();
    for kill in 1..=plan.kills {
        count.wait_for(|count| *count >= kill * all / (plan.kills + 1)).await?;
        process.kill_9()?;
        process = start().await?;
    }
    let mut stories = Vec::new();
    for story in running {
        stories.push(story.await??);
    }
    let took = began.elapsed();

    let (mut placed, mut reasons) = (0, BTreeMap::new());
    for ((story, user), token) in stories.iter().zip(&users).zip(&tokens) {
        placed += agrees(server, story, user, token, &mut reasons).await.with_context(|| user.clone())?;
    }
    let sum = |count: fn(&Story) -> usize| stories.iter().map(count).sum::<usize>();
    let (again, had) = (sum(|story| story.sent_again), sum(|story| story.had_already));
    println!(
        "{all} bets of {} bettors with {} kills in {:.1} s ({:.0} a second): {placed} placed, {} rejected \
         {reasons:?}; {again} sent again unanswered, {had} of them were there already; {} connections, {} kB resident",
        plan.bettors,
        plan.kills,
        took.as_secs_f64(),
        all as f64 / took.as_secs_f64(),
        all - placed,
        sum(|story| story.connections),
        process.resident_kb()?,
    );
    // A market that was new when the server was killed may not be known at once. A rejection is an outcome like another.
    ensure!(placed > all / 2, "only {placed} of {all} bets were placed, so this says little");
    ensure!(again > 0, "nobody waited for an answer when the server was killed, so this says little");
    Ok(())
}

/// What the ledger has of a bettor against what they were told. How many bets were placed; counts why others were not.
async fn agrees(
    server: SocketAddr,
    story: &Story,
    user: &str,
    token: &str,
    reasons: &mut BTreeMap<String, usize>,
) -> anyhow::Result<usize> {
    let bets = Bettor::bets(server, token).await?;
    let mut told = BTreeMap::new();
    for bet in &bets {
        let text = |field: &str| bet[field].as_str().map(str::to_owned).context("a bet has texts");
        let became = if bet["status"] == "rejected" { Told::Rejected } else { Told::Placed(text("id")?) };
        let twice = told.insert(text("client_ref")?, became);
        ensure!(twice.is_none(), "{bet} is there twice");
    }
    ensure!(told == story.told, "told {:?}, kept {told:?}", story.told);
    let ids: BTreeSet<&str> = bets.iter().filter_map(|bet| bet["id"].as_str()).collect();
    ensure!(ids.len() == bets.len(), "two bets have one id");

    for reason in bets.iter().filter(|bet| bet["status"] == "rejected").filter_map(|bet| bet["reason"].as_str()) {
        // Without the figures of each.
        let reason = reason.split(char::is_numeric).next().unwrap_or(reason);
        *reasons.entry(reason.to_owned()).or_default() += 1;
    }
    let placed: Vec<&Value> = bets.iter().filter(|bet| bet["status"] != "rejected").collect();
    let staked: i64 = placed.iter().filter_map(|bet| cents(&bet["stake"])).sum();
    let exposure = Request::get(format!("/api/v1/topics/bets/{user}/exposure"));
    let exposure = exposure.header("authorization", &format!("Bearer {token}")).send(server).await?.json()?;
    let row = &exposure["rows"]["*"];
    let counted = [&row["open_bets"], &row["settled_bets"]].into_iter().filter_map(Value::as_u64).sum::<u64>();
    let stakes: i64 = [&row["open_stake"], &row["settled_stake"]].into_iter().filter_map(cents).sum();
    ensure!(
        (counted, stakes) == (placed.len() as u64, staked),
        "{row} instead of {} bets, {staked} cents",
        placed.len()
    );
    Ok(placed.len())
}

fn cents(money: &Value) -> Option<i64> {
    money.as_str()?.replace('.', "").parse().ok()
}

/// What can be bet on: every price of every board.
async fn offers(server: SocketAddr) -> anyhow::Result<Arc<[Offer]>> {
    let offers = until("markets with prices", async || {
        let mut offers = Vec::new();
        for sport in rows(server, "odds/sports").await?.keys() {
            for (market, row) in rows(server, &format!("odds/board/{sport}")).await? {
                for selection in row["selections"].as_array().into_iter().flatten() {
                    let books = selection["books"].as_object().into_iter().flatten();
                    offers.extend(books.map(|(book, _)| Offer {
                        market: market.clone(),
                        selection: selection["id"].as_str().unwrap_or_default().to_owned(),
                        book: book.clone(),
                    }));
                }
            }
        }
        Ok(Some(offers).filter(|offers| offers.len() >= 100))
    })
    .await?;
    Ok(offers.into())
}
