//! Which values records have: from the combinations that sums are kept for, of which there are few.

use sqlx::Postgres;
use sqlx::postgres::PgPool;
use sqlx::query_builder::QueryBuilder;

use super::failure::unavailable;
use super::scope::reading;
use crate::auth::{Clients, Scope};
use crate::store::{Dimension, Kind, StoreError};

/// The first of them by name.
pub(super) async fn values(
    readers: &PgPool,
    scope: &Scope,
    kind: Kind,
    dimension: Dimension,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let column = dimension.as_str();
    let mut sql: QueryBuilder<'_, Postgres> =
        QueryBuilder::new(format!("SELECT DISTINCT combos.{column} FROM "));
    match scope.clients() {
        Clients::One(client) => {
            sql.push("rollup_groups AS combos WHERE combos.client_id = ").push_bind(client.as_str())
        }
        Clients::All => sql.push(
            "clients JOIN rollup_groups AS combos ON combos.client_id = clients.client_id WHERE true",
        ),
    };
    sql.push(" AND combos.kind = ").push_bind(kind.as_str());
    sql.push(format!(" AND combos.{column} <> '' ORDER BY 1 LIMIT "));
    sql.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut reading = reading(readers, scope).await?;
    sql.build_query_scalar().fetch_all(&mut *reading).await.map_err(unavailable)
}
