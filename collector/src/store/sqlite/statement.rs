//! Statements that insert many rows at once.

use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};

/// How many rows a statement inserts. Few sizes, so that every statement is prepared once, and close
/// ones, so that few statements do: each is a way to the thread of the connection and back.
const SIZES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

pub(super) type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments<'q>>;

/// One insertion, in every size.
#[derive(Debug)]
pub(super) struct Statements([String; SIZES.len()]);

impl Statements {
    /// Writes the statements: what to do, the table and its columns.
    pub(super) fn new(verb: &str, table: &str, columns: &[&str]) -> Self {
        Self::ending(verb, table, columns, "")
    }

    /// The same with what is to be done where a row is there already.
    pub(super) fn ending(verb: &str, table: &str, columns: &[&str], end: &str) -> Self {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        Self(SIZES.map(|size| {
            let rows = vec![row.as_str(); size].join(", ");
            format!("{verb} {table} ({}) VALUES {rows} {end}", columns.join(", "))
        }))
    }

    /// Inserts the rows, and tells how many were.
    pub(super) async fn run<'q, T>(
        &'q self,
        writer: &mut SqliteConnection,
        mut rows: &'q [T],
        bind: impl Fn(SqliteQuery<'q>, &'q T) -> SqliteQuery<'q>,
    ) -> Result<u64, sqlx::Error> {
        let mut inserted = 0;
        while !rows.is_empty() {
            let at = SIZES.iter().position(|size| *size <= rows.len()).unwrap_or(SIZES.len() - 1);
            let (chunk, rest) = rows.split_at(SIZES[at]);
            let query = chunk.iter().fold(sqlx::query(&self.0[at]), &bind);
            inserted += query.execute(&mut *writer).await?.rows_affected();
            rows = rest;
        }
        Ok(inserted)
    }
}
