//! `undercurrent token`: who may sign in. Works beside a server that runs on the same database, which
//! notices within a second.

use jiff::Timestamp as Time;
use shared::units::{Timestamp, UserId};

use super::Outcome;
use crate::access::Token;
use crate::config::{Config, TokenCommand};
use crate::feed::wall_now;
use crate::store::{Revoked, StoredToken, TokenStore};

const DAY_MS: i64 = 86_400_000;

/// Does it.
pub(super) async fn run(config: &Config, command: &TokenCommand) -> Outcome {
    let sentence = "tokens live in a database file: name it with --database-url sqlite://PATH";
    let store = TokenStore::open(config.store.url.reveal()).await?.ok_or(sentence)?;
    match command {
        TokenCommand::Create { user, name, operator, days } => create(&store, user, name, *operator, *days).await,
        TokenCommand::List => list(&store).await,
        TokenCommand::Revoke { id } => revoke(&store, *id).await,
    }
}

/// The token alone goes to the standard output, so that a script can take it from there.
async fn create(store: &TokenStore, user: &UserId, name: &str, operator: bool, days: Option<u32>) -> Outcome {
    let (token, created) = (Token::random()?, wall_now());
    let expires = days.map(|days| Timestamp::from_ms(created.ms().saturating_add(i64::from(days) * DAY_MS)));
    let stored = StoredToken {
        id: 0,
        hash: token.hash(),
        user: user.clone(),
        name: name.into(),
        operator,
        created,
        expires,
        revoked: None,
        used: None,
    };
    let id = store.create(&stored).await?;
    println!("{}", token.reveal());
    let until = expires.map_or_else(|| "until it is revoked".to_owned(), |at| format!("until {}", day(at)));
    eprintln!("token {id} for {} {user} ({name}), {until}; it is shown this once", role(operator));
    Ok(())
}

async fn list(store: &TokenStore) -> Outcome {
    let tokens = store.list().await?;
    let now = wall_now();
    println!(
        "{:<5} {:<20} {:<20} {:<9} {:<11} {:<11} {:<11} state",
        "id", "user", "name", "role", "created", "expires", "used"
    );
    for token in &tokens {
        let or_none = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), day);
        println!(
            "{:<5} {:<20} {:<20} {:<9} {:<11} {:<11} {:<11} {}",
            token.id,
            token.user.as_str(),
            token.name,
            role(token.operator),
            day(token.created),
            or_none(token.expires),
            or_none(token.used),
            state(token, now),
        );
    }
    Ok(())
}

async fn revoke(store: &TokenStore, id: i64) -> Outcome {
    match store.revoke(id, wall_now()).await? {
        Revoked::Now => eprintln!("token {id} is revoked; whoever uses it is signed out within a second"),
        Revoked::Before => eprintln!("token {id} had been revoked before"),
        Revoked::Unknown => return Err(format!("there is no token {id}; `undercurrent token list` shows them").into()),
    }
    Ok(())
}

fn role(operator: bool) -> &'static str {
    if operator { "operator" } else { "user" }
}

fn state(token: &StoredToken, now: Timestamp) -> &'static str {
    if token.revoked.is_some() {
        "revoked"
    } else if token.expires.is_some_and(|at| at <= now) {
        "expired"
    } else {
        "holds"
    }
}

/// The day in UTC, as 2025-10-29.
fn day(at: Timestamp) -> String {
    Time::from_millisecond(at.ms()).map_or_else(|_| "-".to_owned(), |at| at.strftime("%Y-%m-%d").to_string())
}
