//! What one store gives to another: its records in the order of their numbers, and what belongs to
//! those who use it.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{BoxFuture, Entry, Kind, Listed, StoreError};
use crate::auth::{Account, ClientId, KeyHash, Mover, StoredKey, hexadecimal};

/// Gives what a store holds to whoever copies it, and takes the same in.
///
/// Nothing here changes a store that is read, or holds it up: what is read is read in short
/// transactions. What is taken in is taken in together with how far it goes, so that whoever was
/// ended in the middle goes on where they were.
///
/// # Errors
/// As every call of a store.
pub trait Transfer: Send + Sync {
    /// What tells this store from every other one. A copy of its file is the same store.
    fn identity<'a>(&'a self, mover: &'a Mover) -> BoxFuture<'a, Result<Identity, StoreError>>;

    /// The number up to which every record is there: none of that number or a smaller one will come.
    fn settled<'a>(&'a self, mover: &'a Mover) -> BoxFuture<'a, Result<i64, StoreError>>;

    /// The first records with numbers behind one and up to another, in their order: so many at most.
    fn stretch<'a>(
        &'a self,
        mover: &'a Mover,
        after: i64,
        through: i64,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Listed>, StoreError>>;

    /// The records with these ids, in any order; those that there are not are left out.
    fn find<'a>(
        &'a self,
        mover: &'a Mover,
        asked: &'a [(ClientId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<Listed>, StoreError>>;

    /// How many records there are of each client and kind, as their table has it.
    fn counts<'a>(&'a self, mover: &'a Mover) -> BoxFuture<'a, Result<Counts, StoreError>>;

    /// How a whole record is kept here, where that is not as it came.
    fn kept<'p>(&self, payload: &'p str) -> Cow<'p, str>;

    /// All that belongs to those who use the store.
    fn belongings<'a>(&'a self, mover: &'a Mover) -> BoxFuture<'a, Result<Belongings, StoreError>>;

    /// Begins a copy of a source, where this holds nothing yet, and stores the record of that; or goes
    /// on with it. Takes in what belongs to those who use the source at once, so that a server which is
    /// started here meanwhile makes no keys of its own.
    fn begin_copy<'a>(
        &'a self,
        mover: &'a Mover,
        source: &'a Identity,
        belongings: Belongings,
        record: Entry,
    ) -> BoxFuture<'a, Result<Begun, StoreError>>;

    /// Up to which number of a source's a copy has come; `None` where none was begun.
    fn copied_through<'a>(
        &'a self,
        mover: &'a Mover,
        source: &'a Identity,
    ) -> BoxFuture<'a, Result<Option<i64>, StoreError>>;

    /// Takes in the records of a stretch, by the way that all records take; those that are there stay
    /// as they are. `false`, and nothing is done, where the copy has not come to where the stretch
    /// begins, or is behind it already.
    fn take<'a>(
        &'a self,
        mover: &'a Mover,
        source: &'a Identity,
        stretch: Stretch,
        records: Vec<(ClientId, Entry)>,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Takes in what belongs to those who use the source. What became of it here since then stays: a
    /// key that was revoked here is not given back, nobody who was disabled here is let in, and an
    /// account that was changed here after it was changed there stays as it is here.
    fn take_belongings<'a>(
        &'a self,
        mover: &'a Mover,
        belongings: Belongings,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Stores a record of what is done by the mover.
    fn tell_copy<'a>(
        &'a self,
        mover: &'a Mover,
        record: Entry,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// How many records there are of each client and kind.
pub type Counts = Vec<(ClientId, Kind, u64)>;

/// What tells one store from another: made from what only it has, which it does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity of the store with this secret.
    pub(super) fn of(secret: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(b"the identity of a store").chain_update(secret);
        Self(hexadecimal(&hash.finalize()[..16]))
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the number that tells how far a copy of this store has come.
    pub(super) fn counter(&self) -> String {
        format!("copied {}", self.0)
    }
}

/// How a copy begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// For the first time.
    Now,
    /// It was begun before, and has come to this number of the source.
    Before(i64),
    /// Not at all: something else is here.
    Occupied,
}

/// Records of a source that follow each other, by their numbers there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The number behind which it begins.
    pub after: i64,
    /// The last one.
    pub through: i64,
}

/// What belongs to those who use a store. Sessions and attempts to log in are not among it: people log
/// in anew.
#[derive(Clone, Debug, Default)]
pub struct Belongings {
    /// All keys, in the order of their numbers.
    pub keys: Vec<StoredKey>,
    /// How often keys were used lately: the key, the hour, the requests.
    pub uses: Vec<(i64, i64, i64)>,
    /// All users, in the order of their numbers.
    pub people: Vec<Person>,
    /// What producers have lost.
    pub losses: Vec<Loss>,
}

/// A user with all that belongs to one.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who, and what proves it.
    pub account: Account,
    /// The step of the last code of the second factor.
    pub totp_step: i64,
    /// When the account was last changed, in milliseconds since 1970; 0 since it was made.
    pub changed_at: i64,
    /// The recovery codes, each with when it was used.
    pub codes: Vec<(KeyHash, Option<i64>)>,
}

/// What one process of a producer has lost for one reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Loss {
    /// Whose process.
    pub client: ClientId,
    /// Which one; an empty name stands for all that were forgotten.
    pub instance: String,
    /// Why.
    pub reason: String,
    /// How many records.
    pub records: i64,
    /// When it was last told, in milliseconds since 1970.
    pub told_at: i64,
}

impl fmt::Debug for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loss").field("records", &self.records).finish_non_exhaustive()
    }
}

/// What is said where a number was given twice, so that neither can be kept.
pub(super) const TAKEN: &str = "a key or a user has the number or the name of another one in the \
     source: after a copy was begun, make them in one of the two alone";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_does_not_tell_the_secret() {
        let identity = Identity::of(b"secret");
        assert_eq!(identity, Identity::of(b"secret"));
        assert_ne!(identity, Identity::of(b"another"));
        assert_eq!(identity.as_str().len(), 32);
        assert!(!identity.counter().contains(&hexadecimal(b"secret")));
    }
}
