//! The address of the database: what it may say, and how to connect by it.

use std::fmt;
use std::fs::File;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::store::StoreError;

const FORM: &str = "the address is to be postgres://USER:PASSWORD@HOST:PORT/DATABASE, in which \
     characters such as @ : / # and % are written %40 %3A %2F %23 and %25";
const SEVERAL: &str = "the address names several hosts: give one, such as that of a proxy which \
     knows the primary";
const UNKNOWN: &str = "the address has a parameter that is not known; there are sslmode, \
     sslrootcert, sslcert, sslkey, host, hostaddr, port, dbname, user, password, application_name \
     and options";
const NO_FILE: &str =
    "a file that the address names (sslrootcert, sslcert or sslkey) cannot be read";

/// What may stand behind the question mark. The library passes over anything else, and tells it in
/// full: a password, say, whose name is misspelt.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
/// Those that name a file.
const FILES: [&str; 3] = ["sslrootcert", "sslcert", "sslkey"];

/// How to connect.
#[derive(Clone)]
pub(super) struct Address(PgConnectOptions);

impl Address {
    /// How to connect to the database of this address, with these settings.
    pub(super) fn read(address: &str, settings: &[(&str, &str)]) -> Result<Self, StoreError> {
        let (place, parameters) = address.split_once('?').unwrap_or((address, ""));
        if hosts(place).contains(',') {
            return Err(StoreError::Damaged(SEVERAL));
        }
        for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
            if !PARAMETERS.contains(&&*name) {
                return Err(StoreError::Damaged(UNKNOWN));
            }
            let is_file = FILES.contains(&&*name) && !value.trim_start().starts_with("-----BEGIN");
            if is_file && File::open(&*value).is_err() {
                return Err(StoreError::Damaged(NO_FILE));
            }
        }
        let options = PgConnectOptions::from_str(address).map_err(|_| StoreError::Damaged(FORM))?;
        let options = options.application_name("epilogue-collector");
        Ok(Self(options.options(settings.iter().copied()).disable_statement_logging()))
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.0
    }
}

/// The host with its port, or several of them.
fn hosts(place: &str) -> &str {
    let authority = place.split_once("://").map_or(place, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts)
}

/// It may hold a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<Address, StoreError> {
        Address::read(address, &[])
    }

    #[test]
    fn what_an_address_may_say_is_taken() {
        for address in [
            "postgres://",
            "postgres://me:a,b@host/x",
            "postgres://me:p%40ss%2Fw%25rd@host:5433/x?sslmode=verify-full",
            "postgresql://me@%2Fvar%2Frun%2Fpostgresql/x",
            "postgres:///x?host=/var/run/postgresql&user=me&password=word",
            "postgres://me@[::1]:5432/x?options=-c%20work_mem%3D8MB",
            "postgres://me@host/x?sslrootcert=-----BEGIN%20CERTIFICATE-----x-----END-----",
        ] {
            assert!(read(address).is_ok(), "{address}");
        }
        let address = read("postgres://me:p%40ss%2Fw%25rd@host:5433/x").unwrap();
        let options = address.options();
        assert_eq!((options.get_host(), options.get_port()), ("host", 5433));
        assert_eq!((options.get_username(), options.get_database()), ("me", Some("x")));
    }

    #[test]
    fn what_it_may_not_say_is_told_and_no_password_is_shown() {
        for (address, why) in [
            ("postgres://me:top-secret@[x/y", FORM),
            ("postgres://me:top-secret@host:99999/y", FORM),
            ("postgres://me:top%FFsecret@host/y", FORM),
            ("postgres://me:top-secret@host/y?port=top-secret", FORM),
            ("postgres://me:top-secret@host/y?sslmode=top-secret", FORM),
            ("postgres://me:top-secret@one:1,two:2/y", SEVERAL),
            ("postgres://me:top-secret@one,two/y", SEVERAL),
            ("postgres://me@host/y?pasword=top-secret", UNKNOWN),
            ("postgres://me@host/y?sslrootcert=/no/such/top-secret", NO_FILE),
        ] {
            assert_eq!(read(address).unwrap_err(), StoreError::Damaged(why), "{address}");
        }
        let address = read("postgres://me:top-secret@host/y").unwrap();
        assert!(!format!("{address:?} {address:#?}").contains("top-secret"));
    }
}
