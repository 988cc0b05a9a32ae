//! `undercurrent check`: the odds provider is tried, and what is wrong is said in a sentence.

use serde_json::json;
use tests::app::World;
use tests::odds_provider::{Mischief, ODDS_KEY, OddsProvider};
use tests::process;

/// What it says of the odds provider, whether everything was well, and all it printed.
async fn check(arguments: Vec<String>) -> anyhow::Result<(String, bool, String)> {
    let checked = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir()?;
        let arguments: Vec<&str> =
            ["check", "--listen", "127.0.0.1:0"].into_iter().chain(arguments.iter().map(|text| &**text)).collect();
        process::output(&folder.path().join("test.db"), &arguments)
    });
    let done = checked.await??;
    let all = format!("{}{}", String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let odds = all.lines().find(|line| line.starts_with("odds ")).map(words).unwrap_or_default();
    Ok((odds, done.status.success(), all))
}

#[tokio::test]
async fn a_good_key_is_accepted_and_costs_nothing() -> anyhow::Result<()> {
    let provider = OddsProvider::start(json!([]), 480).await?;
    let (odds, well, all) = check(World::Odds(&provider).arguments()).await?;
    assert_eq!(odds, "odds ok the provider accepts the key; 480 requests are left this month");
    assert!(well && !all.contains(ODDS_KEY), "{all}");
    assert_eq!(provider.asked(), ["/v4/sports"]);
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_is_said_without_the_key() -> anyhow::Result<()> {
    let refused = json!({ "message": format!("{ODDS_KEY} is not valid"), "error_code": "INVALID_KEY" });
    for (mischief, expected) in [
        (
            Mischief::Status(401, refused),
            "odds WRONG the provider answers 401: (hidden) is not valid; check UNDERCURRENT_ODDS_API_KEY",
        ),
        (
            Mischief::Status(200, json!({ "hello": "you" })),
            "odds WRONG the answer is no list of sports: check UNDERCURRENT_ODDS_API_URL",
        ),
    ] {
        let provider = OddsProvider::start(json!([]), 480).await?;
        provider.misbehave(mischief);
        let (odds, well, all) = check(World::Odds(&provider).arguments()).await?;
        assert_eq!(odds, expected);
        assert!(!well && all.contains("1 of 6 checks failed") && !all.contains(ODDS_KEY), "{all}");
    }
    let gone = OddsProvider::start(json!([]), 480).await?;
    let nowhere = World::Odds(&gone).arguments();
    drop(gone);
    let (odds, well, all) = check(nowhere).await?;
    assert!(odds.starts_with("odds WRONG ") && !well && !all.contains(ODDS_KEY), "{all}");
    Ok(())
}

#[tokio::test]
async fn no_key_is_no_mistake() -> anyhow::Result<()> {
    let (odds, well, all) = check(World::Nothing.arguments()).await?;
    assert!(well, "{all}");
    assert_eq!(odds, "odds ok no key and no demo market: nothing will be shown but what others write or send");
    Ok(())
}
