//! Giving what the file holds to another store, and taking the same in.

mod belongings;
mod records;

use std::borrow::Cow;

use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::SqliteStore;
use super::failure::unavailable;
use crate::auth::{BoxFuture, ClientId, Mover};
use crate::store::orders::{Act, Owned};
use crate::store::transfer::{Begun, Belongings, Counts, Identity, Stretch, Transfer};
use crate::store::{Entry, Listed, StoreError};

impl Transfer for SqliteStore {
    fn identity<'a>(&'a self, _: &'a Mover) -> BoxFuture<'a, Result<Identity, StoreError>> {
        Box::pin(records::identity(&self.keys))
    }

    fn settled<'a>(&'a self, _: &'a Mover) -> BoxFuture<'a, Result<i64, StoreError>> {
        Box::pin(records::settled(&self.readers))
    }

    fn stretch<'a>(
        &'a self,
        _: &'a Mover,
        after: i64,
        through: i64,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Listed>, StoreError>> {
        Box::pin(records::stretch(&self.readers, after, through, limit))
    }

    fn find<'a>(
        &'a self,
        _: &'a Mover,
        asked: &'a [(ClientId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<Listed>, StoreError>> {
        Box::pin(records::find(&self.readers, asked))
    }

    fn counts<'a>(&'a self, _: &'a Mover) -> BoxFuture<'a, Result<Counts, StoreError>> {
        Box::pin(records::counts(&self.readers))
    }

    /// As its text.
    fn kept<'p>(&self, payload: &'p str) -> Cow<'p, str> {
        Cow::Borrowed(payload)
    }

    fn belongings<'a>(&'a self, _: &'a Mover) -> BoxFuture<'a, Result<Belongings, StoreError>> {
        Box::pin(belongings::all(&self.keys))
    }

    fn begin_copy<'a>(
        &'a self,
        _: &'a Mover,
        source: &'a Identity,
        belongings: Belongings,
        record: Entry,
    ) -> BoxFuture<'a, Result<Begun, StoreError>> {
        let counter = source.counter();
        let (act, done) = Act::new(None, move |writer| {
            Box::pin(async move {
                let begun = begin(writer, &counter).await?;
                if begun != Begun::Occupied {
                    belongings::put(writer, &belongings).await?;
                }
                Ok((begun, if begun == Begun::Now { vec![record] } else { Vec::new() }))
            })
        });
        Box::pin(self.orders.act((act.of_keys(), done)))
    }

    fn copied_through<'a>(
        &'a self,
        _: &'a Mover,
        source: &'a Identity,
    ) -> BoxFuture<'a, Result<Option<i64>, StoreError>> {
        Box::pin(async {
            let sql = "SELECT value FROM counters WHERE name = ?";
            let through = sqlx::query_scalar(sql).bind(source.counter());
            through.fetch_optional(&self.keys).await.map_err(unavailable)
        })
    }

    fn take<'a>(
        &'a self,
        _: &'a Mover,
        source: &'a Identity,
        stretch: Stretch,
        records: Owned,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let counter = source.counter();
        Box::pin(self.orders.act(Act::carrying(None, move |writer| {
            Box::pin(async move {
                let is_next = advance(writer, &counter, stretch).await?;
                Ok((is_next, if is_next { records } else { Vec::new() }))
            })
        })))
    }

    fn take_belongings<'a>(
        &'a self,
        _: &'a Mover,
        belongings: Belongings,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let (act, done) = Act::new(None, move |writer| {
            Box::pin(async move {
                belongings::put(writer, &belongings).await.map(|()| ((), Vec::new()))
            })
        });
        Box::pin(self.orders.act((act.of_keys(), done)))
    }

    fn tell_copy<'a>(
        &'a self,
        _: &'a Mover,
        record: Entry,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(
            self.orders
                .act(Act::new(None, move |_| Box::pin(async move { Ok(((), vec![record])) }))),
        )
    }
}

async fn begin(writer: &mut SqliteConnection, counter: &str) -> Result<Begun, StoreError> {
    let sql = "SELECT value FROM counters WHERE name = ?";
    let through = sqlx::query_scalar(sql).bind(counter).fetch_optional(&mut *writer).await;
    if let Some(through) = through.map_err(unavailable)? {
        return Ok(Begun::Before(through));
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM workflow_logs) OR EXISTS (SELECT 1 FROM api_keys) \
         OR EXISTS (SELECT 1 FROM users)";
    let holds_something: bool =
        sqlx::query_scalar(sql).fetch_one(&mut *writer).await.map_err(unavailable)?;
    if holds_something {
        return Ok(Begun::Occupied);
    }
    let sql = "INSERT INTO counters VALUES (?, 0)";
    sqlx::query(sql).bind(counter).execute(writer).await.map_err(unavailable)?;
    Ok(Begun::Now)
}

/// Notes how far the copy has come, where it was at the beginning of the stretch.
async fn advance(
    writer: &mut SqliteConnection,
    counter: &str,
    stretch: Stretch,
) -> Result<bool, StoreError> {
    let sql = "UPDATE counters SET value = ? WHERE name = ? AND value = ?";
    let query = sqlx::query(sql).bind(stretch.through).bind(counter).bind(stretch.after);
    Ok(query.execute(writer).await.map_err(unavailable)?.rows_affected() > 0)
}
