//! Keeping what producers say that they have lost: the largest figure of each of their processes.

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::failure::unavailable;
use crate::auth::{ClientId, Watch};
use crate::store::entry::Numbered;
use crate::store::lost::{DAY, FORGOTTEN, told};
use crate::store::{LostTotal, StoreError};
use crate::time;

/// Notes what these records tell. Few of them tell anything, and most of those what is known.
pub(super) async fn add(
    writer: &mut SqliteConnection,
    records: &[Numbered],
) -> Result<(), StoreError> {
    let told = told(records);
    if told.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = told.iter().map(|((c, i, r), records)| (c, i, r, records)).collect();
    let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Damaged("a figure"))?;
    let now = time::now_millis();
    let sql = "INSERT INTO producer_losses \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, ? FROM json_each(?) WHERE true \
         ON CONFLICT DO UPDATE \
         SET records = max(records, excluded.records), told_at = excluded.told_at \
         WHERE excluded.records > records OR excluded.told_at >= told_at + ?";
    let noted = sqlx::query(sql).bind(now).bind(rows).bind(DAY).execute(&mut *writer).await;
    match noted.map_err(unavailable)?.rows_affected() {
        0 => Ok(()),
        _ => forget(writer, now).await,
    }
}

/// Puts the figures of processes that are long gone together.
async fn forget(writer: &mut SqliteConnection, now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO producer_losses \
         SELECT client_id, '', reason, sum(records), ? FROM producer_losses \
         WHERE told_at < ? AND instance <> '' GROUP BY client_id, reason \
         ON CONFLICT DO UPDATE SET records = records + excluded.records";
    let gone = now.saturating_sub(FORGOTTEN);
    sqlx::query(sql).bind(now).bind(gone).execute(&mut *writer).await.map_err(unavailable)?;
    let sql = "DELETE FROM producer_losses WHERE told_at < ? AND instance <> ''";
    sqlx::query(sql).bind(gone).execute(writer).await.map(drop).map_err(unavailable)
}

/// The sums over all processes, by client where the right names them.
pub(super) async fn totals(
    readers: &SqlitePool,
    watch: &Watch,
) -> Result<Vec<LostTotal>, StoreError> {
    let sql = if watch.names_clients() {
        "SELECT client_id, reason, sum(records) FROM producer_losses GROUP BY client_id, reason"
    } else {
        "SELECT NULL, reason, sum(records) FROM producer_losses GROUP BY reason"
    };
    let rows = sqlx::query(sql).fetch_all(readers).await.map_err(unavailable)?;
    let total = |row: &sqlx::sqlite::SqliteRow| {
        Ok(LostTotal {
            client: row.try_get::<Option<&str>, _>(0)?.and_then(ClientId::new),
            reason: row.try_get(1)?,
            records: row.try_get::<i64, _>(2)?.unsigned_abs(),
        })
    };
    rows.iter().map(total).collect::<Result<_, sqlx::Error>>().map_err(unavailable)
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor};

    use super::*;
    use crate::store::{Entry, Kind, Lost, Outcome, Row};

    async fn table() -> SqliteConnection {
        let mut writer = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        writer.execute(include_str!("migrations/0004_lost.sql")).await.unwrap();
        writer
    }

    fn record(instance: &str, records: u64) -> Numbered {
        let row = Row::new(uuid::Uuid::now_v7(), Kind::Workflow, 0, Outcome::Ok);
        let records = [("expired".to_owned(), records)].into();
        let lost = Some(Lost { instance: instance.to_owned(), records });
        let entry = Entry { lost, ..Entry::new(row, String::new()) };
        Numbered { seq: 1, client: ClientId::new("a").unwrap(), entry }
    }

    async fn figures(writer: &mut SqliteConnection) -> Vec<(String, i64)> {
        let sql = "SELECT instance, records FROM producer_losses ORDER BY instance";
        sqlx::query_as(sql).fetch_all(writer).await.unwrap()
    }

    #[tokio::test]
    async fn the_largest_figure_of_each_process_is_kept() {
        let mut writer = table().await;
        add(&mut writer, &[record("p", 3), record("p", 7), record("q", 1)]).await.unwrap();
        add(&mut writer, &[record("p", 5), record("q", 2)]).await.unwrap();
        assert_eq!(figures(&mut writer).await, [("p".to_owned(), 7), ("q".to_owned(), 2)]);
    }

    #[tokio::test]
    async fn what_a_forgotten_process_lost_stays_in_the_sum() {
        let mut writer = table().await;
        for (instance, records) in [("p", 3), ("q", 4)] {
            add(&mut writer, &[record(instance, records)]).await.unwrap();
            let long_ago = "UPDATE producer_losses SET told_at = 0 WHERE instance <> ''";
            writer.execute(long_ago).await.unwrap();
            add(&mut writer, &[record("r", 1 + records)]).await.unwrap();
        }
        let sum: i64 = figures(&mut writer).await.iter().map(|(_, records)| records).sum();
        assert_eq!(figures(&mut writer).await[0], (String::new(), 7));
        assert_eq!(sum, 12);
    }
}
