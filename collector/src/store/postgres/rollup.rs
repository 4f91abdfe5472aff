//! Keeping the sums for statistics: what a transaction adds to them are rows of its own.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::failure::unavailable;
use crate::auth::ClientId;
use crate::store::StoreError;
use crate::store::entry::Numbered;
use crate::store::rollup::{GROUP_COLUMNS, Groups, Parts, name, parts};

/// How many groups and clients are remembered before all are forgotten: a bound, not a tuning.
const REMEMBERED: usize = 20_000;

/// What a writer knows to stand in the tables already.
#[derive(Debug, Default)]
pub(super) struct Known {
    groups: Groups,
    clients: HashSet<ClientId>,
}

impl Known {
    /// Sees to it that clients and groups of these records stand in their tables. Each statement is a
    /// transaction of its own, so that no two that store records wait for each other here.
    pub(super) async fn learn(
        &mut self,
        writer: &mut PgConnection,
        records: &[Numbered],
    ) -> Result<(), StoreError> {
        if self.groups.len() + self.clients.len() > REMEMBERED {
            self.groups.forget();
            self.clients.clear();
        }
        self.name_clients(writer, records).await?;
        self.name_groups(writer, records).await
    }

    async fn name_clients(
        &mut self,
        writer: &mut PgConnection,
        records: &[Numbered],
    ) -> Result<(), StoreError> {
        let unknown = records.iter().map(|it| &it.client).filter(|it| !self.clients.contains(it));
        let unknown: HashSet<_> = unknown.cloned().collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut names: Vec<_> = unknown.iter().map(ClientId::as_str).collect();
        names.sort_unstable();
        let sql = "INSERT INTO clients SELECT unnest($1::text[]) ON CONFLICT DO NOTHING";
        sqlx::query(sql).bind(names).execute(writer).await.map_err(unavailable)?;
        self.clients.extend(unknown);
        Ok(())
    }

    async fn name_groups(
        &mut self,
        writer: &mut PgConnection,
        records: &[Numbered],
    ) -> Result<(), StoreError> {
        // In the order of their hashes, so that two who insert the same ones wait in turn.
        let mut unknown: BTreeMap<Vec<u8>, Parts<'_>> = BTreeMap::new();
        for Numbered { client, entry, .. } in records {
            let parts = parts(client, &entry.row);
            if self.groups.number(&parts).is_none() {
                unknown.insert(Sha256::digest(name(&parts)).to_vec(), parts);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        insert_groups(writer, &unknown).await?;
        let hashes: Vec<_> = unknown.keys().map(Vec::as_slice).collect();
        let sql = "SELECT hash, id FROM rollup_groups WHERE hash = ANY($1)";
        let found = sqlx::query(sql).bind(hashes).fetch_all(writer).await.map_err(unavailable)?;
        for row in found {
            let hash: &[u8] = row.try_get(0).map_err(unavailable)?;
            if let Some(parts) = unknown.get(hash) {
                self.groups.learn(parts, row.try_get(1).map_err(unavailable)?);
            }
        }
        Ok(())
    }

    /// Counts new records.
    pub(super) async fn add(
        &self,
        writer: &mut PgConnection,
        records: &[&Numbered],
    ) -> Result<(), StoreError> {
        let sums: Vec<_> = self.groups.sums(records.iter().copied())?.into_iter().collect();
        let sql = "INSERT INTO rollup_parts (client_id, bucket, group_id, records, errors, timed, \
             seconds, input_tokens, output_tokens, cost, rated, confidence, durations) \
             SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], \
             $5::bigint[], $6::bigint[], $7::float8[], $8::bigint[], $9::bigint[], $10::float8[], \
             $11::bigint[], $12::float8[], $13::bytea[])";
        let tallies = || sums.iter().map(|(_, (_, tally))| tally);
        let query = sqlx::query(sql)
            .bind(sums.iter().map(|(_, (client, _))| client.as_str()).collect::<Vec<_>>())
            .bind(sums.iter().map(|(place, _)| place.bucket).collect::<Vec<_>>())
            .bind(sums.iter().map(|(place, _)| place.group).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.records).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.errors).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.timed).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.seconds).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.input_tokens).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.output_tokens).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.cost).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.rated).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.confidence).collect::<Vec<_>>())
            .bind(tallies().map(|it| it.durations.to_bytes()).collect::<Vec<_>>());
        query.execute(writer).await.map(drop).map_err(unavailable)
    }
}

async fn insert_groups(
    writer: &mut PgConnection,
    groups: &BTreeMap<Vec<u8>, Parts<'_>>,
) -> Result<(), StoreError> {
    let arrays: Vec<_> = (2..GROUP_COLUMNS.len() + 2).map(|at| format!("${at}::text[]")).collect();
    let sql = format!(
        "INSERT INTO rollup_groups (hash, {}) SELECT * FROM unnest($1::bytea[], {}) \
         ON CONFLICT DO NOTHING",
        GROUP_COLUMNS.join(", "),
        arrays.join(", ")
    );
    let query = sqlx::query(&sql).bind(groups.keys().map(Vec::as_slice).collect::<Vec<_>>());
    let query = (0..GROUP_COLUMNS.len()).fold(query, |query, at| {
        query.bind(groups.values().map(|parts| parts[at].to_owned()).collect::<Vec<_>>())
    });
    query.execute(writer).await.map(drop).map_err(unavailable)
}
