//! Which values records have: from the combinations that sums are kept for, of which there are few.

use sqlx::Sqlite;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqlitePool;

use super::failure::unavailable;
use crate::auth::{Clients, Scope};
use crate::store::{Dimension, Kind, StoreError};

/// The first of them by name.
pub(super) async fn values(
    readers: &SqlitePool,
    scope: &Scope,
    kind: Kind,
    dimension: Dimension,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let column = dimension.as_str();
    let mut sql: QueryBuilder<'_, Sqlite> =
        QueryBuilder::new(format!("SELECT DISTINCT {column} FROM rollup_groups WHERE "));
    match scope.clients() {
        Clients::One(client) => sql.push("client_id = ").push_bind(client.as_str()),
        Clients::All => sql.push("client_id IN (SELECT client_id FROM clients)"),
    };
    sql.push(" AND kind = ").push_bind(kind.as_str());
    sql.push(format!(" AND {column} <> '' ORDER BY 1 LIMIT "));
    sql.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    sql.build_query_scalar().fetch_all(readers).await.map_err(unavailable)
}
