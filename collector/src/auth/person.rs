//! People who log in: their names, and what they are to see.

use std::fmt;
use std::sync::Arc;

use super::password::PasswordHash;
use super::rights::ClientId;
use super::totp::TotpSecret;

/// The longest name, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The name that a person logs in with: small letters, digits, `.`, `_`, `-` and `@`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserName(Arc<str>);

impl UserName {
    /// A name as somebody types it; `None` where it is none. Large letters are small ones, so that
    /// nobody is told apart by them.
    ///
    /// ```
    /// use epilogue_collector::UserName;
    ///
    /// assert_eq!(UserName::new(" Maria ").unwrap().as_str(), "maria");
    /// assert!(UserName::new("maria:x").is_none());
    /// ```
    pub fn new(typed: &str) -> Option<Self> {
        let name = typed.trim().to_ascii_lowercase();
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-@".contains(letter);
        let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.len() <= MAX_NAME_BYTES
            && name.chars().all(is_letter);
        is_name.then(|| Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a person may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Every client's records, keys and users.
    Provider,
    /// The records of this client.
    Client(ClientId),
}

impl Role {
    /// The role of this name; one of `client` has a client beside it, the other has none.
    pub fn named(name: &str, client: Option<ClientId>) -> Option<Self> {
        match (name, client) {
            ("provider", None) => Some(Self::Provider),
            ("client", Some(client)) => Some(Self::Client(client)),
            _ => None,
        }
    }

    /// The name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Client(_) => "client",
        }
    }

    /// The one client whose records may be seen.
    pub const fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Provider => None,
            Self::Client(client) => Some(client),
        }
    }
}

/// A person as others may know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The number.
    pub id: i64,
    /// The name.
    pub name: UserName,
    /// What may be seen.
    pub role: Role,
    /// Whether a second factor is asked for at the login.
    pub has_second_factor: bool,
    /// Whether the password was given by somebody else, and has to be changed.
    pub must_change: bool,
    /// Since when there is this user, in milliseconds since 1970.
    pub created_at: i64,
    /// Since when nobody can log in as this user.
    pub disabled_at: Option<i64>,
    /// When somebody last did.
    pub last_login_at: Option<i64>,
}

/// A user with what proves who it is.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub user: User,
    /// What is kept of the password.
    pub password: PasswordHash,
    /// What the codes of the second factor are made from.
    pub secret: Option<TotpSecret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_word() {
        for (typed, name) in [("Maria", "maria"), (" a.b_c-d@example.org\n", "a.b_c-d@example.org")]
        {
            assert_eq!(UserName::new(typed).unwrap().as_str(), name);
        }
        for wrong in ["", " ", ".a", "a b", "a:b", "ä", "a\0", &"x".repeat(65)] {
            assert!(UserName::new(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_client_has_a_client_and_a_provider_none() {
        let demo = ClientId::new("demo");
        assert_eq!(Role::named("provider", None), Some(Role::Provider));
        assert_eq!(Role::named("client", demo.clone()), demo.clone().map(Role::Client));
        for (name, client) in [("provider", demo.clone()), ("client", None), ("admin", demo)] {
            assert_eq!(Role::named(name, client), None);
        }
    }
}
