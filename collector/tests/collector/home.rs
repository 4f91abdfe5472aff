//! Where a collector of the tests has its records: in a directory, or in a database of the server that
//! `EPILOGUE_TEST_STORE` names, so that the same tests hold for either store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::database::Database;

/// The databases, by the directories that they stand for.
static DATABASES: Mutex<BTreeMap<PathBuf, Database>> = Mutex::new(BTreeMap::new());

/// A directory, and the database that belongs to it. Both go with the test.
pub(crate) struct Home(TempDir);

impl Home {
    /// A new one, in the store that the tests are told to use.
    pub(crate) fn new() -> Self {
        match std::env::var("EPILOGUE_TEST_STORE") {
            Ok(server) => Self::over(Database::of(server)),
            Err(_) => Self::embedded(),
        }
    }

    /// A new one that stands for this database.
    pub(crate) fn over(database: Database) -> Self {
        let home = Self::embedded();
        databases(|all| all.insert(home.0.path().to_owned(), database));
        home
    }

    /// A new one in a file, for what is true of SQLite alone.
    pub(crate) fn embedded() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Notes that another server has the database now.
    pub(crate) fn moved_to(&self, server: &str) {
        databases(|all| all.get_mut(self.0.path()).unwrap().moved_to(server));
    }

    /// A new one in a database, for what is true of PostgreSQL alone; `None` where the tests were told
    /// of no server.
    pub(crate) fn in_a_database() -> Option<Self> {
        Database::fresh().map(Self::over)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Dropped outside of the lock: the database takes its time.
        let database = databases(|all| all.remove(self.0.path()));
        drop(database);
    }
}

/// The address of the store that this directory stands for; `None` where it is in the directory.
pub(crate) fn store_of(directory: &Path) -> Option<String> {
    databases(|all| all.get(directory).map(Database::address))
}

fn databases<T>(look: impl FnOnce(&mut BTreeMap<PathBuf, Database>) -> T) -> T {
    look(&mut DATABASES.lock().unwrap_or_else(PoisonError::into_inner))
}
