//! The names that people try to log in with, as far as they are kept.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::key::KeyHash;

/// How many bytes a key has.
const BYTES: usize = 32;

/// Hashes what was typed as a name: HMAC-SHA-256 (RFC 2104) with random bits that every store has of
/// its own.
///
/// People type passwords there. Of those a plain hash would be found by trying words, by whoever
/// reads but a record or an export that has a part of it.
#[derive(Clone)]
pub struct NameKey(Hmac<Sha256>);

impl NameKey {
    /// One as it is stored: 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let whole = Some(bytes).filter(|bytes| bytes.len() == BYTES)?;
        Hmac::new_from_slice(whole).ok().map(Self)
    }

    /// What is kept of a name.
    pub fn hash(&self, name: &str) -> KeyHash {
        let mac = self.0.clone().chain_update(name.as_bytes());
        KeyHash::keyed(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_name_and_of_the_key() {
        let [one, other] = [[7; BYTES], [8; BYTES]].map(|key| NameKey::from_bytes(&key).unwrap());
        assert!(one.hash("maria").is(&one.hash("maria")));
        assert!(!one.hash("maria").is(&one.hash("peter")));
        assert!(!one.hash("maria").is(&other.hash("maria")));
        assert!(!one.hash("maria").is(&KeyHash::of(b"maria")));
        assert!(NameKey::from_bytes(&[7; 31]).is_none());
    }
}
