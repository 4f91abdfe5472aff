//! Databases of PostgreSQL for the tests, where there is a server: `scripts/postgres run` starts one
//! and says where by `EPILOGUE_TEST_POSTGRES`.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use url::Url;
use uuid::Uuid;

/// A new database. It goes with the test.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new database of the server that the tests were told of; `None` where they were told of none.
    pub(crate) async fn fresh() -> Option<Self> {
        let server = std::env::var("EPILOGUE_TEST_POSTGRES").ok()?;
        Some(Self::of(server).await)
    }

    /// A new database of this server.
    pub(crate) async fn of(server: String) -> Self {
        let name = format!("epilogue_test_{}", Uuid::now_v7().simple());
        let mut connection = connect(&server).await;
        connection.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
        connection.close().await.unwrap();
        Self { server, name }
    }

    /// Its address, as the server's user.
    pub(crate) fn address(&self) -> String {
        let mut address = Url::parse(&self.server).unwrap();
        address.set_path(&self.name);
        address.to_string()
    }

    /// A connection to it as the server's user, who may do anything.
    pub(crate) async fn connect(&self) -> PgConnection {
        connect(&self.address()).await
    }
}

async fn connect(address: &str) -> PgConnection {
    let options: PgConnectOptions = address.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The runtime of the test may be ending, so that this takes one of its own.
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = connect(&server).await;
                let sql = format!("DROP DATABASE {name} WITH (FORCE)");
                connection.execute(sql.as_str()).await.unwrap();
            });
        });
        // A test that fails already is not to end the whole run.
        let dropped = dropping.join();
        assert!(dropped.is_ok() || std::thread::panicking(), "the database stays behind");
    }
}
