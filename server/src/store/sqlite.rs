//! The store in an SQLite file (or in memory), through one connection.
//!
//! WAL with `synchronous=NORMAL`: a commit is in the operating system's hands when it returns, so a
//! killed process loses nothing. A power failure may lose the commits since the last checkpoint,
//! never their order and never the database; clients then find their positions in the future and
//! take a snapshot.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use shared::stream::{Mark, Seq, Topic};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _, SqliteConnection};
use tokio::sync::Mutex;

use super::lock::ServerLock;
use super::plan::{FORGET_ROWS, FORGET_TOPICS, Statements, json, statements};
use super::{Commit, Scope, Store, StoreError, StoreFuture, Stored, StoredTopic};

/// The tables, as this version knows them.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Pages (of 4 KiB) in the log before a commit also moves them into the database: a commit of
/// 10,000 rows is about 2,000.
const CHECKPOINT_PAGES: u32 = 4000;

/// What remains of the log's file after such a move, in bytes.
const LOG_BYTES: u32 = 32 << 20;

/// What tests turn.
#[derive(Clone, Debug)]
pub(super) struct Tuning {
    /// How long to wait for another process that is writing (a backup, an operator's shell).
    pub busy: Duration,
    /// The most pages a database may have, which is how a full disk looks; 0: no limit.
    pub max_pages: u32,
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning { busy: Duration::from_secs(5), max_pages: 0 }
    }
}

/// A store in an SQLite database.
#[derive(Debug)]
pub struct SqliteStore {
    /// `None` once closed. The lock's queue is fair: calls take effect in their order.
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    connection: SqliteConnection,
    /// After the connection, so that it is let go last.
    _lock: Option<ServerLock>,
}

impl SqliteStore {
    /// Opens `sqlite://path` or `sqlite::memory:` and brings its tables up to date.
    ///
    /// # Errors
    /// The file cannot be used; in particular another server uses it.
    pub async fn open(url: &str) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_tuned(url, Tuning::default()).await
    }

    pub(super) async fn open_tuned(url: &str, tuning: Tuning) -> Result<SqliteStore, StoreError> {
        let path = path_of(url)?;
        let lock = path.as_deref().map(lock_for).transpose()?;
        let mut connection = options(path.as_deref(), &tuning).connect().await?;
        check(&mut connection).await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(SqliteStore { open: Mutex::new(Some(Open { connection, _lock: lock })) })
    }

    /// Executes statements in one transaction. One that is dropped half-way is rolled back.
    async fn write(&self, scope: &Scope, statements: Statements) -> Result<(), StoreError> {
        let mut guard = self.open.lock().await;
        let connection = &mut guard.as_mut().ok_or_else(closed)?.connection;
        let scope = scope.to_string();
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for (sql, document) in statements {
            sqlx::query(sql).bind(&scope).bind(document).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn read(&self, scope: &Scope) -> Result<Stored, StoreError> {
        let mut guard = self.open.lock().await;
        let connection = &mut guard.as_mut().ok_or_else(closed)?.connection;
        let mut transaction = connection.begin().await?;
        let stored = read(&mut transaction, &scope.to_string()).await?;
        transaction.commit().await?;
        Ok(stored)
    }
}

impl Store for SqliteStore {
    fn load<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Stored> {
        Box::pin(self.read(scope))
    }

    fn commit<'a>(&'a self, scope: &'a Scope, commit: &'a Commit) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let statements = statements(commit)?;
            if statements.is_empty() { Ok(()) } else { self.write(scope, statements).await }
        })
    }

    fn forget<'a>(&'a self, scope: &'a Scope, topics: &'a [Topic]) -> StoreFuture<'a, ()> {
        let names = json(&topics);
        Box::pin(self.write(scope, vec![(FORGET_ROWS, names.clone()), (FORGET_TOPICS, names)]))
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            match self.open.lock().await.take() {
                Some(open) => Ok(open.connection.close().await?),
                None => Ok(()),
            }
        })
    }
}

fn closed() -> StoreError {
    StoreError::Other("it is closed".to_owned())
}

/// The file that the URL names; `None` for a database in memory.
pub(super) fn path_of(url: &str) -> Result<Option<PathBuf>, StoreError> {
    let rest = url.strip_prefix("sqlite:").ok_or(StoreError::Url("it is sqlite://PATH or sqlite::memory:"))?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" => Err(StoreError::Url("it names no file; write sqlite://PATH")),
        ":memory:" => Ok(None),
        path if path.contains('?') => Err(StoreError::Url("it takes no parameters; write sqlite://PATH")),
        path => Ok(Some(path.into())),
    }
}

pub(super) fn lock_for(path: &Path) -> Result<ServerLock, StoreError> {
    if path.is_dir() {
        return Err(StoreError::Access(format!("{} is a folder", path.display())));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        return Err(StoreError::Access(format!("the folder {} is not there", folder.display())));
    }
    ServerLock::take(path)
}

pub(super) fn options(path: Option<&Path>, tuning: &Tuning) -> SqliteConnectOptions {
    let options = match path {
        Some(path) => SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Wal),
        None => SqliteConnectOptions::new().in_memory(true),
    };
    let options = options
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(tuning.busy)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        .pragma("journal_size_limit", LOG_BYTES.to_string())
        .pragma("cache_size", "-8192")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging();
    if tuning.max_pages == 0 { options } else { options.pragma("max_page_count", tuning.max_pages.to_string()) }
}

/// Damage is found before the first client comes, not by the commit that happens upon it.
async fn check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt(verdict)) }
}

async fn read(connection: &mut SqliteConnection, scope: &str) -> Result<Stored, StoreError> {
    let mut topics: BTreeMap<i64, (Topic, StoredTopic)> = BTreeMap::new();
    let heads = sqlx::query("SELECT id, topic, epoch, head, floor FROM topics WHERE scope = ?1");
    for row in connection.fetch_all(heads.bind(scope)).await? {
        let topic = StoredTopic {
            epoch: parsed(&row, "epoch")?,
            head: seq(&row, "head")?,
            floor: seq(&row, "floor")?,
            marks: Vec::new(),
        };
        topics.insert(row.try_get("id")?, (parsed(&row, "topic")?, topic));
    }

    let rows = sqlx::query(
        "SELECT r.topic, r.key, r.seq, r.row FROM topics t JOIN rows r ON r.topic = t.id
         WHERE t.scope = ?1 ORDER BY r.topic, r.key",
    );
    for row in connection.fetch_all(rows.bind(scope)).await? {
        let Some((_, topic)) = topics.get_mut(&row.try_get("topic")?) else { continue };
        let text: Option<&str> = row.try_get("row")?;
        topic.marks.push(Mark {
            key: row.try_get::<&str, _>("key")?.into(),
            row: text.map(Arc::from),
            seq: seq(&row, "seq")?,
        });
    }

    let mut state = BTreeMap::new();
    let values = sqlx::query("SELECT key, value FROM state WHERE scope = ?1");
    for row in connection.fetch_all(values.bind(scope)).await? {
        state.insert(row.try_get::<&str, _>("key")?.into(), row.try_get::<&str, _>("value")?.into());
    }
    Ok(Stored { topics: topics.into_values().collect(), state })
}

fn seq(row: &SqliteRow, column: &str) -> Result<Seq, StoreError> {
    let number: i64 = row.try_get(column)?;
    let number = u64::try_from(number).map_err(|_| StoreError::Corrupt(format!("{column} is {number}")))?;
    Ok(Seq(number))
}

pub(super) fn parsed<T: std::str::FromStr>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Corrupt(format!("{column} is {text:?}")))
}
