//! Letting people in: passwords, second factors and sessions. Every step leaves a record.

mod account;
mod enter;
mod peers;
mod told;
mod who;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::auth::{
    Auth, NameKey, PasswordError, Passwords, StoredSession, Token, UnfitPassword, Visit,
};
use crate::config::Logins;
use crate::store::{Entry, LoginChange, Store, StoreError};
use crate::time::Clock;

pub(crate) use self::peers::Peer;
use self::peers::Peers;

/// How often a session is noted to be used.
const NOTED: i64 = 60_000;

/// Why somebody is not let in, or something about their account is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The name, the password or the code is wrong, or the code was used before. Which of them is
    /// not told.
    #[error("that is not right")]
    Wrong,
    /// Too many attempts failed under this name. Trying again after this time may help.
    #[error("too many attempts failed")]
    Wait(Duration),
    /// There were too many attempts from one address. Trying again after this time may help.
    #[error("too many attempts from one address")]
    TooOften(Duration),
    /// The new password is not taken.
    #[error(transparent)]
    Unfit(#[from] UnfitPassword),
    /// It does not apply: the session is over, or has not come so far, or there is nothing to be
    /// changed. Final.
    #[error("there is nothing to be done")]
    NotNow,
    /// Passwords or random numbers are not to be had just now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<getrandom::Error> for LoginError {
    fn from(_: getrandom::Error) -> Self {
        Self::Password(PasswordError::Failed)
    }
}

/// Where people come in.
#[derive(Debug)]
pub struct Desk {
    auth: Arc<Auth<dyn Store>>,
    store: Arc<dyn Store>,
    passwords: Passwords,
    /// The store's, once it was asked for.
    name_key: OnceCell<NameKey>,
    peers: Peers,
    logins: Logins,
    clock: Clock,
}

impl Desk {
    /// A desk for the users of this store. The clock is that of `auth` as well.
    pub fn new(
        auth: Arc<Auth<dyn Store>>,
        store: Arc<dyn Store>,
        logins: Logins,
        clock: Clock,
    ) -> Self {
        let (passwords, name_key) = (Passwords::default(), OnceCell::new());
        Self { auth, store, passwords, name_key, peers: Peers::default(), logins, clock }
    }

    /// Whoever shows this token; `None` where its session is over. The session lasts longer by it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn visit(&self, token: &Token) -> Result<Option<Visit>, StoreError> {
        let visit = self.auth.visit(token).await?;
        if let Some(visit) = visit.as_ref().filter(|visit| visit.has_entered()) {
            self.note_use(visit.session()).await;
        }
        Ok(visit)
    }

    async fn note_use(&self, session: &StoredSession) {
        let now = self.clock.now();
        if now.saturating_sub(session.seen_at) < NOTED {
            return;
        }
        let expires_at = self.expires_at(session.created_at, now);
        let change = LoginChange::Use { session: session.id, now, expires_at };
        // A store that cannot be written may still be read.
        let _ = self.change(change, Vec::new()).await;
    }

    /// The full sessions of whoever this is, the newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn sessions(&self, visit: &Visit) -> Result<Vec<StoredSession>, StoreError> {
        self.store.sessions(self.auth.gate(), visit.user().id, self.clock.now()).await
    }

    /// Forgets sessions that are over and attempts that are old.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.peers.tidy(now);
        self.change(LoginChange::Tidy { now }, Vec::new()).await.map(drop)
    }

    /// Where every password of this server waits for its turn.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// What tells the time.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// By which names are hashed.
    async fn name_key(&self) -> Result<&NameKey, StoreError> {
        self.name_key.get_or_try_init(|| self.store.name_key(self.auth.gate())).await
    }

    async fn change(&self, change: LoginChange, records: Vec<Entry>) -> Result<bool, StoreError> {
        self.store.change(self.auth.gate(), Some(change), records).await
    }

    /// When a session ends that began then and was last used now.
    fn expires_at(&self, created_at: i64, now: i64) -> i64 {
        let idle = now.saturating_add(millis(self.logins.idle));
        idle.min(created_at.saturating_add(millis(self.logins.longest)))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
