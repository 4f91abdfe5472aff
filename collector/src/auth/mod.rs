//! Who calls, and what they may do.

mod gate;
mod key;
mod rate;
mod rights;
mod source;

pub use self::gate::{Auth, AuthError};
pub use self::key::{ApiKey, KeyHash, KeyScope, NewKey, StoredKey, UnknownScope};
pub use self::rights::{COLLECTOR_CLIENT, ClientId, Clients, Gate, Ingest, Operator, Scope, Watch};
pub use self::source::{BoxFuture, KeySource};
