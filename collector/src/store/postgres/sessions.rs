//! The table of sessions, as it is read.

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Postgres, Row as _};

use super::failure::unavailable;
use super::users;
use crate::auth::{KeyHash, Stage, StoredSession};
use crate::store::StoreError;

/// The session with this token, where it stands.
pub(super) async fn by_token(
    reader: &PgPool,
    token: &KeyHash,
    now: i64,
) -> Result<Option<StoredSession>, StoreError> {
    let sql = select("sessions.hash = $2");
    let query = sqlx::query(&sql).bind(now).bind(token.as_bytes());
    let row = query.fetch_optional(reader).await.map_err(unavailable)?;
    row.as_ref().map(session).transpose()
}

/// The full sessions of a user that stand, the newest first.
pub(super) async fn of_user(
    reader: &PgPool,
    user: i64,
    now: i64,
) -> Result<Vec<StoredSession>, StoreError> {
    let sql = select("sessions.user_id = $2 AND stage = 'full' ORDER BY sessions.id DESC");
    let rows = sqlx::query(&sql).bind(now).bind(user).fetch_all(reader).await;
    rows.map_err(unavailable)?.iter().map(session).collect()
}

/// Whether the session of this number stands.
pub(super) async fn stands<'e>(
    reader: impl Executor<'e, Database = Postgres>,
    session: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM sessions WHERE id = $1 AND stage = 'full' AND expires_at > $2";
    let found: Option<i64> = sqlx::query_scalar(sql)
        .bind(session)
        .bind(now)
        .fetch_optional(reader)
        .await
        .map_err(unavailable)?;
    Ok(found.is_some())
}

/// The same of a session that gave a right to write: whoever ends it waits for what is written.
pub(super) async fn holds(writer: &mut PgConnection, session: i64) -> Result<bool, StoreError> {
    // Whoever asks was let in a moment ago, by a clock of its own.
    let sql = "SELECT id FROM sessions WHERE id = $1 AND stage = 'full' FOR SHARE";
    let query = sqlx::query_scalar::<_, i64>(sql).bind(session);
    Ok(query.fetch_optional(writer).await.map_err(unavailable)?.is_some())
}

/// Sessions of users who are disabled are gone already; it is asked for all the same.
fn select(condition: &str) -> String {
    format!(
        "SELECT sessions.id, stage, pending_secret, sessions.created_at, seen_at, expires_at, {} \
         FROM sessions JOIN users ON users.id = sessions.user_id \
         WHERE expires_at > $1 AND users.disabled_at IS NULL AND {condition}",
        users::COLUMNS
    )
}

fn session(row: &PgRow) -> Result<StoredSession, StoreError> {
    let stage = Stage::named(row.try_get("stage").map_err(unavailable)?);
    let pending: Option<&[u8]> = row.try_get("pending_secret").map_err(unavailable)?;
    Ok(StoredSession {
        id: row.try_get("id").map_err(unavailable)?,
        user: users::user(row)?,
        stage: stage.ok_or(StoreError::Damaged("a session cannot be read"))?,
        pending: pending.map(users::read_secret).transpose()?,
        created_at: row.try_get("created_at").map_err(unavailable)?,
        seen_at: row.try_get("seen_at").map_err(unavailable)?,
        expires_at: row.try_get("expires_at").map_err(unavailable)?,
    })
}
