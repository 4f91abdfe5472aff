//! People who log in, as every store keeps them: what is done to them, and the trait that does it.

use std::time::Duration;

use super::entry::Entry;
use crate::auth::{
    Account, BoxFuture, Gate, KeyHash, NameKey, Operator, PasswordHash, Role, SessionSource, Stage,
    StoredSession, TotpSecret, User, UserName,
};
use crate::failure::StoreError;

/// Keeps people, their second factors and their sessions.
///
/// What changes something is one transaction together with the records that tell of it. It answers
/// `false` where it did not apply, and nothing was done or recorded then. Times are milliseconds
/// since 1970.
///
/// # Errors
/// As every call of a store.
pub trait People: SessionSource {
    /// All users, those as well that nobody can log in as, by name.
    fn users<'a>(&'a self, operator: &'a Operator) -> BoxFuture<'a, Result<Vec<User>, StoreError>>;

    /// The user of this name, with what proves who it is.
    fn account<'a>(
        &'a self,
        gate: &'a Gate,
        name: &'a UserName,
    ) -> BoxFuture<'a, Result<Option<Account>, StoreError>>;

    /// The full sessions of a user that stand at this time, the newest first.
    fn sessions<'a>(
        &'a self,
        gate: &'a Gate,
        user: i64,
        now: i64,
    ) -> BoxFuture<'a, Result<Vec<StoredSession>, StoreError>>;

    /// Makes or changes a user.
    fn administer<'a>(
        &'a self,
        operator: &'a Operator,
        change: UserChange,
        record: Entry,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// By which the names are hashed that people try: of this store alone, and always the same.
    fn name_key<'a>(&'a self, gate: &'a Gate) -> BoxFuture<'a, Result<NameKey, StoreError>>;

    /// Counts an attempt to log in under the name with this hash, before it is decided.
    fn attempt<'a>(
        &'a self,
        gate: &'a Gate,
        name: &'a KeyHash,
        now: i64,
    ) -> BoxFuture<'a, Result<LoginAttempt, StoreError>>;

    /// Changes what somebody has by logging in, or only stores the records where there is nothing
    /// to be changed.
    fn change<'a>(
        &'a self,
        gate: &'a Gate,
        change: Option<LoginChange>,
        records: Vec<Entry>,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;
}

/// What is done to a user by whoever administers.
#[derive(Clone, Debug)]
pub enum UserChange {
    /// There is a new one, whose password has to be changed. Not where the name is taken.
    Create {
        /// The name.
        name: UserName,
        /// What may be seen.
        role: Role,
        /// Of the first password.
        password: PasswordHash,
        /// Now.
        now: i64,
    },
    /// Nobody can log in any more, and all sessions end. Not where that is so already.
    Disable {
        /// Who.
        name: UserName,
        /// Now.
        now: i64,
    },
    /// There is a new first password and no second factor, all sessions end, what failed under the
    /// name is forgotten, and one that was disabled is so no longer.
    Reset {
        /// Who.
        name: UserName,
        /// Of the first password.
        password: PasswordHash,
    },
}

/// What becomes of an attempt to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginAttempt {
    /// It is counted and may be decided. Whether it is the last for now, where it fails.
    Counted {
        /// Whether the name waits after it.
        is_last: bool,
    },
    /// It is not to be decided: the name waits so long.
    Wait(Duration),
}

/// What is done by whoever logs in.
#[derive(Clone, Debug)]
pub enum LoginChange {
    /// A session begins. At the stage of the password the attempt is given back; where all is done
    /// the failures under the name are forgotten. Not where the user is disabled, or no longer has
    /// what was looked at.
    Begin {
        /// The session.
        session: NewSession,
        /// What was kept of the password that was given.
        password: PasswordHash,
        /// Whether the user was seen to have a second factor.
        has_second_factor: bool,
        /// Of the name, by which attempts are counted.
        name: KeyHash,
    },
    /// An attempt was right and is taken back; what failed before it still counts.
    GiveBack {
        /// Of the name, by which attempts are counted.
        name: KeyHash,
    },
    /// The second factor was given: the session is a full one and has a new token. Not where the
    /// proof was used before, or the session is over.
    Complete {
        /// The session's number.
        session: i64,
        /// What it has from now on.
        renewed: NewSession,
        /// What was given.
        proof: Proof,
        /// Of the name, by which attempts are counted.
        name: KeyHash,
    },
    /// The session was used, and ends so much later.
    Use {
        /// The session's number.
        session: i64,
        /// When.
        now: i64,
        /// When it ends.
        expires_at: i64,
    },
    /// The session ends. Not where it is over.
    End {
        /// The session's number.
        session: i64,
    },
    /// All sessions of a user end.
    EndAll {
        /// The user's number.
        user: i64,
    },
    /// There is a password of the user's own choice, and all other sessions end. Not where this
    /// session is over.
    ChangePassword {
        /// The user's number.
        user: i64,
        /// Of the password.
        password: PasswordHash,
        /// The session that goes on.
        session: i64,
        /// Of the name, by which attempts are counted.
        name: KeyHash,
    },
    /// A second factor is about to be set up in this session. Not where one is already, where the
    /// user has one, or where the session is over.
    Propose {
        /// The session's number.
        session: i64,
        /// What its codes are made from.
        secret: TotpSecret,
    },
    /// The second factor that was proposed is the user's from now on, and all other sessions end.
    /// Not where there is one already.
    Enrol {
        /// The session's number.
        session: i64,
        /// The step of the code that proved it.
        step: i64,
        /// Of the recovery codes.
        codes: Vec<KeyHash>,
    },
    /// There is no second factor any more. Not where the proof was used before, or the session is
    /// over.
    Remove {
        /// The user's number.
        user: i64,
        /// The session in which it is removed.
        session: i64,
        /// What was given.
        proof: Proof,
        /// When.
        now: i64,
        /// Of the name, by which attempts are counted.
        name: KeyHash,
    },
    /// What is over is forgotten.
    Tidy {
        /// Now.
        now: i64,
    },
}

/// A session to be stored.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Of its token.
    pub token: KeyHash,
    /// The user's number.
    pub user: i64,
    /// How far it has come.
    pub stage: Stage,
    /// When it begins.
    pub now: i64,
    /// When it ends, unless it is used.
    pub expires_at: i64,
}

/// A second factor as it was given; each is good once.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// The code of this step.
    Step(i64),
    /// A recovery code.
    Recovery(KeyHash),
}
