//! Keys, users and what producers have lost, as they go from one store to another.

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Postgres, Row as _};

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
        let sql = "SELECT totp_step, changed_at FROM users WHERE id = $1";
        let own = sqlx::query_as(sql).bind(user.id).fetch_one(reader).await;
        let (totp_step, changed_at) = own.map_err(unavailable)?;
        let codes = codes(reader, user.id).await?;
        people.push(Person { account, totp_step, changed_at, codes });
    }
    people.sort_by_key(|person| person.account.user.id);
    Ok(Belongings { keys: keys::all(reader).await?, uses, people, losses: losses(reader).await? })
}

async fn codes<'e>(
    reader: impl Executor<'e, Database = Postgres>,
    user: i64,
) -> Result<Vec<(KeyHash, Option<i64>)>, StoreError> {
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
    put_keys(writer, &belongings.keys).await?;
    put_uses(writer, &belongings.uses).await?;
    for person in &belongings.people {
        put_person(writer, person).await?;
    }
    put_losses(writer, &belongings.losses).await?;
    let key = belongings.keys.iter().map(|key| key.id).max();
    let user = belongings.people.iter().map(|person| person.account.user.id).max();
    go_on_behind(writer, key, user).await
}

async fn put_keys(writer: &mut PgConnection, keys: &[StoredKey]) -> Result<(), StoreError> {
    let sql = "INSERT INTO api_keys AS old \
         (id, hash, client_id, scope, created_at, revoked_at, last_used_at) \
         OVERRIDING SYSTEM VALUE SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], \
         $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) ON CONFLICT (id) DO UPDATE SET \
         revoked_at = coalesce(old.revoked_at, excluded.revoked_at), \
         last_used_at = greatest(old.last_used_at, excluded.last_used_at) \
         WHERE old.hash = excluded.hash";
    let query = sqlx::query(sql)
        .bind(keys.iter().map(|key| key.id).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.hash.as_bytes()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.client.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.scope.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.created_at).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.revoked_at).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.last_used_at).collect::<Vec<_>>());
    let put = query.execute(writer).await.map_err(unavailable)?.rows_affected();
    if put == keys.len() as u64 { Ok(()) } else { Err(StoreError::Damaged(TAKEN)) }
}

async fn put_uses(writer: &mut PgConnection, uses: &[(i64, i64, i64)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO key_uses AS old \
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) \
         ON CONFLICT (key_id, hour) DO UPDATE SET requests = greatest(old.requests, excluded.requests)";
    let query = sqlx::query(sql)
        .bind(uses.iter().map(|(key, ..)| *key).collect::<Vec<_>>())
        .bind(uses.iter().map(|(_, hour, _)| *hour).collect::<Vec<_>>())
        .bind(uses.iter().map(|(.., requests)| *requests).collect::<Vec<_>>());
    query.execute(writer).await.map(drop).map_err(unavailable)
}

async fn put_person(writer: &mut PgConnection, person: &Person) -> Result<(), StoreError> {
    let user = &person.account.user;
    let sql = "SELECT EXISTS (SELECT FROM users WHERE (id = $1) <> (name = $2))";
    let query = sqlx::query_scalar(sql).bind(user.id).bind(user.name.as_str());
    if query.fetch_one(&mut *writer).await.map_err(unavailable)? {
        return Err(StoreError::Damaged(TAKEN));
    }
    let is_newer = put_account(writer, person).await?;
    let sql = "UPDATE users SET totp_step = greatest(totp_step, $1), \
         last_login_at = greatest(last_login_at, $2) WHERE id = $3";
    let query = sqlx::query(sql).bind(person.totp_step).bind(user.last_login_at).bind(user.id);
    query.execute(&mut *writer).await.map_err(unavailable)?;
    if is_newer {
        // Whoever came in by what it was before is no longer in.
        users::end_all_of(writer, Some(user.id)).await?;
    }
    put_codes(writer, person, is_newer).await
}

/// Puts the recovery codes of an account. What was used on one side is used.
async fn put_codes(
    writer: &mut PgConnection,
    person: &Person,
    is_newer: bool,
) -> Result<(), StoreError> {
    let user = person.account.user.id;
    let here = codes(&mut *writer, user).await?;
    if is_newer {
        users::forget_codes(writer, Some(user)).await?;
    }
    let sql = if is_newer {
        "INSERT INTO recovery_codes (used_at, user_id, hash) VALUES ($1, $2, $3)"
    } else {
        "UPDATE recovery_codes SET used_at = $1 WHERE user_id = $2 AND hash = $3"
    };
    for (hash, used_there) in &person.codes {
        let own = here.iter().find(|(own, _)| own.as_bytes() == hash.as_bytes());
        let used_at = own.and_then(|(_, used_here)| *used_here).or(*used_there);
        let query = sqlx::query(sql).bind(used_at).bind(user).bind(hash.as_bytes());
        query.execute(&mut *writer).await.map_err(unavailable)?;
    }
    Ok(())
}

/// Puts an account where there is none, or an older one; `false` where the one here stays.
async fn put_account(writer: &mut PgConnection, person: &Person) -> Result<bool, StoreError> {
    let Person { account, totp_step, changed_at, .. } = person;
    let user = &account.user;
    let sql = "INSERT INTO users AS old (id, name, role, client_id, password, must_change, \
         totp_secret, totp_step, created_at, disabled_at, last_login_at, changed_at) \
         OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (id) DO UPDATE SET \
         role = excluded.role, client_id = excluded.client_id, password = excluded.password, \
         must_change = excluded.must_change, totp_secret = excluded.totp_secret, \
         disabled_at = coalesce(old.disabled_at, excluded.disabled_at), changed_at = excluded.changed_at \
         WHERE old.changed_at < excluded.changed_at";
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
        .bind(user.last_login_at)
        .bind(changed_at);
    Ok(query.execute(writer).await.map_err(unavailable)?.rows_affected() > 0)
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
