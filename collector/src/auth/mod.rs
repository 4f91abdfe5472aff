//! Who calls, and what they may do.

mod attempts;
mod gate;
mod key;
mod password;
mod person;
mod random;
mod rate;
mod rights;
mod session;
mod source;
mod totp;
mod tried;
mod uses;

pub use self::attempts::Attempts;
pub use self::gate::{Auth, AuthError};
pub use self::key::{ApiKey, KeyHash, KeyScope, NewKey, StoredKey, UnknownScope};
pub use self::password::{Password, PasswordError, PasswordHash, Passwords, Turn, UnfitPassword};
pub use self::person::{Account, Role, User, UserName};
pub use self::random::Passcode;
pub(crate) use self::random::hexadecimal;
pub use self::rights::{
    COLLECTOR_CLIENT, ClientId, Clients, Gate, Holder, Ingest, Mover, Operator, Scope, Watch,
};
pub use self::session::{Due, FormToken, SecondFactorRule, Stage, StoredSession, Token, Visit};
pub use self::source::{BoxFuture, KeySource, SessionSource};
pub use self::totp::TotpSecret;
pub use self::tried::NameKey;
pub use self::uses::KeyUse;
