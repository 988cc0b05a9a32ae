//! The tokens of an SQLite store, through a connection of its own: the command line changes them while a
//! server runs, and a server reads them beside its commits.

use std::collections::BTreeMap;
use std::path::Path;

use shared::units::{Timestamp, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, SqliteConnection};
use tokio::sync::Mutex;

use super::StoreError;
use super::sqlite::{MIGRATIONS, Tuning, lock_for, options, parsed, path_of};

/// A token as it is stored: everything but itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// Its number.
    pub id: i64,
    /// Its SHA-256.
    pub hash: [u8; 32],
    /// Whose it is.
    pub user: UserId,
    /// As people call them.
    pub name: Box<str>,
    /// They may do what operators do.
    pub operator: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends by itself; `None`: never.
    pub expires: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
    /// About when it was last used.
    pub used: Option<Timestamp>,
}

/// What became of a wish to revoke a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It holds no more.
    Now,
    /// It had been revoked before.
    Before,
    /// There is no such token.
    Unknown,
}

/// The tokens of a store.
#[derive(Debug)]
pub struct TokenStore {
    connection: Mutex<SqliteConnection>,
}

const COLUMNS: &str =
    "SELECT id, hash, user, name, operator, created_ms, expires_ms, revoked_ms, used_ms FROM tokens ORDER BY id";

impl TokenStore {
    /// Opens the tokens of `sqlite://path`, beside a server that may be using it; `None` for a database in
    /// memory, where tokens cannot be put from outside. The tables are made where they are not there.
    ///
    /// # Errors
    /// The file cannot be used, or belongs to a server that is too old to know tokens.
    pub async fn open(url: &str) -> Result<Option<TokenStore>, StoreError> {
        let Some(path) = path_of(url)? else { return Ok(None) };
        let mut connection = options(Some(&path), &Tuning::default()).connect().await?;
        prepare(&mut connection, &path).await?;
        Ok(Some(TokenStore { connection: Mutex::new(connection) }))
    }

    /// Keeps a token. Gives its number.
    ///
    /// # Errors
    /// It was not kept.
    pub async fn create(&self, token: &StoredToken) -> Result<i64, StoreError> {
        let mut connection = self.connection.lock().await;
        let sql = "INSERT INTO tokens (hash, user, name, operator, created_ms, expires_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
        let insert = sqlx::query_scalar(sql)
            .bind(&token.hash[..])
            .bind(token.user.as_str())
            .bind(&*token.name)
            .bind(token.operator)
            .bind(token.created.ms())
            .bind(token.expires.map(Timestamp::ms));
        Ok(insert.fetch_one(&mut *connection).await?)
    }

    /// All tokens, also those that hold no more, by their numbers.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn list(&self) -> Result<Vec<StoredToken>, StoreError> {
        let mut connection = self.connection.lock().await;
        connection.fetch_all(sqlx::query(COLUMNS)).await?.iter().map(read).collect()
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// The store failed; the token may still hold.
    pub async fn revoke(&self, id: i64, at: Timestamp) -> Result<Revoked, StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let before: Option<Option<i64>> = sqlx::query_scalar("SELECT revoked_ms FROM tokens WHERE id = ?1")
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        let outcome = match before {
            None => Revoked::Unknown,
            Some(Some(_)) => Revoked::Before,
            Some(None) => {
                let revoke = sqlx::query("UPDATE tokens SET revoked_ms = ?2 WHERE id = ?1").bind(id).bind(at.ms());
                revoke.execute(&mut *transaction).await?;
                Revoked::Now
            }
        };
        transaction.commit().await?;
        Ok(outcome)
    }

    /// A number that changes whenever a token was created, changed or deleted, by whomever.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn changes(&self) -> Result<i64, StoreError> {
        let mut connection = self.connection.lock().await;
        Ok(sqlx::query_scalar("SELECT count FROM token_changes").fetch_one(&mut *connection).await?)
    }

    /// Notes about when tokens were used.
    ///
    /// # Errors
    /// It was not noted.
    pub async fn note_used(&self, used: &BTreeMap<i64, Timestamp>) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().await;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for (id, at) in used {
            let note = sqlx::query("UPDATE tokens SET used_ms = ?2 WHERE id = ?1").bind(id).bind(at.ms());
            note.execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Makes the tables where no server has done so yet. Never beside one that runs: it may be older.
async fn prepare(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let there = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'token_changes'";
    let there: i64 = sqlx::query_scalar(there).fetch_one(&mut *connection).await?;
    if there == 0 {
        let _alone = lock_for(path)?;
        MIGRATIONS.run(connection).await?;
    }
    Ok(())
}

fn read(row: &SqliteRow) -> Result<StoredToken, StoreError> {
    let time = |column| Ok::<_, StoreError>(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_ms));
    let hash: &[u8] = row.try_get("hash")?;
    Ok(StoredToken {
        id: row.try_get("id")?,
        hash: hash.try_into().map_err(|_| StoreError::Corrupt("a token's hash is none".to_owned()))?,
        user: parsed(row, "user")?,
        name: row.try_get::<&str, _>("name")?.into(),
        operator: row.try_get("operator")?,
        created: Timestamp::from_ms(row.try_get("created_ms")?),
        expires: time("expires_ms")?,
        revoked: time("revoked_ms")?,
        used: time("used_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(user: &str, byte: u8) -> StoredToken {
        StoredToken {
            id: 0,
            hash: [byte; 32],
            user: user.parse().unwrap(),
            name: "ana".into(),
            operator: false,
            created: Timestamp::from_ms(1),
            expires: Some(Timestamp::from_ms(9)),
            revoked: None,
            used: None,
        }
    }

    #[tokio::test]
    async fn a_token_is_kept_listed_and_revoked_beside_a_server_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/u.db", folder.path().display());
        let _server = super::super::open(&url).await.unwrap();
        let (ours, theirs) =
            (TokenStore::open(&url).await.unwrap().unwrap(), TokenStore::open(&url).await.unwrap().unwrap());
        let nothing = theirs.changes().await.unwrap();
        assert_eq!(ours.create(&token("42", 1)).await.unwrap(), 1);
        assert_eq!(ours.create(&token("43", 0xfe)).await.unwrap(), 2);
        let listed = theirs.list().await.unwrap();
        assert_eq!(listed, [StoredToken { id: 1, ..token("42", 1) }, StoredToken { id: 2, ..token("43", 0xfe) }]);
        let created = theirs.changes().await.unwrap();
        assert_ne!(created, nothing);

        let at = Timestamp::from_ms(5);
        for (id, expected) in [(1, Revoked::Now), (1, Revoked::Before), (7, Revoked::Unknown)] {
            assert_eq!(ours.revoke(id, at).await.unwrap(), expected, "{id}");
        }
        let revoked = theirs.changes().await.unwrap();
        assert_eq!(revoked, created + 1, "only what changed something counts");
        theirs.note_used(&BTreeMap::from([(2, at)])).await.unwrap();
        assert_eq!(theirs.changes().await.unwrap(), revoked, "using one is no change");
        let listed = ours.list().await.unwrap();
        assert_eq!((listed[0].revoked, listed[1].revoked, listed[1].used), (Some(at), None, Some(at)));
    }

    #[tokio::test]
    async fn the_first_token_may_come_before_the_first_server() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/u.db", folder.path().display());
        let tokens = TokenStore::open(&url).await.unwrap().unwrap();
        tokens.create(&token("42", 1)).await.unwrap();
        assert!(tokens.create(&token("42", 1)).await.is_err(), "no two tokens are the same");
        let _server = super::super::open(&url).await.unwrap();
        assert_eq!(tokens.list().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_database_in_memory_has_no_tokens_and_a_folder_that_is_missing_is_said_to_be() {
        assert!(TokenStore::open("sqlite::memory:").await.unwrap().is_none());
        let refusal = TokenStore::open("sqlite:///nowhere/at/all.db").await.unwrap_err();
        assert!(matches!(refusal, StoreError::Access(_)), "{refusal}");
    }
}
