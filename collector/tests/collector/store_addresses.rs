//! A `--store` that cannot be used is told in one line, with the way out and without its password.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::thread;

use sqlx::Executor;
use url::Url;

use crate::database::Database;
use crate::process::binary;

const SECRET: &str = "top-secret-word";

/// Takes away what the last step to the newest version makes.
const LEFT_BY_AN_OLDER_ONE: &str = "DROP FUNCTION epilogue.moment CASCADE; \
     DROP VIEW IF EXISTS epilogue.action_logs, epilogue.audit_logs, epilogue.email_activity_log, \
     epilogue.email_timeline, epilogue.task_sync_log, epilogue.telegram_webhook_event, \
     epilogue.nlp_parsing_log; DELETE FROM epilogue.schema_version WHERE version = 4";

/// What a command over this store says where it fails: one line, as a person reads it.
fn refused(command: &[&str], address: &str) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut binary = binary();
    binary.args(command).env("EPILOGUE_STORE", address).env("EPILOGUE_DATA", data.path());
    // Whatever is told to those who look for a fault shows no password either.
    binary.env("RUST_LOG", "debug").env("RUST_BACKTRACE", "1");
    let Output { status, stdout, stderr } = binary.output().unwrap();
    let [told, found] = [stderr, stdout].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(status.code(), Some(1), "{command:?}: {told}");
    for text in [&told, &found] {
        assert!(!text.contains(SECRET) && !text.contains("panicked"), "{text}");
    }
    if command[0] == "doctor" {
        let line = found.lines().find_map(|line| line.strip_prefix("store: "));
        return line.unwrap_or_else(|| panic!("{found}")).to_owned();
    }
    let line = told.lines().find_map(|line| line.strip_prefix("epilogue-collector: "));
    line.unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// Commands that open the store.
const COMMANDS: [&[&str]; 3] = [
    &["serve", "--listen", "127.0.0.1:0"],
    &["keys", "list"],
    &["doctor", "--listen", "127.0.0.1:0"],
];

/// Expects that every command says this of the store, and all of them the same.
fn is_told(address: &str, told: &str) {
    // At once: some of them wait for whoever does not answer.
    let said = thread::scope(|scope| {
        COMMANDS
            .map(|command| scope.spawn(move || refused(command, address)))
            .map(|it| it.join().unwrap())
    });
    assert!(said[0].contains(told), "{}", said[0]);
    assert!(said.iter().all(|own| *own == said[0]), "{said:#?}");
}

#[test]
fn an_address_of_nothing_is_told_without_its_password() {
    for (address, told) in [
        (format!("postgres://me:{SECRET}@127.0.0.1:1/x"), "does it run"),
        (format!("postgres://me:{SECRET}@no-such-host.invalid/x"), "cannot be reached"),
        (format!("postgres://me:{SECRET}@%2Fno%2Fsuch%2Fplace/x"), "cannot be reached"),
        (format!("postgres://me:{SECRET}@[x/y"), "postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        (format!("postgres://me:{SECRET}@host:99999/y"), "postgres://USER:PASSWORD@HOST"),
        (format!("postgres://me:{SECRET}#@host/y"), "postgres://USER:PASSWORD@HOST"),
        (format!("postgres://me:{SECRET}@one:1,two:2/y"), "several hosts"),
        (format!("postgres://me@host/y?pasword={SECRET}"), "a parameter that is not known"),
        (format!("postgres://me@host/y?sslmode={SECRET}"), "postgres://USER:PASSWORD@HOST"),
        (format!("postgres://host/y?sslrootcert=/{SECRET}"), "cannot be read"),
        (format!("mysql://me:{SECRET}@127.0.0.1/x"), "not of a known store"),
        (format!("me:{SECRET}@127.0.0.1/x"), "not of a known store"),
        (String::new(), "not of a known store"),
    ] {
        is_told(&address, told);
    }
}

#[test]
fn who_does_not_answer_as_postgresql_does_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = |listener: &TcpListener| {
        format!("postgres://me:{SECRET}@{}/x", listener.local_addr().unwrap())
    };
    let (silent_at, other_at) = (at(&silent), at(&other));
    thread::spawn(move || {
        for stream in other.incoming().map_while(Result::ok) {
            let _ = (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    is_told(&other_at, "is not PostgreSQL");
    is_told(&silent_at, "does not answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_is_told_with_the_way_out() {
    let Some(database) = Database::fresh() else { return };
    let mut shell = database.connect().await;
    let mut address = Url::parse(&database.address()).unwrap();
    let good = address.clone();
    address.set_password(Some(SECRET)).unwrap();
    let wrong_password = address.to_string();
    let mut nowhere = good.clone();
    nowhere.set_path("no_such_database");
    let name = good.path().trim_start_matches('/').to_owned();
    let user = format!("{name}_epilogue_owner");
    shell.execute(format!("CREATE ROLE {user} LOGIN PASSWORD '{SECRET}'").as_str()).await.unwrap();
    address.set_username(&user).unwrap();
    is_told(&wrong_password, "password of its address is refused");
    is_told(nowhere.as_str(), "no such database");
    is_told(address.as_str(), "as a superuser run");
    // What it says is the way out.
    let name_of = |role: &str| format!("epilogue_{role}");
    for role in ["owner", "writer", "reader"] {
        let sql = format!("GRANT {} TO {user}", name_of(role));
        // Somebody else's test may not have made it yet.
        let made = format!("CREATE ROLE {}", name_of(role));
        let _ = shell.execute(made.as_str()).await;
        shell.execute(sql.as_str()).await.unwrap();
    }
    shell.execute("CREATE SCHEMA epilogue AUTHORIZATION epilogue_owner").await.unwrap();
    let made = epilogue_collector::store::open(Some(address.as_str()), Path::new(""));
    made.await.unwrap().close().await;
    let made = epilogue_collector::store::open(Some(good.as_str()), Path::new(""));
    made.await.unwrap().close().await;
    // What an older program left is brought up to date.
    shell.execute(LEFT_BY_AN_OLDER_ONE).await.unwrap();
    let made = epilogue_collector::store::open(Some(good.as_str()), Path::new(""));
    made.await.unwrap().close().await;
    shell.execute("SELECT count(*) FROM epilogue.nlp_parsing_log").await.unwrap();
    shell.execute("INSERT INTO epilogue.schema_version VALUES (1000)").await.unwrap();
    is_told(good.as_str(), "newer version");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_somebody_else_is_left_alone() {
    let Some(database) = Database::fresh() else { return };
    let mut shell = database.connect().await;
    shell.execute("CREATE SCHEMA epilogue; CREATE TABLE epilogue.own (word text)").await.unwrap();
    is_told(&database.address(), "a database of its own");
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'epilogue'")
            .fetch_one(&mut shell)
            .await
            .unwrap();
    assert_eq!(left, 1);
}
