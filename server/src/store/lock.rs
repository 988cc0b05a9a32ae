//! One server for each database file: an advisory lock on a file beside it.
//!
//! Not SQLite's own exclusive mode, which would also keep out backups and the operator's `sqlite3`.
//! The operating system lets go of the lock when the process ends, however it ends.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::error::from_io;

/// Held for as long as the server uses the database.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl ServerLock {
    /// Takes the lock of the database at `path`.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the other server's process number; [`StoreError::Access`] where
    /// no file can be made.
    pub fn take(path: &Path) -> Result<ServerLock, StoreError> {
        let beside = lock_path(path);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&beside);
        let mut file = open.map_err(|error| from_io(&error, &beside))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, path)),
            Err(TryLockError::Error(error)) => return Err(from_io(&error, &beside)),
        }
        // Only a help for whoever is refused; the lock does not depend on it.
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.map_err(|error| from_io(&error, &beside))?;
        Ok(ServerLock { _file: file })
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-lock");
    name.into()
}

fn held(file: &mut File, path: &Path) -> StoreError {
    let mut by = String::new();
    let known = file.read_to_string(&mut by).is_ok() && !by.is_empty();
    let who = if known { format!("process {by}") } else { "another process".to_owned() };
    StoreError::Locked(format!("{who} serves from {}", path.display()))
}
