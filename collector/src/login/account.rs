//! What people do with their own accounts: the password and the second factor.

use serde_json::json;

use super::told;
use super::who::Who;
use super::{Desk, LoginError};
use crate::auth::{Account, Due, KeyHash, Passcode, Password, TotpSecret, UnfitPassword, Visit};
use crate::store::{LoginChange, StoreError};

/// How many recovery codes there are.
const CODES: usize = 10;
const THE_SAME: UnfitPassword = UnfitPassword("the new password is the present one");

impl Desk {
    /// Changes the password; all other sessions end. The present one is asked for, but where it was
    /// given by somebody else: then it was typed a moment ago, and is good for nothing but this.
    ///
    /// # Errors
    /// Where the present one is wrong, too many attempts failed, the new one is not taken, or it
    /// cannot be done just now.
    pub async fn change_password(
        &self,
        visit: &Visit,
        present: &str,
        new: &str,
    ) -> Result<(), LoginError> {
        if !visit.has_entered() {
            return Err(LoginError::NotNow);
        }
        let [present, new] = [present, new].map(Password::typed);
        new.check(&visit.user().name)?;
        if new == present {
            return Err(THE_SAME.into());
        }
        let (account, who) = self.own(visit).await?;
        if visit.due() != Some(Due::Password) {
            self.check_present(&account, &who, &present).await?;
        } else if self.passwords.turn().await?.verify(&new, Some(&account.password)).await? {
            return Err(THE_SAME.into());
        }
        let password = self.passwords.turn().await?.hash(&new).await?;
        let (user, session) = (account.user.id, visit.session().id);
        let change = LoginChange::ChangePassword { user, password, session, name: who.hash };
        let record = told::did(&account.user.name, "change_password").entry();
        let is_done = self.change(change, vec![record]).await?;
        if is_done { Ok(()) } else { Err(LoginError::NotNow) }
    }

    /// A right one is no failure, whatever becomes of the new one, and neither is one that cannot be
    /// looked at: the attempt is given back.
    async fn check_present(
        &self,
        account: &Account,
        who: &Who,
        present: &Password,
    ) -> Result<(), LoginError> {
        let turn = self.passwords.turn().await?;
        let is_last = self.count(who).await?;
        let verified = turn.verify(present, Some(&account.password)).await;
        if verified == Ok(false) {
            let records = told::failed(who, true, "change_password", "password", is_last);
            return self.fail(records).await;
        }
        self.change(LoginChange::GiveBack { name: who.hash }, Vec::new()).await?;
        Ok(verified.map(drop)?)
    }

    /// What a second factor is about to be set up with, which is the same until that is done.
    ///
    /// # Errors
    /// Where there is one already, or it cannot be done just now.
    pub async fn propose(&self, visit: &Visit) -> Result<TotpSecret, LoginError> {
        if !may_enrol(visit) {
            return Err(LoginError::NotNow);
        }
        if let Some(secret) = &visit.session().pending {
            return Ok(secret.clone());
        }
        let secret = TotpSecret::random()?;
        let change = LoginChange::Propose { session: visit.session().id, secret: secret.clone() };
        if self.change(change, Vec::new()).await? {
            return Ok(secret);
        }
        // The same page, opened twice at once, shows the same secret.
        self.proposed(visit).await?.ok_or(LoginError::NotNow)
    }

    async fn proposed(&self, visit: &Visit) -> Result<Option<TotpSecret>, StoreError> {
        let sessions = self.sessions(visit).await?;
        let own = sessions.into_iter().find(|session| session.id == visit.session().id);
        Ok(own.and_then(|session| session.pending))
    }

    /// Sets up what was proposed, which a code proves to be known; all other sessions end. Answers
    /// the recovery codes, which are shown this once.
    ///
    /// # Errors
    /// Where the code is wrong, nothing was proposed, or it cannot be done just now.
    pub async fn enrol(&self, visit: &Visit, code: &str) -> Result<Vec<Passcode>, LoginError> {
        let secret = visit.session().pending.as_ref().filter(|_| may_enrol(visit));
        let secret = secret.ok_or(LoginError::NotNow)?;
        let digits: String = code.split_whitespace().collect();
        let name = &visit.user().name;
        let Some(step) = secret.step(&digits, self.clock.now()) else {
            let told = told::did(name, "enrol_second_factor").in_vain();
            return self.fail(vec![told.entry()]).await;
        };
        let mut codes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            codes.push(Passcode::random()?);
        }
        let hashes: Vec<KeyHash> = codes.iter().map(Passcode::hash).collect();
        let change = LoginChange::Enrol { session: visit.session().id, step, codes: hashes };
        let record = told::did(name, "enrol_second_factor").entry();
        let is_done = self.change(change, vec![record]).await?;
        if is_done { Ok(codes) } else { Err(LoginError::NotNow) }
    }

    /// Removes the second factor, by a code of it or a recovery code.
    ///
    /// # Errors
    /// Where the code is wrong or was used before, too many attempts failed, the role asks for a
    /// second factor, there is none, or it cannot be done just now.
    pub async fn remove_factor(&self, visit: &Visit, code: &str) -> Result<(), LoginError> {
        let is_asked = self.auth.second_factor_rule().asks(&visit.user().role);
        if visit.due().is_some() || !visit.user().has_second_factor || is_asked {
            return Err(LoginError::NotNow);
        }
        let (account, who) = self.own(visit).await?;
        let is_last = self.count(&who).await?;
        if let Some(proof) = self.proof(&account, code) {
            let (name, now) = (&account.user.name, self.clock.now());
            let (user, session) = (account.user.id, visit.session().id);
            let change = LoginChange::Remove { user, session, proof, now, name: who.hash };
            let told = told::did(name, "remove_second_factor").with(json!({}));
            let records = std::iter::once(told.entry()).chain(told::recovery(name, Some(proof)));
            if self.change(change, records.collect()).await? {
                return Ok(());
            }
        }
        let records = told::failed(&who, true, "remove_second_factor", "code", is_last);
        self.fail(records).await
    }

    /// Whether this role has to have a second factor.
    pub fn asks_for_factor(&self, visit: &Visit) -> bool {
        self.auth.second_factor_rule().asks(&visit.user().role)
    }
}

/// Whoever was given a password changes that first.
fn may_enrol(visit: &Visit) -> bool {
    matches!(visit.due(), None | Some(Due::Enrolment)) && !visit.user().has_second_factor
}
