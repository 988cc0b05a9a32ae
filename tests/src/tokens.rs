//! Tokens put into a server's database, as `undercurrent token create` does for one after the other.

use std::path::Path;

use anyhow::Context;
use shared::units::Timestamp;
use undercurrent::access::Token;
use undercurrent::store::{StoredToken, TokenStore};

/// A token for each of these users.
///
/// # Errors
/// The database cannot be written.
pub async fn create(database: &Path, users: &[String]) -> anyhow::Result<Vec<String>> {
    let url = format!("sqlite://{}", database.display());
    let store = TokenStore::open(&url).await?.context("the database is a file")?;
    let mut tokens = Vec::with_capacity(users.len());
    for user in users {
        let token = Token::random()?;
        let stored = StoredToken {
            id: 0,
            hash: token.hash(),
            user: user.parse()?,
            name: user.as_str().into(),
            operator: false,
            created: Timestamp::default(),
            expires: None,
            revoked: None,
            used: None,
        };
        store.create(&stored).await?;
        tokens.push(token.reveal().to_owned());
    }
    Ok(tokens)
}
