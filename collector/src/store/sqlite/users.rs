//! The table of users.

use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Executor, Row as _, Sqlite};

use super::failure::unavailable;
use super::logins;
use crate::auth::{Account, ClientId, PasswordHash, Role, TotpSecret, User, UserName};
use crate::store::{StoreError, UserChange};

/// What a user is read from, in a statement that calls the table `users`.
pub(super) const COLUMNS: &str = "users.id AS user_id, users.name, users.role, users.client_id, \
     users.must_change, users.totp_secret IS NOT NULL AS has_second_factor, \
     users.created_at AS user_created_at, users.disabled_at, users.last_login_at";

pub(super) async fn all(reader: &SqlitePool) -> Result<Vec<User>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users ORDER BY name");
    let rows = sqlx::query(&sql).fetch_all(reader).await.map_err(unavailable)?;
    rows.iter().map(user).collect()
}

pub(super) async fn account<'e>(
    reader: impl Executor<'e, Database = Sqlite>,
    name: &UserName,
) -> Result<Option<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, password, totp_secret FROM users WHERE name = ?");
    let row = sqlx::query(&sql).bind(name.as_str()).fetch_optional(reader).await;
    let Some(row) = row.map_err(unavailable)? else { return Ok(None) };
    let secret: Option<&[u8]> = row.try_get("totp_secret").map_err(unavailable)?;
    Ok(Some(Account {
        user: user(&row)?,
        password: PasswordHash::from_stored(row.try_get("password").map_err(unavailable)?),
        secret: secret.map(read_secret).transpose()?,
    }))
}

/// A secret as it is stored.
pub(super) fn read_secret(bytes: &[u8]) -> Result<TotpSecret, StoreError> {
    TotpSecret::from_bytes(bytes).ok_or(StoreError::Damaged("a second factor cannot be read"))
}

/// The user that a row holds by the columns above.
pub(super) fn user(row: &SqliteRow) -> Result<User, StoreError> {
    let damaged = || StoreError::Damaged("a user cannot be read");
    let read = || -> Result<Option<User>, sqlx::Error> {
        let client: Option<&str> = row.try_get("client_id")?;
        let role = Role::named(row.try_get("role")?, client.and_then(ClientId::new));
        let (Some(name), Some(role)) = (UserName::new(row.try_get("name")?), role) else {
            return Ok(None);
        };
        Ok(Some(User {
            id: row.try_get("user_id")?,
            name,
            role,
            has_second_factor: row.try_get("has_second_factor")?,
            must_change: row.try_get("must_change")?,
            created_at: row.try_get("user_created_at")?,
            disabled_at: row.try_get("disabled_at")?,
            last_login_at: row.try_get("last_login_at")?,
        }))
    };
    read().map_err(unavailable)?.ok_or_else(damaged)
}

/// Makes or changes a user; `false` where that does not apply.
pub(super) async fn administer(
    writer: &mut SqliteConnection,
    change: &UserChange,
) -> Result<bool, StoreError> {
    match change {
        UserChange::Create { name, role, password, now } => {
            create(writer, name, role, password, *now).await
        }
        UserChange::Disable { name, now } => {
            let sql = "UPDATE users SET disabled_at = ? WHERE name = ? AND disabled_at IS NULL \
                 RETURNING id";
            let query = sqlx::query_scalar(sql).bind(now).bind(name.as_str());
            let user = query.fetch_optional(&mut *writer).await.map_err(unavailable)?;
            end_all_of(writer, user).await
        }
        UserChange::Reset { name, password } => reset(writer, name, password).await,
    }
}

async fn create(
    writer: &mut SqliteConnection,
    name: &UserName,
    role: &Role,
    password: &PasswordHash,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = "INSERT OR IGNORE INTO users \
         (name, role, client_id, password, must_change, created_at) VALUES (?, ?, ?, ?, 1, ?)";
    let query = sqlx::query(sql)
        .bind(name.as_str())
        .bind(role.as_str())
        .bind(role.client().map(ClientId::as_str))
        .bind(password.as_str())
        .bind(now);
    let inserted = query.execute(writer).await.map_err(unavailable)?;
    Ok(inserted.rows_affected() > 0)
}

async fn reset(
    writer: &mut SqliteConnection,
    name: &UserName,
    password: &PasswordHash,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET password = ?, must_change = 1, totp_secret = NULL, \
         disabled_at = NULL WHERE name = ? RETURNING id";
    let query = sqlx::query_scalar(sql).bind(password.as_str()).bind(name.as_str());
    let user = query.fetch_optional(&mut *writer).await.map_err(unavailable)?;
    if user.is_some() {
        // Somebody who has to wait is let in again by it.
        let key = logins::name_key(&mut *writer).await?;
        logins::forget_attempts(writer, &key.hash(name.as_str())).await?;
    }
    forget_codes(writer, user).await?;
    end_all_of(writer, user).await
}

/// Ends all sessions of a user; `false` where there is none.
pub(super) async fn end_all_of(
    writer: &mut SqliteConnection,
    user: Option<i64>,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE user_id = ?";
    sqlx::query(sql).bind(user).execute(writer).await.map_err(unavailable)?;
    Ok(user.is_some())
}

/// Forgets the recovery codes of a user.
pub(super) async fn forget_codes(
    writer: &mut SqliteConnection,
    user: Option<i64>,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = ?";
    sqlx::query(sql).bind(user).execute(writer).await.map(drop).map_err(unavailable)
}
