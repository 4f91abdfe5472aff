//! Administrative acts: each is done and recorded in one transaction.

mod keys;
mod reading;
mod record;
mod users;

pub use self::keys::{create_first_keys, create_key, revoke_key};
pub(crate) use self::reading::{tell_export, tell_view};
pub(crate) use self::record::Told;
pub use self::users::{UserError, create_user, disable_user, reset_user};
