//! A `--store` that cannot be used is told in one line, with the way out and without its password.

use std::process::Output;

use sqlx::Executor;
use url::Url;

use crate::database::Database;
use crate::process::binary;

const SECRET: &str = "top-secret-word";

/// What a command over this store says where it fails.
fn refused(command: &[&str], address: &str) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut binary = binary();
    binary.args(command).env("EPILOGUE_STORE", address).env("EPILOGUE_DATA", data.path());
    let Output { status, stdout, stderr } = binary.output().unwrap();
    let told = String::from_utf8(stderr).unwrap() + &String::from_utf8(stdout).unwrap();
    assert!(!status.success(), "{told}");
    assert!(!told.contains(SECRET), "{told}");
    told
}

/// Commands that open the store.
const COMMANDS: [&[&str]; 3] = [
    &["serve", "--listen", "127.0.0.1:0"],
    &["keys", "list"],
    &["doctor", "--listen", "127.0.0.1:0"],
];

#[test]
fn an_address_of_nothing_is_told_without_its_password() {
    for (address, told) in [
        (format!("postgres://me:{SECRET}@127.0.0.1:1/x"), "PostgreSQL cannot be reached"),
        (format!("postgres://me:{SECRET}@[x/y"), "postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        (format!("mysql://me:{SECRET}@127.0.0.1/x"), "not of a known store"),
    ] {
        for command in COMMANDS {
            let said = refused(command, &address);
            assert!(said.contains(told), "{command:?}: {said}");
        }
    }
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
    for (address, told) in [
        (wrong_password.as_str(), "password of its address is refused"),
        (nowhere.as_str(), "no such database"),
        (address.as_str(), "as a superuser run"),
    ] {
        for command in COMMANDS {
            if command[0] == "doctor" && told == "as a superuser run" {
                // There is no store yet: nothing is wrong with that.
                continue;
            }
            let said = refused(command, address);
            assert!(said.contains(told), "{command:?}: {said}");
        }
    }
    let made = epilogue_collector::store::open(Some(good.as_str()), std::path::Path::new(""));
    made.await.unwrap().close().await;
    shell.execute("INSERT INTO epilogue.schema_version VALUES (1000)").await.unwrap();
    for command in COMMANDS {
        let said = refused(command, good.as_str());
        assert!(said.contains("newer version"), "{command:?}: {said}");
    }
}
