//! Keyed hashes: equal values stay comparable, and nobody without the key can look one up.
//!
//! HMAC-SHA-256 (RFC 2104, FIPS 180-4) over the type and the canonical value, so that one person
//! has one hash in every record of a client, and an email never collides with a phone. A plain
//! hash would fall to a list of all phone numbers in minutes.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

/// The shortest key that is accepted, in bytes.
pub const MIN_MASK_KEY_BYTES: usize = 32;

/// The key that hashes are made with.
///
/// Without a configured key each process makes a random one: equal values stay comparable inside
/// the process, and records of two processes do not join.
#[derive(Clone)]
pub struct MaskKey {
    key_id: String,
    /// Kept ready, because preparing it costs as much as a hash.
    mac: Hmac<Sha256>,
    _secret: SecretSlice<u8>,
}

/// The key is shorter than [`MIN_MASK_KEY_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a masking key of at least {MIN_MASK_KEY_BYTES} bytes")]
pub struct ShortMaskKey;

impl MaskKey {
    /// A key of the host's own: random bytes, or their text form, kept secret.
    ///
    /// # Errors
    /// [`ShortMaskKey`] below 32 bytes.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, ShortMaskKey> {
        let secret = secret.into();
        if secret.len() < MIN_MASK_KEY_BYTES {
            return Err(ShortMaskKey);
        }
        let mut key = Self::from_secret(secret.into());
        key.key_id = hex(&key.digest("key_id", ""), 8);
        Ok(key)
    }

    /// A random key that ends with the process. Its `key_id` is `ephemeral`.
    pub fn ephemeral() -> Self {
        let mut secret = vec![0; MIN_MASK_KEY_BYTES];
        if getrandom::fill(&mut secret).is_err() {
            // Without the system's randomness two random UUIDs' worth of hasher keys will do:
            // the key has to be unknown outside, and nothing is ever looked up with it later.
            secret = fallback_randomness();
        }
        Self::from_secret(secret.into())
    }

    /// Names the key on the wire without telling anything about it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// 16 hex digits for a value: its type is the domain; its form is canonical (NFKC, trimmed,
    /// lowercased).
    pub(crate) fn hash(&self, domain: &str, value: &str) -> String {
        hex(&self.digest(domain, &canonical(value)), 16)
    }

    /// 64 hex digits for a text as it is, so that two of the same text are known to be that.
    pub(crate) fn hash_of_text(&self, text: &str) -> String {
        hex(&self.digest("text", text), 64)
    }

    fn from_secret(secret: SecretSlice<u8>) -> Self {
        let mac = Hmac::new_from_slice(secret.expose_secret())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        Self { key_id: "ephemeral".to_owned(), mac, _secret: secret }
    }

    fn digest(&self, domain: &str, value: &str) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(domain.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

fn canonical(value: &str) -> String {
    value.trim().nfkc().collect::<String>().to_lowercase()
}

fn hex(digest: &[u8], digits: usize) -> String {
    let mut text = String::with_capacity(digits);
    for byte in &digest[..digits / 2] {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn fallback_randomness() -> Vec<u8> {
    use std::hash::{BuildHasher, RandomState};
    (0..MIN_MASK_KEY_BYTES / 8).flat_map(|i| RandomState::new().hash_one(i).to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> MaskKey {
        MaskKey::new(vec![byte; 32]).expect("32 bytes")
    }

    #[test]
    fn one_person_has_one_hash() {
        let key = key(7);
        assert_eq!(
            key.hash("EMAIL", " Maria@Example.com "),
            key.hash("EMAIL", "maria@example.com")
        );
        assert_ne!(key.hash("EMAIL", "a"), key.hash("PHONE", "a"));
        assert_eq!(key.hash("EMAIL", "a").len(), 16);
    }

    #[test]
    fn another_key_makes_another_hash_and_another_id() {
        assert_ne!(key(1).hash("EMAIL", "a"), key(2).hash("EMAIL", "a"));
        assert_ne!(key(1).key_id(), key(2).key_id());
        assert_ne!(
            MaskKey::ephemeral().hash("EMAIL", "a"),
            MaskKey::ephemeral().hash("EMAIL", "a")
        );
        assert_eq!(MaskKey::ephemeral().key_id(), "ephemeral");
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_printed() {
        assert_eq!(MaskKey::new("short").unwrap_err(), ShortMaskKey);
        let printed = format!("{:?}", MaskKey::new("k".repeat(32)).expect("32 bytes"));
        assert!(!printed.contains("kkkk"), "{printed}");
    }
}
