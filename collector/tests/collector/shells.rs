//! Shells of the tests' databases, of those who may do anything and of those who may do little.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use url::Url;
use uuid::Uuid;

use crate::database::Database;
use crate::home::store_of;

impl Database {
    /// A connection to it as the server's user, who may do anything.
    pub(crate) async fn connect(&self) -> PgConnection {
        connect(&self.address()).await
    }

    /// A connection to it as somebody who is in this role, and in no other.
    pub(crate) async fn connect_in(&self, role: &str) -> PgConnection {
        let mut address = Url::parse(&self.address()).unwrap();
        let name = format!("{}_{role}", address.path().trim_start_matches('/'));
        let password = Uuid::now_v7().simple().to_string();
        let sql = format!("CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {role}");
        self.connect().await.execute(sql.as_str()).await.unwrap();
        address.set_username(&name).unwrap();
        address.set_password(Some(&password)).unwrap();
        let mut connection = connect(address.as_str()).await;
        connection.execute("SET search_path = epilogue, pg_temp").await.unwrap();
        connection
    }
}

async fn connect(address: &str) -> PgConnection {
    let options: PgConnectOptions = address.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

/// Runs a statement as a person with a SQL shell could, as either store has it.
pub(crate) async fn run_sql(directory: &Path, sqlite: &str, postgres: &str) {
    if let Some(address) = store_of(directory) {
        let mut shell = PgConnection::connect(&address).await.unwrap();
        shell.execute(postgres).await.unwrap();
        return shell.close().await.unwrap();
    }
    let options = SqliteConnectOptions::new().filename(directory.join("epilogue.db"));
    let mut shell = options.connect().await.unwrap();
    shell.execute(sqlite).await.unwrap();
    shell.close().await.unwrap();
}
