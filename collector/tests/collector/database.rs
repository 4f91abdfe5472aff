//! Databases of PostgreSQL for the tests, where there is a server: `scripts/postgres run` starts one
//! and says where by `EPILOGUE_TEST_POSTGRES`.

use std::thread;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use url::Url;
use uuid::Uuid;

const ROLES: [&str; 3] = ["epilogue_owner", "epilogue_writer", "epilogue_reader"];

/// A new database. It goes with the test, and so do users that are called by its name and a role.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new database of the server that the tests were told of; `None` where they were told of none.
    pub(crate) fn fresh() -> Option<Self> {
        std::env::var("EPILOGUE_TEST_POSTGRES").ok().map(Self::of)
    }

    /// A new database of this server.
    pub(crate) fn of(server: String) -> Self {
        let name = format!("epilogue_test_{}", Uuid::now_v7().simple());
        run(&server, vec![format!("CREATE DATABASE {name}")]);
        Self { server, name }
    }

    /// Notes that it is on another server now, as after a standby took over.
    pub(crate) fn moved_to(&mut self, server: &str) {
        server.clone_into(&mut self.server);
    }

    /// Its address, as the server's user.
    pub(crate) fn address(&self) -> String {
        let mut address = Url::parse(&self.server).unwrap();
        address.set_path(&self.name);
        address.to_string()
    }
}

async fn connect(address: &str) -> PgConnection {
    let options: PgConnectOptions = address.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

/// Has statements run one after the other, whatever runtime this is called in, or none.
fn run(server: &str, statements: Vec<String>) {
    let server = server.to_owned();
    let running = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = connect(&server).await;
            for sql in statements {
                connection.execute(sql.as_str()).await.unwrap();
            }
            connection.close().await.unwrap();
        });
    });
    // A test that fails already is not to end the whole run.
    let has_run = running.join();
    assert!(has_run.is_ok() || thread::panicking(), "the server of the tests refuses");
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = &self.name;
        let roles = ROLES.map(|role| format!("DROP ROLE IF EXISTS {name}_{role}"));
        let database = format!("DROP DATABASE {name} WITH (FORCE)");
        run(&self.server, [vec![database], roles.to_vec()].concat());
    }
}
