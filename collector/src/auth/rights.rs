//! What a caller may do, as types: every call of the store takes one of them, and only this folder
//! makes them.

use std::fmt;
use std::sync::Arc;

use epilogue::wire::MAX_IDENTIFIER_BYTES;

use super::person::UserName;

/// The client that administrative acts are recorded under; no key writes as this one.
pub const COLLECTOR_CLIENT: &str = "_collector";

/// The name of a client: at most 256 bytes, and a word that can be printed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// A client's name; `None` where it is empty, too long or holds control characters.
    pub fn new(name: &str) -> Option<Self> {
        let is_name = !name.trim().is_empty()
            && name.len() <= MAX_IDENTIFIER_BYTES
            && !name.contains(char::is_control);
        is_name.then(|| Self(name.into()))
    }

    /// The client of the collector's own records.
    pub fn collector() -> Self {
        Self(COLLECTOR_CLIENT.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which clients' records a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clients {
    /// One client's own.
    One(ClientId),
    /// Everybody's.
    All,
}

/// What gave somebody a right: it stands for as long as that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The key of this number.
    Key(i64),
    /// A person who is logged in.
    Session {
        /// The session's number.
        session: i64,
        /// Who it is.
        user: UserName,
    },
}

/// How it is named in the records of what was done: `key:3`, `user:maria`. All sessions of a person
/// have one name.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "key:{key}"),
            Self::Session { user, .. } => write!(f, "user:{user}"),
        }
    }
}

/// The right to read the records of some clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    clients: Clients,
    holder: Holder,
}

impl Scope {
    pub(super) fn one(client: ClientId, holder: Holder) -> Self {
        Self { clients: Clients::One(client), holder }
    }

    pub(super) fn all(holder: Holder) -> Self {
        Self { clients: Clients::All, holder }
    }

    /// For tests of statements, which no key asks for.
    #[cfg(test)]
    pub(crate) fn of_tests(clients: Clients) -> Self {
        Self { clients, holder: Holder::Key(0) }
    }

    /// Whose records may be seen; every query is filtered by it.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// What gave the right. It ends with it.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The part of this scope that is one client's; `None` where that client is not in it.
    pub fn narrowed(&self, client: &ClientId) -> Option<Self> {
        match &self.clients {
            Clients::One(own) if own != client => None,
            _ => Some(Self::one(client.clone(), self.holder.clone())),
        }
    }
}

/// The right to store records of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingest {
    client: ClientId,
    key: i64,
}

impl Ingest {
    pub(super) fn new(client: ClientId, key: i64) -> Self {
        Self { client, key }
    }

    /// Whose records may be stored.
    pub fn client(&self) -> &ClientId {
        &self.client
    }

    /// The key that gave the right; the store refuses it once it was revoked.
    pub fn key(&self) -> i64 {
        self.key
    }
}

/// The right to administer the store: of whoever can open its files, as a person at the command line
/// can, and of a provider who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    name: Arc<str>,
    session: Option<i64>,
}

impl Operator {
    /// Whoever runs a command on this machine.
    pub fn at_the_command_line() -> Self {
        Self { name: "cli".into(), session: None }
    }

    /// The server itself, at its first start.
    pub fn server() -> Self {
        Self { name: "server".into(), session: None }
    }

    /// A person who is logged in.
    pub(super) fn in_a_session(user: &UserName, session: i64) -> Self {
        Self { name: format!("user:{user}").into(), session: Some(session) }
    }

    /// The session that gave the right, and with which it ends.
    pub fn session(&self) -> Option<i64> {
        self.session
    }

    /// How the operator is named in the records of what was done.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The right to carry all that a store holds into another: of whoever can open both, as a person at the
/// command line can. Neither a key nor a session gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    everything: Scope,
}

impl Mover {
    /// Whoever runs a command on this machine.
    pub fn at_the_command_line() -> Self {
        // No key gave the right, and none has this number.
        Self { everything: Scope::all(Holder::Key(0)) }
    }

    /// How the mover is named in the records of what was done.
    pub fn name(&self) -> &'static str {
        "cli"
    }

    /// The right to read everything.
    pub(crate) fn scope(&self) -> &Scope {
        &self.everything
    }
}

/// The right to watch the server: sums over all clients, which everybody may know. Who the clients
/// are is told to a provider alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    names_clients: bool,
}

impl Watch {
    pub(super) fn new(names_clients: bool) -> Self {
        Self { names_clients }
    }

    /// Whether sums may be told apart by client.
    pub fn names_clients(&self) -> bool {
        self.names_clients
    }
}

/// The right to look up keys, passwords and sessions, which the authentication itself has.
#[derive(Debug)]
pub struct Gate(pub(super) ());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_narrows_to_what_lies_in_it() {
        let [a, b] = ["a", "b"].map(|name| ClientId::new(name).unwrap());
        let own = Scope::one(a.clone(), Holder::Key(7));
        assert_eq!(Scope::all(Holder::Key(7)).narrowed(&a), Some(own.clone()));
        assert_eq!(own.narrowed(&a), Some(own.clone()));
        assert_eq!(own.narrowed(&b), None);
    }

    #[test]
    fn a_name_is_a_printable_word() {
        assert!(ClientId::new("demo").is_some());
        for wrong in ["", " ", "a\nb", &"x".repeat(257)] {
            assert!(ClientId::new(wrong).is_none(), "{wrong:?}");
        }
    }
}
