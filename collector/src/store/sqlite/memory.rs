//! What the writer remembers of the file, for as long as nobody else has written.

use std::collections::HashSet;

use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use super::failure::unavailable;
use super::keys;
use super::rollup::Rollups;
use crate::auth::ClientId;
use crate::store::StoreError;
use crate::store::entry::Numbered;

/// What would have to be asked in every transaction otherwise.
#[derive(Debug)]
pub(super) struct Memory {
    /// SQLite's number for what others have written; `None` where nothing is remembered.
    version: Option<i64>,
    next_seq: i64,
    /// The keys that are not revoked.
    active: HashSet<i64>,
    /// Clients that stand in their table.
    clients: HashSet<ClientId>,
    pub(super) rollups: Rollups,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            version: None,
            next_seq: 0,
            active: HashSet::new(),
            clients: HashSet::new(),
            rollups: Rollups::new(),
        }
    }

    /// Forgets everything: it was taken back, or was changed.
    pub(super) fn forget(&mut self) {
        self.version = None;
        self.clients.clear();
        self.rollups.forget();
    }

    /// Learns anew where another connection has written. To be called inside of a transaction,
    /// which keeps the others away.
    pub(super) async fn refresh(
        &mut self,
        writer: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut *writer)
            .await
            .map_err(unavailable)?;
        if self.version == Some(version) {
            return Ok(());
        }
        self.forget();
        let last = sqlx::query("SELECT coalesce(max(seq), 0) FROM workflow_logs")
            .fetch_one(&mut *writer)
            .await
            .map_err(unavailable)?;
        self.next_seq = last.try_get::<i64, _>(0).map_err(unavailable)? + 1;
        self.active = keys::active(writer).await?.into_iter().map(|key| key.id).collect();
        self.version = Some(version);
        Ok(())
    }

    /// The number of the next record.
    pub(super) fn number(&mut self) -> i64 {
        let number = self.next_seq;
        self.next_seq += 1;
        number
    }

    /// Whether a key may store.
    pub(super) fn is_active(&self, key: i64) -> bool {
        self.active.contains(&key)
    }

    /// Sees to it that every client of these records stands in its table.
    pub(super) async fn name_clients(
        &mut self,
        writer: &mut SqliteConnection,
        records: &[Numbered],
    ) -> Result<(), StoreError> {
        for Numbered { client, .. } in records {
            if !self.clients.contains(client) {
                sqlx::query("INSERT OR IGNORE INTO clients VALUES (?)")
                    .bind(client.as_str())
                    .execute(&mut *writer)
                    .await
                    .map_err(unavailable)?;
                self.clients.insert(client.clone());
            }
        }
        Ok(())
    }
}
