//! What is copied to PostgreSQL lies in the table of the month that it was made in, however long ago.

use epilogue_collector::KeyScope;
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use uuid::Builder;

use super::{address, copy};
use crate::database::Database;
use crate::home::Home;
use crate::server::{Server, record_with};

/// In the middle of May and of June 2024, and in January 1970, which is a wrong clock's.
const MADE: [u64; 3] = [1_715_731_200_000, 1_718_409_600_000, 1_000_000];

#[tokio::test(flavor = "multi_thread")]
async fn months_long_ago_have_tables_of_their_own() {
    let Some(database) = Database::fresh() else { return };
    let server = Server::embedded().await;
    let key = server.key("a", KeyScope::Ingest).await;
    for made in MADE {
        let id = Builder::from_unix_timestamp_millis(made, &[7; 10]).into_uuid();
        let record = record_with("a", &json!({"record_id": id})).to_string();
        assert_eq!(server.post(&key, record).await.0, 200);
    }
    let (source, target) = (server.end().await, Home::over(database));
    copy(&source, &target);
    let mut shell = PgConnection::connect(&address(&target)).await.unwrap();
    for table in ["workflow_logs", "payloads"] {
        let sql = format!(
            "SELECT tableoid::regclass::text FROM epilogue.{table} WHERE client_id = 'a' ORDER BY 1"
        );
        let rows = sqlx::query(&sql).fetch_all(&mut shell).await.unwrap();
        let places: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let own = ["2024_05", "2024_06", "others"].map(|part| format!("epilogue.{table}_{part}"));
        assert_eq!(places, own);
    }
}
