//! Giving what the database holds to another store, and taking the same in.

mod belongings;
mod records;

use std::borrow::Cow;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::failure::unavailable;
use super::within::{PATIENT, answered};
use super::{PostgresStore, months, numbers};
use crate::auth::{BoxFuture, ClientId, Mover};
use crate::store::orders::{Act, Owned};
use crate::store::transfer::{Begun, Belongings, Counts, Identity, Stretch, Transfer};
use crate::store::{Entry, Listed, StoreError};

impl Transfer for PostgresStore {
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

    /// As JSONB, which refuses some numbers.
    fn kept<'p>(&self, payload: &'p str) -> Cow<'p, str> {
        numbers::kept(payload)
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
        // Nobody else stores or makes a key meanwhile.
        Box::pin(self.orders.act((act.of_keys().long(), done)))
    }

    fn copied_through<'a>(
        &'a self,
        _: &'a Mover,
        source: &'a Identity,
    ) -> BoxFuture<'a, Result<Option<i64>, StoreError>> {
        Box::pin(async {
            let sql = "SELECT value FROM counters WHERE name = $1";
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
        let moments = records.iter().map(|(_, entry)| entry.row.recorded_at()).collect();
        let (act, done) = Act::carrying(None, move |writer| {
            Box::pin(async move {
                let is_next = advance(writer, &counter, stretch).await?;
                Ok((is_next, if is_next { records } else { Vec::new() }))
            })
        });
        Box::pin(async move {
            answered(PATIENT, months::make_for(&self.keys, moments)).await?;
            self.orders.act((act.long(), done)).await
        })
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
        Box::pin(self.orders.act((act.of_keys().long(), done)))
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

async fn begin(writer: &mut PgConnection, counter: &str) -> Result<Begun, StoreError> {
    // Whoever was ended in the middle of a commit is waited for.
    let sql = "SELECT value FROM counters WHERE name = $1 FOR UPDATE";
    let through = sqlx::query_scalar(sql).bind(counter).fetch_optional(&mut *writer).await;
    if let Some(through) = through.map_err(unavailable)? {
        return Ok(Begun::Before(through));
    }
    let sql = "SELECT EXISTS (SELECT FROM workflow_logs) OR EXISTS (SELECT FROM api_keys) \
         OR EXISTS (SELECT FROM users)";
    let holds_something: bool =
        sqlx::query_scalar(sql).fetch_one(&mut *writer).await.map_err(unavailable)?;
    if holds_something {
        return Ok(Begun::Occupied);
    }
    let sql = "INSERT INTO counters VALUES ($1, 0)";
    sqlx::query(sql).bind(counter).execute(writer).await.map_err(unavailable)?;
    Ok(Begun::Now)
}

/// Notes how far the copy has come, where it was at the beginning of the stretch.
async fn advance(
    writer: &mut PgConnection,
    counter: &str,
    stretch: Stretch,
) -> Result<bool, StoreError> {
    let sql = "UPDATE counters SET value = $1 WHERE name = $2 AND value = $3";
    let query = sqlx::query(sql).bind(stretch.through).bind(counter).bind(stretch.after);
    Ok(query.execute(writer).await.map_err(unavailable)?.rows_affected() > 0)
}
