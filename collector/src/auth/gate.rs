//! From a presented key to a right: by a copy of the keys that the store can say is outdated; and from
//! the token of a session, for which the store is asked.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::failure::StoreError;
use crate::time::Clock;

use super::key::{KeyHash, KeyScope, StoredKey};
use super::rate::Rates;
use super::rights::{Clients, Gate, Holder, Ingest, Scope, Watch};
use super::session::{SecondFactorRule, Token, Visit};
use super::source::{KeySource, SessionSource};
use super::uses::Uses;

/// Why a caller is turned away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// There is no key, or none that is known. Final.
    #[error("the key is missing, unknown or revoked")]
    UnknownKey,
    /// The key is for something else. Final.
    #[error("the key has another scope")]
    WrongScope,
    /// The key was used too often; later it will do.
    #[error("too many requests with this key")]
    TooMany(Duration),
    /// The keys cannot be read just now; later they may be.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys at one moment.
#[derive(Debug, Default)]
struct Snapshot {
    /// `None` before they were first read.
    generation: Option<i64>,
    keys: HashMap<u64, StoredKey>,
}

impl Snapshot {
    fn find(&self, hash: &KeyHash) -> Option<&StoredKey> {
        self.keys.get(&hash.place()).filter(|key| key.hash.is(hash))
    }
}

/// Gives rights to those who present a key, or the token of a session.
#[derive(Debug)]
pub struct Auth<K: ?Sized> {
    source: Arc<K>,
    gate: Gate,
    snapshot: RwLock<Arc<Snapshot>>,
    rates: Option<Rates>,
    uses: Uses,
    clock: Clock,
    second_factor: SecondFactorRule,
}

impl<K: KeySource + ?Sized> Auth<K> {
    /// Looks keys up there; a key may be used `rate` times a second, without a limit where
    /// there is none.
    pub fn new(source: Arc<K>, rate: Option<NonZeroU32>) -> Self {
        Self {
            source,
            gate: Gate(()),
            snapshot: RwLock::default(),
            rates: rate.map(Rates::new),
            uses: Uses::default(),
            clock: Clock::default(),
            second_factor: SecondFactorRule::default(),
        }
    }

    /// Tells the time by this.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Asks these for a second factor.
    #[must_use]
    pub fn second_factor(self, rule: SecondFactorRule) -> Self {
        Self { second_factor: rule, ..self }
    }

    /// The right to look up passwords, for whoever lets people in.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Of whom a second factor is asked.
    pub(crate) fn second_factor_rule(&self) -> SecondFactorRule {
        self.second_factor
    }

    /// The right to store records.
    ///
    /// A key that was revoked a moment ago may still get one; the store refuses it then.
    ///
    /// # Errors
    /// Where the key is not known, is not for storing, or was used too often.
    pub async fn ingest(&self, presented: Option<&[u8]>) -> Result<Ingest, AuthError> {
        let hash = KeyHash::of(presented.ok_or(AuthError::UnknownKey)?);
        let mut snapshot = self.current();
        if snapshot.find(&hash).is_none() {
            snapshot = self.refreshed().await?;
        }
        let key = snapshot.find(&hash).ok_or(AuthError::UnknownKey)?;
        self.check_rate(key)?;
        match key.scope {
            KeyScope::Ingest => Ok(Ingest::new(key.client.clone(), key.id)),
            KeyScope::Read | KeyScope::Provider => Err(AuthError::WrongScope),
        }
    }

    /// The right to read records.
    ///
    /// # Errors
    /// Where the key is not known, is not for reading, or was used too often.
    pub async fn read(&self, presented: Option<&[u8]>) -> Result<Scope, AuthError> {
        let hash = KeyHash::of(presented.ok_or(AuthError::UnknownKey)?);
        let snapshot = self.refreshed().await?;
        let key = snapshot.find(&hash).ok_or(AuthError::UnknownKey)?;
        self.check_rate(key)?;
        match key.scope {
            KeyScope::Read => Ok(Scope::one(key.client.clone(), Holder::Key(key.id))),
            KeyScope::Provider => Ok(Scope::all(Holder::Key(key.id))),
            KeyScope::Ingest => Err(AuthError::WrongScope),
        }
    }

    /// Whether a right to store still stands. The store sees to that by itself where there is
    /// something to store.
    ///
    /// # Errors
    /// Where it does not, or where the keys cannot be read.
    pub async fn still_stores(&self, rights: &Ingest) -> Result<(), AuthError> {
        self.still_stands(rights.key()).await
    }

    /// Forgets the keys, because the store has refused one of them: each is asked for anew.
    pub fn forget(&self) {
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    async fn still_stands(&self, key: i64) -> Result<(), AuthError> {
        let snapshot = self.refreshed().await?;
        let is_there = snapshot.keys.values().any(|own| own.id == key);
        if is_there { Ok(()) } else { Err(AuthError::UnknownKey) }
    }

    /// The right to watch, which everybody has; with a provider's key clients are named.
    pub async fn watch(&self, presented: Option<&[u8]>) -> Watch {
        let scope = match presented {
            Some(_) => self.read(presented).await.ok(),
            None => None,
        };
        Watch::new(scope.is_some_and(|scope| *scope.clients() == Clients::All))
    }

    /// Has the store note how often keys were used since the last time.
    ///
    /// # Errors
    /// Where it cannot; it is then noted with what follows.
    pub async fn note_uses(&self) -> Result<(), StoreError> {
        let uses = self.uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        let noted = self.source.note_uses(&self.gate, uses.clone()).await;
        if noted.is_err() {
            for own in uses {
                self.uses.add(own);
            }
        }
        noted
    }

    /// Forgets the rates of keys that were not used for a while.
    pub fn tidy(&self) {
        if let Some(rates) = &self.rates {
            rates.tidy();
        }
    }

    fn check_rate(&self, key: &StoredKey) -> Result<(), AuthError> {
        self.uses.count(key.id, self.clock.now());
        self.rates.as_ref().map_or(Ok(()), |rates| rates.check(key.id)).map_err(AuthError::TooMany)
    }

    fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys as the store has them now, whichever process changed them.
    async fn refreshed(&self) -> Result<Arc<Snapshot>, StoreError> {
        let snapshot = self.current();
        let generation = self.source.key_generation(&self.gate).await?;
        if snapshot.generation == Some(generation) {
            return Ok(snapshot);
        }
        let keys = self.source.active_keys(&self.gate).await?;
        let keys = keys.into_iter().map(|key| (key.hash.place(), key)).collect();
        // Asked before the keys were read: what changed between is read once more, never missed.
        let fresh = Arc::new(Snapshot { generation: Some(generation), keys });
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

impl<K: KeySource + SessionSource + ?Sized> Auth<K> {
    /// Whoever shows this token; `None` where its session is over.
    ///
    /// # Errors
    /// Where the sessions cannot be read.
    pub async fn visit(&self, token: &Token) -> Result<Option<Visit>, StoreError> {
        let session = self.source.session(&self.gate, &token.hash(), self.clock.now()).await?;
        Ok(session.map(|session| Visit::new(session, token, self.second_factor)))
    }

    /// Whether a right to read still stands: the key that gave it may have been revoked, and the
    /// session may have ended.
    ///
    /// # Errors
    /// Where it does not, or where keys or sessions cannot be read.
    pub async fn still_reads(&self, scope: &Scope) -> Result<(), AuthError> {
        let session = match scope.holder() {
            Holder::Key(key) => return self.still_stands(*key).await,
            Holder::Session { session, .. } => *session,
        };
        let stands = self.source.session_stands(&self.gate, session, self.clock.now()).await?;
        if stands { Ok(()) } else { Err(AuthError::UnknownKey) }
    }
}
