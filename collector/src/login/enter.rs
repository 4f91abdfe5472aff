//! Coming in and going out.

use serde_json::json;

use super::told;
use super::who::Who;
use super::{Desk, LoginError, Peer};
use crate::auth::{Account, Due, Passcode, Password, Stage, Token, Visit};
use crate::store::{Entry, LoginAttempt, LoginChange, NewSession, Proof, StoreError};

/// How long a second factor is waited for, in milliseconds.
const HALFWAY: i64 = 10 * 60 * 1_000;

impl Desk {
    /// Lets somebody at this address try once more, before anything is looked at.
    ///
    /// # Errors
    /// Where there were too many attempts from it within a minute.
    pub(crate) fn admit(&self, peer: Peer) -> Result<(), LoginError> {
        self.peers.check(peer, self.clock.now()).map_err(LoginError::TooOften)
    }

    /// Begins a session for whoever types this name and this password. Where they have a second
    /// factor, that is due next.
    ///
    /// # Errors
    /// Where one of them is wrong, too many attempts failed, or it cannot be done just now.
    pub async fn login(&self, name: &str, password: &str) -> Result<Token, LoginError> {
        let who = Who::typed(name, self.name_key().await?);
        let turn = self.passwords.turn().await?;
        let account = self.account(&who).await?;
        let is_last = self.count(&who).await?;
        // For nobody and for who is disabled there is as much to do.
        let password = Password::typed(password);
        let kept = account.as_ref().filter(|own| own.user.disabled_at.is_none());
        let is_right = turn.verify(&password, kept.map(|own| &own.password)).await?;
        if let Some(account) = account.as_ref().filter(|_| is_right) {
            if let Some(token) = self.begin(account, &who).await? {
                return Ok(token);
            }
        }
        self.fail(told::failed(&who, account.is_some(), "login", "password", is_last)).await
    }

    /// `None` where the account is no longer the one that was looked at.
    async fn begin(&self, account: &Account, who: &Who) -> Result<Option<Token>, LoginError> {
        let token = Token::random()?;
        let is_full = account.secret.is_none();
        let stage = if is_full { Stage::Full } else { Stage::Password };
        let session = self.new_session(&token, account.user.id, stage);
        let name = &account.user.name;
        let records = if is_full { told::login(name, None) } else { vec![told::halfway(name)] };
        let change = LoginChange::Begin {
            session,
            password: account.password.clone(),
            has_second_factor: !is_full,
            name: who.hash,
        };
        Ok(self.change(change, records).await?.then_some(token))
    }

    /// Completes a session by a code of the authenticator, or by a recovery code. It has a new token
    /// from then on.
    ///
    /// # Errors
    /// Where the code is wrong or was used before, too many attempts failed, it is not due, or it
    /// cannot be done just now.
    pub async fn second_factor(&self, visit: &Visit, code: &str) -> Result<Token, LoginError> {
        if visit.due() != Some(Due::SecondFactor) {
            return Err(LoginError::NotNow);
        }
        let (account, who) = self.own(visit).await?;
        let is_last = self.count(&who).await?;
        let token = Token::random()?;
        if let Some(proof) = self.proof(&account, code) {
            let change = LoginChange::Complete {
                session: visit.session().id,
                renewed: self.new_session(&token, account.user.id, Stage::Full),
                proof,
                name: who.hash,
            };
            if self.change(change, told::login(&account.user.name, Some(proof))).await? {
                return Ok(token);
            }
        }
        self.fail(told::failed(&who, true, "login", "second_factor", is_last)).await
    }

    /// Ends the session.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn logout(&self, visit: &Visit) -> Result<(), StoreError> {
        let record = told::did(&visit.user().name, "logout").entry();
        let change = LoginChange::End { session: visit.session().id };
        self.change(change, vec![record]).await.map(drop)
    }

    /// Ends all sessions of whoever this is.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn logout_everywhere(&self, visit: &Visit) -> Result<(), StoreError> {
        let told = told::did(&visit.user().name, "logout").with(json!({"sessions": "all"}));
        let change = LoginChange::EndAll { user: visit.user().id };
        self.change(change, vec![told.entry()]).await.map(drop)
    }

    async fn account(&self, who: &Who) -> Result<Option<Account>, StoreError> {
        let Some(name) = &who.name else { return Ok(None) };
        self.store.account(self.auth.gate(), name).await
    }

    /// The account of a session.
    pub(super) async fn own(&self, visit: &Visit) -> Result<(Account, Who), LoginError> {
        let who = Who::named(visit.user().name.clone(), self.name_key().await?);
        let account = self.account(&who).await?;
        account.map(|account| (account, who)).ok_or(LoginError::NotNow)
    }

    /// Counts an attempt; whether it is the last for now.
    pub(super) async fn count(&self, who: &Who) -> Result<bool, LoginError> {
        match self.store.attempt(self.auth.gate(), &who.hash, self.clock.now()).await? {
            LoginAttempt::Counted { is_last } => Ok(is_last),
            LoginAttempt::Wait(wait) => Err(LoginError::Wait(wait)),
        }
    }

    /// Leaves the records of what failed.
    pub(super) async fn fail<T>(&self, records: Vec<Entry>) -> Result<T, LoginError> {
        self.store.change(self.auth.gate(), None, records).await?;
        Err(LoginError::Wrong)
    }

    /// What a typed code proves: one of six digits is the authenticator's.
    pub(super) fn proof(&self, account: &Account, typed: &str) -> Option<Proof> {
        let digits: String = typed.split_whitespace().collect();
        if digits.len() == 6 {
            let step = account.secret.as_ref()?.step(&digits, self.clock.now());
            return step.map(Proof::Step);
        }
        Passcode::typed(typed.trim()).map(|code| Proof::Recovery(code.hash()))
    }

    fn new_session(&self, token: &Token, user: i64, stage: Stage) -> NewSession {
        let now = self.clock.now();
        let expires_at = match stage {
            Stage::Full => self.expires_at(now, now),
            Stage::Password => now.saturating_add(HALFWAY),
        };
        NewSession { token: token.hash(), user, stage, now, expires_at }
    }
}
