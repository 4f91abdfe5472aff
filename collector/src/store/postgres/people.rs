//! People and their sessions, in PostgreSQL.

use super::{PostgresStore, logins, sessions, users};
use crate::auth::{
    Account, BoxFuture, Gate, KeyHash, NameKey, Operator, SessionSource, StoredSession, User,
    UserName,
};
use crate::store::orders::Act;
use crate::store::{Entry, LoginAttempt, LoginChange, People, StoreError, UserChange};

impl SessionSource for PostgresStore {
    fn session<'a>(
        &'a self,
        _: &'a Gate,
        token: &'a KeyHash,
        now: i64,
    ) -> BoxFuture<'a, Result<Option<StoredSession>, StoreError>> {
        self.soon(sessions::by_token(&self.keys, token, now))
    }

    fn session_stands<'a>(
        &'a self,
        _: &'a Gate,
        session: i64,
        now: i64,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.soon(sessions::stands(&self.keys, session, now))
    }
}

impl People for PostgresStore {
    fn users<'a>(&'a self, _: &'a Operator) -> BoxFuture<'a, Result<Vec<User>, StoreError>> {
        self.soon(users::all(&self.keys))
    }

    fn account<'a>(
        &'a self,
        _: &'a Gate,
        name: &'a UserName,
    ) -> BoxFuture<'a, Result<Option<Account>, StoreError>> {
        self.soon(users::account(&self.keys, name))
    }

    fn sessions<'a>(
        &'a self,
        _: &'a Gate,
        user: i64,
        now: i64,
    ) -> BoxFuture<'a, Result<Vec<StoredSession>, StoreError>> {
        self.soon(sessions::of_user(&self.keys, user, now))
    }

    fn administer<'a>(
        &'a self,
        operator: &'a Operator,
        change: UserChange,
        record: Entry,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.orders.act(Act::new(operator.session(), move |writer| {
            Box::pin(async move {
                let is_done = users::administer(writer, &change).await?;
                Ok((is_done, if is_done { vec![record] } else { Vec::new() }))
            })
        })))
    }

    fn name_key<'a>(&'a self, _: &'a Gate) -> BoxFuture<'a, Result<NameKey, StoreError>> {
        self.soon(logins::name_key(&self.keys))
    }

    fn attempt<'a>(
        &'a self,
        _: &'a Gate,
        name: &'a KeyHash,
        now: i64,
    ) -> BoxFuture<'a, Result<LoginAttempt, StoreError>> {
        Box::pin(async move {
            // Who has to wait is told so without a write: it may be tried very often.
            let before = self.soon(logins::attempts(&self.keys, name)).await?;
            if let Some(wait) = before.wait(now) {
                return Ok(LoginAttempt::Wait(wait));
            }
            let name = *name;
            let counting = Act::new(None, move |writer| {
                Box::pin(
                    async move { Ok((logins::attempt(writer, &name, now).await?, Vec::new())) },
                )
            });
            self.orders.act(counting).await
        })
    }

    fn change<'a>(
        &'a self,
        _: &'a Gate,
        change: Option<LoginChange>,
        records: Vec<Entry>,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.orders.act(Act::new(None, move |writer| {
            Box::pin(async move {
                let is_done = match change {
                    Some(change) => logins::change(writer, &change).await?,
                    None => true,
                };
                Ok((is_done, if is_done { records } else { Vec::new() }))
            })
        })))
    }
}
