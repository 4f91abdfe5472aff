//! The server that epilogue ships to: it takes masked records in, keeps them, and answers for them.
//!
//! [`run`] serves on a listener until it is told to end; the binary `epilogue-collector` is a thin
//! command line around it.

mod admin;
mod auth;
mod boundary;
mod config;
mod copy;
mod dashboard;
mod error;
mod failure;
mod fields;
mod ingest;
mod login;
mod metrics;
mod placeholder;
mod query;
mod schema;
mod server;
pub mod store;
mod time;
mod tls;

pub use admin::{
    UserError, create_first_keys, create_key, create_user, disable_user, reset_user, revoke_key,
};
pub use auth::{
    Account, ApiKey, Attempts, Auth, AuthError, COLLECTOR_CLIENT, ClientId, Clients, Due,
    FormToken, Gate, Holder, Ingest, KeyHash, KeyScope, KeySource, KeyUse, Mover, NameKey, NewKey,
    Operator, Passcode, Password, PasswordError, PasswordHash, Passwords, Role, Scope,
    SecondFactorRule, SessionSource, Stage, StoredKey, StoredSession, Token, TotpSecret, Turn,
    UnfitPassword, UnknownScope, User, UserName, Visit, Watch,
};
pub use config::{Config, Limits, Logins};
pub use copy::{Copied, Copier, CopyError, Difference, Progress, Verified};
pub use login::{Desk, LoginError};
pub use server::run;
pub use time::{Clock, rfc3339};
pub use tls::{Tls, TlsError};
