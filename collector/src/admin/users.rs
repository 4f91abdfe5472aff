//! Making, disabling and resetting users.

use serde_json::{Value, json};

use super::record::Told;
use crate::auth::{
    ClientId, Operator, Passcode, Password, PasswordError, PasswordHash, Passwords, Role, UserName,
};
use crate::store::{Store, StoreError, UserChange};
use crate::time;

/// Why a user was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserError {
    /// There is one of this name already; a disabled one keeps its name. Final.
    #[error("there is a user of this name already")]
    Taken,
    /// There is none of this name, or nothing to be done to it. Final.
    #[error("there is no such user")]
    Unknown,
    /// The first password could not be made.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a user, and leaves a record of it. Answers the first password, which has to be changed at
/// the first login. Its hash waits for a turn among `passwords`: of one process all are to wait there.
///
/// # Errors
/// Where there is one of this name, the store cannot be written, or the right to it has ended.
pub async fn create_user(
    store: &dyn Store,
    passwords: &Passwords,
    operator: &Operator,
    name: UserName,
    role: Role,
) -> Result<Passcode, UserError> {
    let (first, password) = first_password(passwords).await?;
    let client = role.client().map(ClientId::as_str);
    let facts = json!({"role": role.as_str(), "client": client});
    let told = told(operator, "create", &name, facts);
    let change = UserChange::Create { name, role, password, now: time::now_millis() };
    let is_new = store.administer(operator, change, told.entry()).await?;
    if is_new { Ok(first) } else { Err(UserError::Taken) }
}

/// Ends all sessions of a user and lets nobody log in as them, and leaves a record of it.
///
/// # Errors
/// Where there is none of this name who could log in, the store cannot be written, or the right to
/// it has ended.
pub async fn disable_user(
    store: &dyn Store,
    operator: &Operator,
    name: UserName,
) -> Result<(), UserError> {
    let told = told(operator, "disable", &name, json!({}));
    let change = UserChange::Disable { name, now: time::now_millis() };
    let is_done = store.administer(operator, change, told.entry()).await?;
    if is_done { Ok(()) } else { Err(UserError::Unknown) }
}

/// Gives a user a new first password, takes the second factor away and ends all sessions, and leaves
/// a record of it. One who was disabled, or has to wait after too many attempts, can log in again. The
/// new password waits for its turn as at [`create_user`].
///
/// # Errors
/// Where there is none of this name, the store cannot be written, or the right to it has ended.
pub async fn reset_user(
    store: &dyn Store,
    passwords: &Passwords,
    operator: &Operator,
    name: UserName,
) -> Result<Passcode, UserError> {
    let (first, password) = first_password(passwords).await?;
    let told = told(operator, "reset", &name, json!({}));
    let change = UserChange::Reset { name, password };
    let is_done = store.administer(operator, change, told.entry()).await?;
    if is_done { Ok(first) } else { Err(UserError::Unknown) }
}

async fn first_password(passwords: &Passwords) -> Result<(Passcode, PasswordHash), UserError> {
    let first = Passcode::random().map_err(|_| PasswordError::Failed)?;
    let password = passwords.turn().await?.hash(&Password::typed(first.reveal())).await?;
    Ok((first, password))
}

fn told(operator: &Operator, action: &'static str, name: &UserName, facts: Value) -> Told {
    Told::new(operator.name(), action, "user", name.as_str()).with(facts)
}
