//! Passwords: which are taken, and how they are kept and checked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use unicode_normalization::UnicodeNormalization;

use super::person::UserName;

/// The fewest characters of a password, where it is the first of two factors or the only one. NIST
/// SP 800-63B asks for 8 at least and recommends more, and for no rules of composition.
const MIN_CHARACTERS: usize = 12;
/// The most bytes of one.
const MAX_BYTES: usize = 1_024;
/// How many are hashed at once: each takes 19 MiB.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a password is compared to where there is no user: it costs the same, and nothing is equal.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZXBpbG9ndWUtbm9ib2R5$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password as somebody typed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// A password in the form that is hashed (NFKC, as NIST SP 800-63B recommends), so that it is
    /// the same from every keyboard.
    pub fn typed(text: &str) -> Self {
        Self(text.nfkc().collect())
    }

    /// Whether this user may choose it.
    ///
    /// # Errors
    /// Where it is too short or too long, or is the name.
    pub fn check(&self, user: &UserName) -> Result<(), UnfitPassword> {
        if self.0.chars().count() < MIN_CHARACTERS {
            return Err(UnfitPassword("a password has at least 12 characters"));
        }
        if self.0.len() > MAX_BYTES {
            return Err(UnfitPassword("a password has at most 1,024 bytes"));
        }
        if self.0.trim().eq_ignore_ascii_case(user.as_str()) {
            return Err(UnfitPassword("the name is no password"));
        }
        Ok(())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// Why a password is not taken. It quotes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
#[non_exhaustive]
pub struct UnfitPassword(pub &'static str);

/// What is kept of a password: argon2id with a random salt, as a PHC string
/// (<https://github.com/P-H-C/phc-string-format>).
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// One as it is stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// Why a password could not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// As many are being hashed as there is memory for. Trying again later helps.
    #[error("too many passwords are being looked at")]
    Busy,
    /// The system has no random numbers or threads, or what is stored is no hash.
    #[error("the password cannot be hashed")]
    Failed,
}

/// Hashes and checks passwords, a few at once.
///
/// By argon2id with 19 MiB, two passes and one lane: the minimum of OWASP's Password Storage Cheat
/// Sheet, and the default of the crate `argon2`.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// A turn to look at one password.
    ///
    /// # Errors
    /// Where there is no room for it within two seconds.
    pub async fn turn(&self) -> Result<Turn, PasswordError> {
        self.turn_within(PATIENCE).await
    }

    async fn turn_within(&self, patience: Duration) -> Result<Turn, PasswordError> {
        let turn = timeout(patience, Arc::clone(&self.0).acquire_owned()).await;
        let permit = turn.ok().and_then(Result::ok).ok_or(PasswordError::Busy)?;
        Ok(Turn { _permit: permit })
    }
}

/// The room to look at one password. It is taken until that is done, also where nobody waits for it
/// any more.
#[derive(Debug)]
#[must_use]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// What is to be kept of a password.
    ///
    /// # Errors
    /// Where there is no random number for it.
    pub async fn hash(self, password: &Password) -> Result<PasswordHash, PasswordError> {
        let password = password.clone();
        let hashing = spawn_blocking(move || {
            let _turn = self;
            let hashed: Result<phc::PasswordHash, _> =
                Argon2::default().hash_password(password.0.as_bytes());
            hashed.map(|hashed| PasswordHash(hashed.to_string()))
        });
        hashing.await.ok().and_then(Result::ok).ok_or(PasswordError::Failed)
    }

    /// Whether a password is the one of which this is kept. Where nothing is, it is not, and takes
    /// as long.
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    pub async fn verify(
        self,
        password: &Password,
        kept: Option<&PasswordHash>,
    ) -> Result<bool, PasswordError> {
        let kept = kept.map_or_else(|| NOBODYS.to_owned(), |kept| kept.0.clone());
        let password = password.clone();
        let comparing = spawn_blocking(move || {
            let _turn = self;
            let kept = phc::PasswordHash::new(&kept).map_err(|_| PasswordError::Failed)?;
            Ok(Argon2::default().verify_password(password.0.as_bytes(), &kept).is_ok())
        });
        comparing.await.unwrap_or(Err(PasswordError::Failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::typed(text)
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_is_not_kept() {
        let passwords = Passwords::default();
        let kept = passwords.turn().await.unwrap().hash(&password("correct horse")).await.unwrap();
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!kept.as_str().contains("horse") && !format!("{kept:?}").contains("argon2"));
        for (typed, expected) in [("correct horse", true), ("correct horse ", false)] {
            let turn = passwords.turn().await.unwrap();
            let is_it = turn.verify(&password(typed), Some(&kept)).await;
            assert_eq!(is_it, Ok(expected), "{typed}");
        }
        let turn = passwords.turn().await.unwrap();
        assert_eq!(turn.verify(&password("correct horse"), None).await, Ok(false));
    }

    #[tokio::test]
    async fn beyond_a_few_at_once_there_is_no_waiting() {
        let passwords = Passwords::default();
        let busy = [passwords.turn().await.unwrap(), passwords.turn().await.unwrap()];
        let refused = passwords.turn_within(Duration::ZERO).await;
        assert_eq!(refused.unwrap_err(), PasswordError::Busy);
        drop(busy);
        assert!(passwords.turn().await.is_ok());
    }

    #[test]
    fn a_password_is_long_and_not_the_name() {
        let user = UserName::new("administrator").unwrap();
        assert_eq!(password("twelve chars").check(&user), Ok(()));
        assert_eq!(password("ä".repeat(12).as_str()).check(&user), Ok(()));
        for wrong in ["short", "ä".repeat(11).as_str(), "Administrator", &"x".repeat(1_025)] {
            assert!(password(wrong).check(&user).is_err(), "{wrong}");
        }
        assert_eq!(password("e\u{301}"), password("\u{e9}"));
    }
}
