//! Stores that cannot do their work, for real reasons, and what they say.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};
use tempfile::tempdir;

use super::sqlite::Tuning;
use super::{Commit, Scope, SqliteStore, Store as _, StoreError, open};
use crate::domain::StateOp;

fn scope() -> Scope {
    Scope { world: "live".into(), domain: "darkpool".into() }
}

fn put(key: &str, bytes: usize) -> Commit {
    Commit { topics: Vec::new(), state: vec![StateOp::Put(key.into(), "x".repeat(bytes).into())] }
}

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// How opening the path fails.
async fn refusal(url: &str) -> StoreError {
    match open(url).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    fs::write(&path, "no database at all. ".repeat(500)).unwrap();
    let error = refusal(&url(&path)).await;
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    assert!(error.to_string().starts_with("the database is damaged: move the file away or restore a backup"));
}

#[tokio::test]
async fn a_database_with_overwritten_pages_is_called_damaged_when_it_is_opened() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    let store = SqliteStore::open(&url(&path)).await.unwrap();
    for n in 0..100 {
        store.commit(&scope(), &put(&n.to_string(), 2000)).await.unwrap();
    }
    store.close().await.unwrap();
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(12 * 4096)).unwrap();
    file.write_all(&[0xaa; 10 * 4096]).unwrap();
    drop(file);
    let error = refusal(&url(&path)).await;
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_and_told_who_has_it() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    let first = SqliteStore::open(&url(&path)).await.unwrap();
    let error = refusal(&url(&path)).await;
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    assert!(error.to_string().contains(&format!("process {} serves from", std::process::id())), "{error}");
    first.close().await.unwrap();
    open(&url(&path)).await.unwrap();
}

#[tokio::test]
async fn another_program_that_writes_is_waited_for_and_then_named_as_the_reason() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    let tuning = Tuning { busy: Duration::from_millis(20), ..Tuning::default() };
    let store = SqliteStore::open_tuned(&url(&path), tuning).await.unwrap();
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = store.commit(&scope(), &put("a", 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    other.execute("ROLLBACK").await.unwrap();
    store.commit(&scope(), &put("a", 1)).await.unwrap();
    assert_eq!(store.load(&scope()).await.unwrap().state.len(), 1);
}

#[tokio::test]
async fn a_full_disk_is_called_so_and_leaves_the_store_as_it_was() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    let tuning = Tuning { max_pages: 24, ..Tuning::default() };
    let store = SqliteStore::open_tuned(&url(&path), tuning).await.unwrap();
    store.commit(&scope(), &put("small", 10)).await.unwrap();
    // Two statements, of which the first alone would fit.
    let gone = StateOp::Del("small".into());
    let both = Commit { topics: Vec::new(), state: [vec![gone], put("large", 200_000).state].concat() };
    let error = store.commit(&scope(), &both).await.unwrap_err();
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert!(error.to_string().starts_with("the disk is full: free some space"), "{error}");
    assert_eq!(store.load(&scope()).await.unwrap().state.into_keys().collect::<Vec<_>>(), ["small".into()]);
    store.commit(&scope(), &put("next", 10)).await.unwrap();
    store.close().await.unwrap();
    let store = open(&url(&path)).await.unwrap();
    store.commit(&scope(), &both).await.unwrap();
    assert_eq!(store.load(&scope()).await.unwrap().state.len(), 2);
}

#[tokio::test]
async fn a_path_that_cannot_be_written_is_named() {
    let folder = tempdir().unwrap();
    let missing = folder.path().join("missing/u.db");
    // /proc takes no files, not even from root.
    for path in [missing.as_path(), folder.path(), Path::new("/proc/undercurrent.db")] {
        let error = refusal(&url(path)).await;
        assert!(matches!(error, StoreError::Access(_)), "{error:?}");
        let named = path.parent().unwrap().display().to_string();
        assert!(error.to_string().contains(&named), "{error}");
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("u.db");
    open(&url(&path)).await.unwrap().close().await.unwrap();
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    other
        .execute("INSERT INTO _sqlx_migrations VALUES (9999, 'later', CURRENT_TIMESTAMP, true, x'00', 1)")
        .await
        .unwrap();
    drop(other);
    assert!(refusal(&url(&path)).await.to_string().contains("newer version"));
}

#[tokio::test]
async fn a_url_that_names_no_database_is_explained_and_not_repeated() {
    for bad in
        ["", "u.db", "sqlite://", "mysql://secret@host/db", "postgres://me:secret@host/db", "sqlite://u.db?mode=ro"]
    {
        let error = refusal(bad).await;
        assert!(matches!(error, StoreError::Url(_)), "{bad}: {error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
