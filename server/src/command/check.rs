//! `undercurrent check`: reads the configuration, tries each part of it, says what is wrong.

use std::time::Duration;

use shared::wire::SourceState;
use tokio::net::TcpListener;

use super::{Outcome, massive_settings, odds_api_settings};
use crate::access::Jwt;
use crate::config::Config;
use crate::feed::{Source, massive, odds_api, wall_now};
use crate::store::TokenStore;

/// How long a provider may take to accept us.
const PATIENCE: Duration = Duration::from_secs(15);

/// Prints every setting and what trying it showed.
pub(super) async fn run(config: &Config) -> Outcome {
    for setting in config.redacted() {
        println!("{:<26} {:<40} {}", setting.name, setting.value, setting.whence);
    }
    println!();
    let findings = [
        ("listen", listen(config).await),
        ("store", store(config).await),
        ("tokens", tokens(config).await),
        ("jwt", jwt(config).await),
        ("stocks", stocks(config).await),
        ("odds", odds(config).await),
    ];
    let (mut wrong, tried) = (0, findings.len());
    for (what, finding) in findings {
        let (mark, sentence) = match &finding {
            Ok(sentence) => ("ok", sentence),
            Err(sentence) => ("WRONG", sentence),
        };
        wrong += u32::from(finding.is_err());
        println!("{what:<8} {mark:<6} {sentence}");
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of {tried} checks failed").into()) }
}

async fn listen(config: &Config) -> Result<String, String> {
    let address = config.listen.address;
    match TcpListener::bind(address).await {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) => Err(format!("{address}: {error}; stop what uses it or set UNDERCURRENT_LISTEN")),
    }
}

async fn store(config: &Config) -> Result<String, String> {
    match crate::store::open(config.store.url.reveal()).await {
        Ok(_) => Ok("can be opened and written".into()),
        Err(error) => Err(error.to_string()),
    }
}

async fn tokens(config: &Config) -> Result<String, String> {
    let store = TokenStore::open(config.store.url.reveal()).await.map_err(|error| error.to_string())?;
    let Some(store) = store else {
        return Ok("a database in memory keeps none".into());
    };
    match store.list().await.map_err(|error| error.to_string())?.iter().filter(|t| t.revoked.is_none()).count() {
        0 => Ok("there are none; `undercurrent token create` makes one".into()),
        count => Ok(format!("{count} that were not revoked")),
    }
}

async fn jwt(config: &Config) -> Result<String, String> {
    match Jwt::new(config.jwt.clone()).await.map_err(|error| error.to_string())? {
        None => Ok("JSON Web Tokens are not taken: no key is set".into()),
        Some(jwt) if jwt.keys() == 0 => Err("jwks_url gives no RSA key for RS256: check the address".into()),
        Some(jwt) => Ok(format!("{} keys for JSON Web Tokens", jwt.keys())),
    }
}

async fn stocks(config: &Config) -> Result<String, String> {
    let Some(settings) = massive_settings(config) else { return Ok(without_key(config)) };
    let source = Source::new("massive", wall_now());
    let (events, mut decoded) = tokio::sync::mpsc::channel(16);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut feed = tokio::spawn(massive::run(settings, source.clone(), events, None, stopped));
    let accepted = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        while source.state() == SourceState::Down {
            tick.tick().await;
        }
    };
    let drain = async { while decoded.recv().await.is_some() {} };
    let live = tokio::select! {
        () = accepted => true,
        _ = &mut feed => false,
        () = drain => false,
        () = tokio::time::sleep(PATIENCE) => false,
    };
    stop.send_replace(true);
    let (message, _) = source.detail();
    if live { Ok("the provider accepts the key and the subscriptions".into()) } else { Err(message.into()) }
}

async fn odds(config: &Config) -> Result<String, String> {
    let Some(settings) = odds_api_settings(config) else { return Ok(without_key(config)) };
    let quota = odds_api::probe(&settings).await?;
    Ok(match quota.remaining {
        Some(remaining) => format!("the provider accepts the key; {remaining} requests are left this month"),
        None => "the provider accepts the key".into(),
    })
}

fn without_key(config: &Config) -> String {
    if config.demo_is_on() {
        "no key: the demo market is shown".into()
    } else {
        "no key and no demo market: nothing will be shown but what others write or send".into()
    }
}
