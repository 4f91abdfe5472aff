//! The roles that the store is written and read in, which belong to all databases of a server.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::time::sleep;

use super::failure::unavailable;
use crate::store::StoreError;

/// The role that owns the tables, the one that writes and the one that reads.
pub(super) const OWNER: &str = "SET ROLE epilogue_owner";
pub(super) const WRITER: &str = "SET ROLE epilogue_writer";
pub(super) const READER: &str = "SET ROLE epilogue_reader";

/// What is said to whoever lacks a right, with the way out.
pub(super) const NO_RIGHT: &str = "the user of its address lacks a right; as a superuser run, in its \
     database: CREATE ROLE epilogue_owner; CREATE ROLE epilogue_writer; CREATE ROLE epilogue_reader; \
     GRANT epilogue_owner, epilogue_writer, epilogue_reader TO (that user); \
     CREATE SCHEMA epilogue AUTHORIZATION epilogue_owner (what is there already may stay)";
const TOO_MIGHTY: &str = "one of the roles epilogue_writer, epilogue_reader and epilogue_owner is a \
     superuser or passes over row level security; as a superuser run: ALTER ROLE (each) NOSUPERUSER \
     NOBYPASSRLS";

/// How often another may be in the way, who makes the same roles for another database.
const ATTEMPTS: u32 = 20;

/// Sees to it that the roles are there, and that the user is in them.
pub(super) async fn ensure(connection: &mut PgConnection) -> Result<(), StoreError> {
    for attempt in 1..=ATTEMPTS {
        if are_there(connection).await? {
            return are_harmless(connection).await;
        }
        match make(connection).await {
            Ok(()) => {}
            // Refused for good: nobody else is in the way.
            Err(error) if error == StoreError::Damaged(NO_RIGHT) => return Err(error),
            Err(error) if attempt == ATTEMPTS => return Err(error),
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
    Err(StoreError::Damaged(NO_RIGHT))
}

/// Whether the user could see to that, and make a schema: nothing is done.
pub(super) async fn could_be(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "SELECT (to_regnamespace('epilogue') IS NOT NULL \
         OR has_database_privilege(current_database(), 'CREATE')), rolsuper OR rolcreaterole \
         FROM pg_roles WHERE rolname = current_user";
    let could: (bool, bool) =
        sqlx::query_as(sql).fetch_one(&mut *connection).await.map_err(unavailable)?;
    let has_roles = could.1 || are_there(connection).await?;
    if could.0 && has_roles { Ok(()) } else { Err(StoreError::Damaged(NO_RIGHT)) }
}

/// Whether the user may act as each of them. Since PostgreSQL 16 whoever makes a role is a member of it
/// that may not act as it before that is granted.
async fn are_there(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) = 3 AND bool_and(pg_has_role(current_user, oid, \
         CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' \
         ELSE 'SET' END)) \
         FROM pg_roles WHERE rolname IN ('epilogue_owner', 'epilogue_writer', 'epilogue_reader')";
    let are_there: Option<bool> =
        sqlx::query_scalar(sql).fetch_one(connection).await.map_err(unavailable)?;
    Ok(are_there == Some(true))
}

/// What keeps clients apart does not hold for whoever may pass over it.
async fn are_harmless(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM pg_roles WHERE (rolsuper OR rolbypassrls) \
         AND rolname IN ('epilogue_owner', 'epilogue_writer', 'epilogue_reader')";
    let mighty: i64 = sqlx::query_scalar(sql).fetch_one(connection).await.map_err(unavailable)?;
    if mighty == 0 { Ok(()) } else { Err(StoreError::Damaged(TOO_MIGHTY)) }
}

async fn make(connection: &mut PgConnection) -> Result<(), StoreError> {
    let mut making = connection.begin().await.map_err(unavailable)?;
    let sql = "DO $$
        DECLARE
            own text;
            may_act text := CASE WHEN current_setting('server_version_num')::integer < 160000
                THEN 'MEMBER' ELSE 'SET' END;
        BEGIN
            FOREACH own IN ARRAY ARRAY['epilogue_owner', 'epilogue_writer', 'epilogue_reader'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = own) THEN
                    EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', own);
                END IF;
                IF NOT pg_has_role(current_user, own, may_act) THEN
                    EXECUTE format('GRANT %I TO CURRENT_USER', own);
                END IF;
            END LOOP;
        END $$";
    sqlx::query(sql).execute(&mut *making).await.map_err(unavailable)?;
    making.commit().await.map_err(unavailable)
}
