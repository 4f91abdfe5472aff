//! Keys, users and what producers have lost, as they go from one store to another.

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Row as _};

use crate::auth::{ClientId, KeyHash, StoredKey};
use crate::store::StoreError;
use crate::store::lost::FORGOTTEN;
use crate::store::postgres::failure::unavailable;
use crate::store::postgres::{keys, users};
use crate::store::transfer::{Belongings, Loss, Person, TAKEN};
use crate::time;

/// All that there is.
pub(super) async fn all(reader: &PgPool) -> Result<Belongings, StoreError> {
    let sql = "SELECT key_id, hour, requests FROM key_uses ORDER BY key_id, hour";
    let uses = sqlx::query_as(sql).fetch_all(reader).await.map_err(unavailable)?;
    let mut people = Vec::new();
    for user in users::all(reader).await? {
        // Nobody is ever taken away.
        let account = users::account(reader, &user.name).await?;
        let account = account.ok_or(StoreError::Damaged("a user cannot be read"))?;
        let sql = "SELECT totp_step FROM users WHERE id = $1";
        let totp_step = sqlx::query_scalar(sql).bind(user.id).fetch_one(reader).await;
        let totp_step = totp_step.map_err(unavailable)?;
        people.push(Person { account, totp_step, codes: codes(reader, user.id).await? });
    }
    people.sort_by_key(|person| person.account.user.id);
    Ok(Belongings { keys: keys::all(reader).await?, uses, people, losses: losses(reader).await? })
}

async fn codes(reader: &PgPool, user: i64) -> Result<Vec<(KeyHash, Option<i64>)>, StoreError> {
    let sql = "SELECT hash, used_at FROM recovery_codes WHERE user_id = $1 ORDER BY hash";
    let rows: Vec<(Vec<u8>, Option<i64>)> =
        sqlx::query_as(sql).bind(user).fetch_all(reader).await.map_err(unavailable)?;
    let code = |(hash, used_at): (Vec<u8>, _)| Some((KeyHash::from_bytes(&hash)?, used_at));
    let codes = rows.into_iter().map(code).collect::<Option<_>>();
    codes.ok_or(StoreError::Damaged("a recovery code cannot be read"))
}

async fn losses(reader: &PgPool) -> Result<Vec<Loss>, StoreError> {
    let sql = "SELECT client_id, instance, reason, records, told_at FROM producer_losses \
         ORDER BY client_id, instance, reason";
    let rows = sqlx::query(sql).fetch_all(reader).await.map_err(unavailable)?;
    let loss = |row: &PgRow| {
        let client = ClientId::new(row.try_get(0)?);
        let (instance, reason) = (row.try_get(1)?, row.try_get(2)?);
        let (records, told_at) = (row.try_get(3)?, row.try_get(4)?);
        Ok(client.map(|client| Loss { client, instance, reason, records, told_at }))
    };
    let losses = rows.iter().map(loss).collect::<Result<Option<_>, sqlx::Error>>();
    losses.map_err(unavailable)?.ok_or(StoreError::Damaged("a figure cannot be read"))
}

/// Takes all of it in.
pub(super) async fn put(
    writer: &mut PgConnection,
    belongings: &Belongings,
) -> Result<(), StoreError> {
    let sql = "UPDATE counters SET value = value + 1 WHERE name = 'key_generation'";
    sqlx::query(sql).execute(&mut *writer).await.map_err(unavailable)?;
    for key in &belongings.keys {
        put_key(writer, key).await?;
    }
    for (key, hour, requests) in &belongings.uses {
        let sql = "INSERT INTO key_uses AS old VALUES ($1, $2, $3) ON CONFLICT (key_id, hour) \
             DO UPDATE SET requests = greatest(old.requests, excluded.requests)";
        let query = sqlx::query(sql).bind(key).bind(hour).bind(requests);
        query.execute(&mut *writer).await.map_err(unavailable)?;
    }
    for person in &belongings.people {
        put_person(writer, person).await?;
    }
    put_losses(writer, &belongings.losses).await?;
    let key = belongings.keys.iter().map(|key| key.id).max();
    let user = belongings.people.iter().map(|person| person.account.user.id).max();
    go_on_behind(writer, key, user).await
}

async fn put_key(writer: &mut PgConnection, key: &StoredKey) -> Result<(), StoreError> {
    let sql = "INSERT INTO api_keys AS old \
         (id, hash, client_id, scope, created_at, revoked_at, last_used_at) \
         OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET \
         revoked_at = coalesce(old.revoked_at, excluded.revoked_at), \
         last_used_at = greatest(old.last_used_at, excluded.last_used_at) \
         WHERE old.hash = excluded.hash";
    let query = sqlx::query(sql)
        .bind(key.id)
        .bind(key.hash.as_bytes())
        .bind(key.client.as_str())
        .bind(key.scope.as_str())
        .bind(key.created_at)
        .bind(key.revoked_at)
        .bind(key.last_used_at);
    match query.execute(writer).await.map_err(unavailable)?.rows_affected() {
        0 => Err(StoreError::Damaged(TAKEN)),
        _ => Ok(()),
    }
}

async fn put_person(writer: &mut PgConnection, person: &Person) -> Result<(), StoreError> {
    let Person { account, totp_step, codes } = person;
    let user = &account.user;
    let sql = "SELECT EXISTS (SELECT FROM users WHERE (id = $1) <> (name = $2))";
    let query = sqlx::query_scalar(sql).bind(user.id).bind(user.name.as_str());
    if query.fetch_one(&mut *writer).await.map_err(unavailable)? {
        return Err(StoreError::Damaged(TAKEN));
    }
    let sql = "INSERT INTO users AS old (id, name, role, client_id, password, must_change, \
         totp_secret, totp_step, created_at, disabled_at, last_login_at) \
         OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (id) DO UPDATE SET \
         role = excluded.role, client_id = excluded.client_id, password = excluded.password, \
         must_change = excluded.must_change, totp_secret = excluded.totp_secret, \
         totp_step = greatest(old.totp_step, excluded.totp_step), \
         created_at = excluded.created_at, \
         disabled_at = coalesce(old.disabled_at, excluded.disabled_at), \
         last_login_at = excluded.last_login_at \
         WHERE coalesce(old.last_login_at, 0) <= coalesce(excluded.last_login_at, 0)";
    let query = sqlx::query(sql)
        .bind(user.id)
        .bind(user.name.as_str())
        .bind(user.role.as_str())
        .bind(user.role.client().map(ClientId::as_str))
        .bind(account.password.as_str())
        .bind(user.must_change)
        .bind(account.secret.as_ref().map(|secret| secret.as_bytes().to_vec()))
        .bind(totp_step)
        .bind(user.created_at)
        .bind(user.disabled_at)
        .bind(user.last_login_at);
    if query.execute(&mut *writer).await.map_err(unavailable)?.rows_affected() == 0 {
        return Ok(());
    }
    users::forget_codes(writer, Some(user.id)).await?;
    for (hash, used_at) in codes {
        let sql = "INSERT INTO recovery_codes (user_id, hash, used_at) VALUES ($1, $2, $3)";
        let query = sqlx::query(sql).bind(user.id).bind(hash.as_bytes()).bind(used_at);
        query.execute(&mut *writer).await.map_err(unavailable)?;
    }
    Ok(())
}

/// The larger figure of each process. Those that the source has forgotten since stand in its sum.
async fn put_losses(writer: &mut PgConnection, losses: &[Loss]) -> Result<(), StoreError> {
    let clients: Vec<_> = losses.iter().map(|it| it.client.as_str()).collect();
    let instances: Vec<_> = losses.iter().map(|it| it.instance.as_str()).collect();
    let reasons: Vec<_> = losses.iter().map(|it| it.reason.as_str()).collect();
    let sql = "INSERT INTO producer_losses AS old \
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) \
         ON CONFLICT (client_id, instance, reason) DO UPDATE SET \
         records = greatest(old.records, excluded.records), \
         told_at = greatest(old.told_at, excluded.told_at)";
    let query = sqlx::query(sql)
        .bind(&clients)
        .bind(&instances)
        .bind(&reasons)
        .bind(losses.iter().map(|it| it.records).collect::<Vec<_>>())
        .bind(losses.iter().map(|it| it.told_at).collect::<Vec<_>>());
    query.execute(&mut *writer).await.map_err(unavailable)?;
    let sql = "DELETE FROM producer_losses WHERE instance <> '' AND told_at < $1 \
         AND (client_id, instance, reason) NOT IN \
         (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]))";
    let query = sqlx::query(sql)
        .bind(time::now_millis().saturating_sub(FORGOTTEN))
        .bind(clients)
        .bind(instances)
        .bind(reasons);
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// Has the next key and the next user numbered behind these. Their numbers are the owner's to choose.
async fn go_on_behind(
    writer: &mut PgConnection,
    key: Option<i64>,
    user: Option<i64>,
) -> Result<(), StoreError> {
    writer.execute("SET LOCAL ROLE epilogue_owner").await.map_err(unavailable)?;
    for (sequence, last) in [("api_keys_id_seq", key), ("users_id_seq", user)] {
        let sql = format!(
            "SELECT setval('epilogue.{sequence}', greatest(last_value, $1)) \
             FROM epilogue.{sequence} WHERE $1 IS NOT NULL"
        );
        sqlx::query(&sql).bind(last).execute(&mut *writer).await.map_err(unavailable)?;
    }
    writer.execute("SET LOCAL ROLE epilogue_writer").await.map(drop).map_err(unavailable)
}
