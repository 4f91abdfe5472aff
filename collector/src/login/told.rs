//! The records that are left of logins.

use serde_json::json;

use super::who::Who;
use crate::admin::Told;
use crate::auth::UserName;
use crate::store::{Entry, Proof};

/// What a person did with their account.
pub(super) fn did(name: &UserName, action: &'static str) -> Told {
    Told::new(format!("user:{name}"), action, "user", name.as_str())
}

/// A login, and a recovery code that it took.
pub(super) fn login(name: &UserName, proof: Option<Proof>) -> Vec<Entry> {
    let factor = match proof {
        None => "none",
        Some(Proof::Step(_)) => "code",
        Some(Proof::Recovery(_)) => "recovery_code",
    };
    let login = did(name, "login").with(json!({"second_factor": factor})).entry();
    std::iter::once(login).chain(recovery(name, proof)).collect()
}

/// A password that was right, behind which the second factor is due.
pub(super) fn halfway(name: &UserName) -> Entry {
    did(name, "begin_login").with(json!({"due": "second_factor"})).entry()
}

/// A recovery code that was used up.
pub(super) fn recovery(name: &UserName, proof: Option<Proof>) -> Option<Entry> {
    let is_recovery = matches!(proof, Some(Proof::Recovery(_)));
    is_recovery.then(|| did(name, "use_recovery_code").entry())
}

/// What failed, and that the name waits now. What was typed as a name is told of a user alone.
pub(super) fn failed(
    who: &Who,
    is_user: bool,
    action: &'static str,
    because: &str,
    is_last: bool,
) -> Vec<Entry> {
    let told = |action| match &who.name {
        Some(name) if is_user => did(name, action),
        _ => {
            let mark = who.mark();
            Told::new(format!("unknown:{mark}"), action, "user", mark)
        }
    };
    let failure = told(action).with(json!({"wrong": because})).in_vain().entry();
    let lock_out = is_last.then(|| told("lock_out").in_vain().entry());
    std::iter::once(failure).chain(lock_out).collect()
}
