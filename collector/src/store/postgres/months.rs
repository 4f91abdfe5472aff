//! The tables of single months, for what was made in them.
//!
//! None of them is waited for long: while somebody reads the table of all others, as a backup may for
//! hours, what is stored lies there, and moves once its month is made.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection, Executor};

use super::failure::{IN_THE_WAY, unavailable};
use super::{locks, roles};
use crate::store::StoreError;
use crate::time;

const TABLES: [&str; 3] = ["workflow_logs", "payloads", "record_words"];
const DAY: i64 = 86_400_000;
/// No month is shorter, so that none is passed over by going so far at once.
const SHORTEST: i64 = 28 * DAY;
/// The months that are near: from the last one to three ahead, counted in the shortest.
const NEAR: std::ops::RangeInclusive<i64> = -2..=4;
/// Whatever says to be made before 2020 or later than is near was made by a wrong clock.
const OLDEST: i64 = 1_577_836_800_000;

/// Makes those that are near, by a connection in the role of the owner.
pub(super) async fn make_near(owner: &mut PgConnection) -> Result<(), StoreError> {
    let moments: Vec<_> = NEAR.map(|step| time::now_millis() + step * SHORTEST).collect();
    make(owner, &moments).await
}

/// Makes those of these moments that are missing, however long ago: for what is copied.
pub(super) async fn make_for(keys: &PgPool, mut moments: Vec<i64>) -> Result<(), StoreError> {
    let newest = time::now_millis() + NEAR.end() * SHORTEST;
    moments.retain(|moment| (OLDEST..=newest).contains(moment));
    let mut looking = keys.acquire().await.map_err(unavailable)?;
    let mut is_whole = true;
    for table in TABLES {
        is_whole &= missing(&mut looking, table, &moments).await?.is_empty();
    }
    drop(looking);
    if is_whole {
        return Ok(());
    }
    let owner = PgConnection::connect_with(&keys.connect_options()).await;
    let mut owner = owner.map_err(unavailable)?;
    become_owner(&mut owner).await?;
    let made = make(&mut owner, &moments).await;
    // The lock goes with the connection.
    let _ = owner.close().await;
    made
}

/// Has a connection act as the owner, and nobody else make a table meanwhile: the lock goes with it.
pub(super) async fn become_owner(connection: &mut PgConnection) -> Result<(), StoreError> {
    connection.execute(roles::OWNER).await.map_err(unavailable)?;
    let lock = sqlx::query("SELECT pg_advisory_lock($1)").bind(locks::MIGRATION);
    lock.execute(connection).await.map(drop).map_err(unavailable)
}

async fn make(owner: &mut PgConnection, moments: &[i64]) -> Result<(), StoreError> {
    owner.execute("SET lock_timeout = '1s'").await.map_err(unavailable)?;
    for table in TABLES {
        for month in missing(owner, table, moments).await? {
            let sql = "SELECT make_month($1, to_timestamp($2::float8 / 1000))";
            let made = sqlx::query(sql).bind(table).bind(month).execute(&mut *owner).await;
            match made.map_err(unavailable) {
                // It is made another time.
                Ok(_) | Err(StoreError::Unavailable(IN_THE_WAY)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// When the months of these moments begin that a table has none for.
async fn missing(
    connection: &mut PgConnection,
    table: &str,
    moments: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT DISTINCT (extract(epoch FROM month) * 1000)::bigint FROM \
         (SELECT date_trunc('month', to_timestamp(moment::float8 / 1000), 'UTC') AS month \
         FROM unnest($2::bigint[]) AS moment) AS months WHERE to_regclass('epilogue.' || $1 || '_' \
         || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL ORDER BY 1";
    let months = sqlx::query_scalar(sql).bind(table).bind(moments);
    months.fetch_all(connection).await.map_err(unavailable)
}
