//! The table in which other processes leave events.

use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::StoreError;

/// A row of `odds_inbox`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its number; rows are read in this order.
    pub id: i64,
    /// What was written.
    pub event: Box<str>,
}

/// The oldest rows.
pub(super) async fn read(connection: &mut SqliteConnection, most: u32) -> Result<Vec<Letter>, StoreError> {
    let rows = sqlx::query("SELECT id, CAST(event AS TEXT) AS event FROM odds_inbox ORDER BY id LIMIT ?1");
    let rows = rows.bind(most).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(Letter { id: row.try_get("id")?, event: row.try_get::<&str, _>("event")?.into() }))
        .collect()
}

/// Removes rows that were read; those with a reason are kept aside.
pub(super) async fn done(
    connection: &mut SqliteConnection,
    taken: &[(i64, Option<Box<str>>)],
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for (id, reason) in taken {
        if let Some(reason) = reason {
            let keep = "INSERT OR REPLACE INTO odds_inbox_rejected (id, event, inserted_ms, reason)
                SELECT id, event, inserted_ms, ?2 FROM odds_inbox WHERE id = ?1";
            sqlx::query(keep).bind(id).bind(&**reason).execute(&mut *transaction).await?;
        }
        sqlx::query("DELETE FROM odds_inbox WHERE id = ?1").bind(id).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}
