//! What logging in changes: sessions, second factors and attempts.

use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query;
use sqlx::{Executor, Row as _};

use super::failure::unavailable;
use super::users;
use crate::auth::{Attempts, KeyHash, NameKey, PasswordHash, Stage};
use crate::store::{LoginAttempt, LoginChange, NewSession, Proof, StoreError};

/// Does what is asked for; `false` where it does not apply.
pub(super) async fn change(
    writer: &mut PgConnection,
    change: &LoginChange,
) -> Result<bool, StoreError> {
    if let LoginChange::Complete { session, .. }
    | LoginChange::ChangePassword { session, .. }
    | LoginChange::Propose { session, .. }
    | LoginChange::Enrol { session, .. }
    | LoginChange::Remove { session, .. } = change
    {
        hold(writer, *session).await?;
    }
    match change {
        LoginChange::Begin { session, password, has_second_factor, name } => {
            if !begin(writer, session, password, *has_second_factor).await? {
                return Ok(false);
            }
            begun(writer, session, name).await.map(|()| true)
        }
        LoginChange::GiveBack { name } => give_back(writer, name).await,
        LoginChange::Complete { session, renewed, proof, name } => {
            complete(writer, *session, renewed, *proof, name).await
        }
        LoginChange::Use { session, now, expires_at } => {
            let sql = "UPDATE sessions SET seen_at = $1, expires_at = $2 WHERE id = $3";
            did(writer, sqlx::query(sql).bind(now).bind(expires_at).bind(session)).await
        }
        LoginChange::End { session } => {
            did(writer, sqlx::query("DELETE FROM sessions WHERE id = $1").bind(session)).await
        }
        LoginChange::EndAll { user } => {
            did(writer, sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user)).await
        }
        LoginChange::ChangePassword { user, password, session, name } => {
            if !change_password(writer, *user, password, *session).await? {
                return Ok(false);
            }
            end_others(writer, *user, *session).await?;
            forget_attempts(writer, name).await.map(|()| true)
        }
        LoginChange::Propose { session, secret } => {
            let sql = "UPDATE sessions SET pending_secret = $1 \
                 WHERE id = $2 AND stage = 'full' AND pending_secret IS NULL AND EXISTS \
                 (SELECT 1 FROM users WHERE id = sessions.user_id AND totp_secret IS NULL)";
            did(writer, sqlx::query(sql).bind(secret.as_bytes()).bind(session)).await
        }
        LoginChange::Enrol { session, step, codes } => enrol(writer, *session, *step, codes).await,
        LoginChange::Remove { user, session, proof, now, name } => {
            let is_there = has_come_to(writer, *session, *user, Stage::Full, *now).await?;
            if !is_there || !accept(writer, *user, *proof, *now).await? {
                return Ok(false);
            }
            remove(writer, *user).await?;
            forget_attempts(writer, name).await.map(|()| true)
        }
        LoginChange::Tidy { now } => tidy(writer, *now).await,
    }
}

/// Holds whoever this session is of, before anything else is looked at: of a reset and what the session
/// does, one comes first, and the other sees all of it.
async fn hold(writer: &mut PgConnection, session: i64) -> Result<(), StoreError> {
    let sql = "SELECT id FROM users \
         WHERE id = (SELECT user_id FROM sessions WHERE id = $1) FOR UPDATE";
    let query = sqlx::query(sql).bind(session);
    query.fetch_optional(writer).await.map(drop).map_err(unavailable)
}

/// Runs a statement, and tells whether it changed anything.
async fn did(
    writer: &mut PgConnection,
    query: Query<'_, Postgres, PgArguments>,
) -> Result<bool, StoreError> {
    Ok(query.execute(writer).await.map_err(unavailable)?.rows_affected() > 0)
}

async fn begin(
    writer: &mut PgConnection,
    session: &NewSession,
    password: &PasswordHash,
    has_second_factor: bool,
) -> Result<bool, StoreError> {
    // Looking at a password takes long: who was disabled or reset meanwhile, or has another password
    // or a second factor since then, gets none.
    let sql = "INSERT INTO sessions (hash, user_id, stage, created_at, seen_at, expires_at) \
         SELECT $1, id, $2, $3, $4, $5 FROM users WHERE id = $6 AND disabled_at IS NULL \
         AND password = $7 AND (totp_secret IS NOT NULL) = $8 FOR SHARE";
    let query = sqlx::query(sql)
        .bind(session.token.as_bytes())
        .bind(session.stage.as_str())
        .bind(session.now)
        .bind(session.now)
        .bind(session.expires_at)
        .bind(session.user)
        .bind(password.as_str())
        .bind(has_second_factor);
    did(writer, query).await
}

/// What a session that has begun means for the attempts under its name.
async fn begun(
    writer: &mut PgConnection,
    session: &NewSession,
    name: &KeyHash,
) -> Result<(), StoreError> {
    match session.stage {
        Stage::Full => succeeded(writer, session, name).await,
        Stage::Password => give_back(writer, name).await.map(drop),
    }
}

async fn give_back(writer: &mut PgConnection, name: &KeyHash) -> Result<bool, StoreError> {
    let sql = "UPDATE login_attempts SET failures = failures - 1 WHERE hash = $1 AND failures > 0";
    did(writer, sqlx::query(sql).bind(name.as_bytes())).await
}

/// Somebody is in: what failed before is forgotten.
async fn succeeded(
    writer: &mut PgConnection,
    session: &NewSession,
    name: &KeyHash,
) -> Result<(), StoreError> {
    let sql = "UPDATE users SET last_login_at = $1 WHERE id = $2";
    did(writer, sqlx::query(sql).bind(session.now).bind(session.user)).await?;
    forget_attempts(writer, name).await
}

/// Forgets what failed under the name with this hash.
pub(super) async fn forget_attempts(
    writer: &mut PgConnection,
    name: &KeyHash,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM login_attempts WHERE hash = $1";
    did(writer, sqlx::query(sql).bind(name.as_bytes())).await.map(drop)
}

async fn complete(
    writer: &mut PgConnection,
    session: i64,
    renewed: &NewSession,
    proof: Proof,
    name: &KeyHash,
) -> Result<bool, StoreError> {
    // First, so that the proof is not used up for a session that is over.
    let is_there = has_come_to(writer, session, renewed.user, Stage::Password, renewed.now).await?;
    if !is_there || !accept(writer, renewed.user, proof, renewed.now).await? {
        return Ok(false);
    }
    let sql = "UPDATE sessions SET hash = $1, stage = $2, created_at = $3, seen_at = $4, \
         expires_at = $5 WHERE id = $6";
    let query = sqlx::query(sql)
        .bind(renewed.token.as_bytes())
        .bind(renewed.stage.as_str())
        .bind(renewed.now)
        .bind(renewed.now)
        .bind(renewed.expires_at)
        .bind(session);
    did(writer, query).await?;
    succeeded(writer, renewed, name).await.map(|()| true)
}

/// Whether a session of this user stands and has come so far.
async fn has_come_to(
    writer: &mut PgConnection,
    session: i64,
    user: i64,
    stage: Stage,
    now: i64,
) -> Result<bool, StoreError> {
    // Whoever ends it meanwhile waits until what is done in it is done.
    let sql = "SELECT id FROM sessions \
         WHERE id = $1 AND user_id = $2 AND stage = $3 AND expires_at > $4 FOR UPDATE";
    let query = sqlx::query_scalar::<_, i64>(sql);
    let query = query.bind(session).bind(user).bind(stage.as_str()).bind(now);
    Ok(query.fetch_optional(writer).await.map_err(unavailable)?.is_some())
}

/// Takes a second factor, which is good once.
async fn accept(
    writer: &mut PgConnection,
    user: i64,
    proof: Proof,
    now: i64,
) -> Result<bool, StoreError> {
    match proof {
        Proof::Step(step) => {
            let sql = "UPDATE users SET totp_step = $1 \
                 WHERE id = $2 AND totp_step < $3 AND totp_secret IS NOT NULL";
            did(writer, sqlx::query(sql).bind(step).bind(user).bind(step)).await
        }
        Proof::Recovery(code) => {
            let sql = "UPDATE recovery_codes SET used_at = $1 \
                 WHERE user_id = $2 AND hash = $3 AND used_at IS NULL";
            did(writer, sqlx::query(sql).bind(now).bind(user).bind(code.as_bytes())).await
        }
    }
}

async fn change_password(
    writer: &mut PgConnection,
    user: i64,
    password: &PasswordHash,
    session: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET password = $1, must_change = false WHERE id = $2 \
         AND EXISTS (SELECT 1 FROM sessions \
         WHERE id = $3 AND user_id = users.id AND stage = 'full')";
    did(writer, sqlx::query(sql).bind(password.as_str()).bind(user).bind(session)).await
}

async fn end_others(writer: &mut PgConnection, user: i64, session: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
    did(writer, sqlx::query(sql).bind(user).bind(session)).await.map(drop)
}

async fn enrol(
    writer: &mut PgConnection,
    session: i64,
    step: i64,
    codes: &[KeyHash],
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET totp_secret = pending_secret, totp_step = $1 FROM sessions \
         WHERE sessions.id = $2 AND users.id = sessions.user_id \
         AND totp_secret IS NULL AND pending_secret IS NOT NULL RETURNING users.id";
    let query = sqlx::query_scalar(sql).bind(step).bind(session);
    let user: Option<i64> = query.fetch_optional(&mut *writer).await.map_err(unavailable)?;
    let Some(user) = user else { return Ok(false) };
    users::forget_codes(writer, Some(user)).await?;
    for code in codes {
        let sql = "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)";
        did(writer, sqlx::query(sql).bind(user).bind(code.as_bytes())).await?;
    }
    let sql = "UPDATE sessions SET pending_secret = NULL WHERE id = $1";
    did(writer, sqlx::query(sql).bind(session)).await?;
    end_others(writer, user, session).await?;
    Ok(true)
}

async fn remove(writer: &mut PgConnection, user: i64) -> Result<(), StoreError> {
    let sql = "UPDATE users SET totp_secret = NULL WHERE id = $1";
    did(writer, sqlx::query(sql).bind(user)).await?;
    users::forget_codes(writer, Some(user)).await
}

async fn tidy(writer: &mut PgConnection, now: i64) -> Result<bool, StoreError> {
    let sessions =
        did(writer, sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now)).await?;
    let sql = "DELETE FROM login_attempts WHERE since <= $1";
    let before = Attempts::forgotten_before(now);
    Ok(did(writer, sqlx::query(sql).bind(before)).await? || sessions)
}

/// By which names are hashed.
pub(super) async fn name_key<'e>(
    reader: impl Executor<'e, Database = Postgres>,
) -> Result<NameKey, StoreError> {
    let sql = "SELECT value FROM secrets WHERE name = 'name_key'";
    let bytes: Option<Vec<u8>> =
        sqlx::query_scalar(sql).fetch_optional(reader).await.map_err(unavailable)?;
    let key = bytes.as_deref().and_then(NameKey::from_bytes);
    key.ok_or(StoreError::Damaged("the key for names cannot be read"))
}

/// The attempts under the name with this hash.
pub(super) async fn attempts<'e>(
    reader: impl Executor<'e, Database = Postgres>,
    name: &KeyHash,
) -> Result<Attempts, StoreError> {
    let sql = "SELECT failures, since FROM login_attempts WHERE hash = $1";
    let row = sqlx::query(sql).bind(name.as_bytes()).fetch_optional(reader).await;
    let Some(row) = row.map_err(unavailable)? else { return Ok(Attempts::default()) };
    let failures: i64 = row.try_get("failures").map_err(unavailable)?;
    let since = row.try_get("since").map_err(unavailable)?;
    Ok(Attempts { failures: u32::try_from(failures.max(0)).unwrap_or(u32::MAX), since })
}

/// Counts another.
pub(super) async fn attempt(
    writer: &mut PgConnection,
    name: &KeyHash,
    now: i64,
) -> Result<LoginAttempt, StoreError> {
    // Of two at once one waits until the other was counted.
    let sql = "INSERT INTO login_attempts VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
    did(writer, sqlx::query(sql).bind(name.as_bytes()).bind(now)).await?;
    let sql = "SELECT 1 FROM login_attempts WHERE hash = $1 FOR UPDATE";
    did(writer, sqlx::query(sql).bind(name.as_bytes())).await?;
    let before = attempts(&mut *writer, name).await?;
    if let Some(wait) = before.wait(now) {
        return Ok(LoginAttempt::Wait(wait));
    }
    let own = before.and_another(now);
    let sql = "INSERT INTO login_attempts VALUES ($1, $2, $3) ON CONFLICT (hash) DO UPDATE \
         SET failures = excluded.failures, since = excluded.since";
    did(
        writer,
        sqlx::query(sql).bind(name.as_bytes()).bind(i64::from(own.failures)).bind(own.since),
    )
    .await?;
    Ok(LoginAttempt::Counted { is_last: own.are_too_many() })
}
