//! An API key: 256 random bits, of which the store keeps the SHA-256 alone.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::random;
use super::rights::ClientId;

/// What every key begins with, so that a scanner for secrets knows one.
const PREFIX: &str = "epk_";

/// A key as it is handed to a client; shown once and never stored.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// A new key of 256 random bits.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("{PREFIX}{}", random::bits()?)))
    }

    /// The key itself, to be printed once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([redacted])")
    }
}

/// The SHA-256 of a key, or of another secret of so many random bits that it is not found by trying;
/// of anything else a hash with a key ([`NameKey`](super::NameKey)). Compared in constant time.
#[derive(Clone, Copy)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a key as it was presented.
    pub fn of(presented: &[u8]) -> Self {
        Self(Sha256::digest(presented).into())
    }

    /// A hash that was made with a key.
    pub(super) const fn keyed(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash as it is stored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// All of it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// By which a hash is looked up: a part that says nothing of the rest.
    pub(super) fn place(&self) -> u64 {
        self.0.iter().take(8).fold(0, |place, byte| place << 8 | u64::from(*byte))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash([redacted])")
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Storing one client's records.
    Ingest,
    /// Reading one client's records.
    Read,
    /// Reading every client's records.
    Provider,
}

impl KeyScope {
    /// The name, such as `ingest`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Provider => "provider",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no scope.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a scope is ingest, read or provider")]
#[non_exhaustive]
pub struct UnknownScope;

impl FromStr for KeyScope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        let all = [Self::Ingest, Self::Read, Self::Provider];
        all.into_iter().find(|scope| scope.as_str() == name).ok_or(UnknownScope)
    }
}

/// A key to be stored.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its hash.
    pub hash: KeyHash,
    /// Whose it is.
    pub client: ClientId,
    /// What it is for.
    pub scope: KeyScope,
}

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Its number, by which it is revoked.
    pub id: i64,
    /// Its hash.
    pub hash: KeyHash,
    /// Whose it is.
    pub client: ClientId,
    /// What it is for.
    pub scope: KeyScope,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// Since when it is refused.
    pub revoked_at: Option<i64>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_are_not_printed() {
        let [one, other] = [(); 2].map(|()| ApiKey::random().unwrap());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), PREFIX.len() + 64);
        assert!(one.hash().is(&KeyHash::of(one.reveal().as_bytes())));
        assert!(!one.hash().is(&other.hash()));
        assert!(!format!("{one:?} {:?}", one.hash()).contains(&one.reveal()[4..12]));
    }

    #[test]
    fn scopes_are_named() {
        for scope in [KeyScope::Ingest, KeyScope::Read, KeyScope::Provider] {
            assert_eq!(scope.as_str().parse::<KeyScope>().unwrap(), scope);
        }
        assert!("admin".parse::<KeyScope>().is_err());
    }
}
