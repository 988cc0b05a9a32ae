//! What the database's errors mean to an operator.

use std::io;
use std::path::Path;

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

use super::StoreError;

/// Sorts an error of a file by what can be done about it.
pub fn from_io(error: &io::Error, path: &Path) -> StoreError {
    let detail = format!("{}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(detail),
        io::ErrorKind::NotFound
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory => StoreError::Access(detail),
        _ => StoreError::Other(detail),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let detail = error.to_string();
        let code = error.as_database_error().and_then(DatabaseError::code);
        let code = code.and_then(|code| code.parse::<i32>().ok());
        // The low byte is the kind, see https://www.sqlite.org/rescode.html
        match code.map(|code| code & 0xff) {
            Some(13) => StoreError::Full(detail),
            Some(5 | 6) => StoreError::Locked(detail),
            Some(11 | 26) => StoreError::Corrupt(detail),
            Some(3 | 8 | 14) => StoreError::Access(detail),
            Some(_) | None => StoreError::Other(detail),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> StoreError {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                StoreError::Other("it was made by a newer version of undercurrent; update, or use another file".into())
            }
            other => StoreError::Other(other.to_string()),
        }
    }
}
