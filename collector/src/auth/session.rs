//! A person who is logged in: the token that their browser shows, and what it gives them.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::key::KeyHash;
use super::person::{Role, User};
use super::random;
use super::rights::{Holder, Operator, Scope};
use super::totp::TotpSecret;

/// What a browser shows with every request: 256 random bits, of which the store keeps the SHA-256.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        random::bits().map(Self)
    }

    /// One as it was shown.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The token itself, for the browser alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(self.0.as_bytes())
    }

    /// What stands in every form of the session: another site, which cannot read the token, cannot
    /// know it, and the token is not found from it.
    pub fn form_token(&self) -> FormToken {
        let digest = Sha256::new().chain_update(b"form of ").chain_update(&self.0).finalize();
        FormToken(random::hexadecimal(&digest))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

/// What a form holds to show that it is a page of ours, in this session.
#[derive(Clone)]
pub struct FormToken(String);

impl FormToken {
    /// The token itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether a form has it; compared in constant time.
    pub fn is(&self, sent: &str) -> bool {
        self.0.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken([redacted])")
    }
}

/// How far somebody has come with logging in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The password was right, and the second factor is still to come.
    Password,
    /// All of it was.
    Full,
}

impl Stage {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Full => "full",
        }
    }

    /// The stage of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Password, Self::Full].into_iter().find(|stage| stage.as_str() == name)
    }
}

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Its number; none is given twice.
    pub id: i64,
    /// Whose it is.
    pub user: User,
    /// How far it has come.
    pub stage: Stage,
    /// A second factor that was shown and is not yet proved to be known.
    pub pending: Option<TotpSecret>,
    /// When it began, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// When it ends, unless it is used before.
    pub expires_at: i64,
}

/// Of whom a second factor is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondFactorRule {
    /// Of providers.
    pub of_providers: bool,
    /// Of clients.
    pub of_clients: bool,
}

impl SecondFactorRule {
    /// Whether this role has to have one.
    pub fn asks(self, role: &Role) -> bool {
        match role {
            Role::Provider => self.of_providers,
            Role::Client(_) => self.of_clients,
        }
    }
}

/// What somebody has to do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// To give the second factor.
    SecondFactor,
    /// To choose a password, because theirs was given by somebody else.
    Password,
    /// To set up a second factor, because their role asks for it.
    Enrolment,
}

/// Somebody who shows the token of a session that stands. Only this folder makes one.
#[derive(Clone, Debug)]
pub struct Visit {
    session: StoredSession,
    due: Option<Due>,
    form_token: FormToken,
}

impl Visit {
    pub(super) fn new(session: StoredSession, token: &Token, rule: SecondFactorRule) -> Self {
        let user = &session.user;
        let due = if session.stage == Stage::Password {
            Some(Due::SecondFactor)
        } else if user.must_change {
            Some(Due::Password)
        } else if rule.asks(&user.role) && !user.has_second_factor {
            Some(Due::Enrolment)
        } else {
            None
        };
        Self { session, due, form_token: token.form_token() }
    }

    /// The session.
    pub fn session(&self) -> &StoredSession {
        &self.session
    }

    /// Who it is.
    pub fn user(&self) -> &User {
        &self.session.user
    }

    /// What has to be done before anything else.
    pub fn due(&self) -> Option<Due> {
        self.due
    }

    /// Whether nothing is left to be proved; something may still be due.
    pub fn has_entered(&self) -> bool {
        self.session.stage == Stage::Full
    }

    /// What every form of the session holds.
    pub fn form_token(&self) -> &FormToken {
        &self.form_token
    }

    /// The right to read; none before all is done that is due.
    pub fn scope(&self) -> Option<Scope> {
        let user = self.user().name.clone();
        let holder = Holder::Session { session: self.session.id, user };
        let scope = match &self.user().role {
            Role::Provider => Scope::all(holder),
            Role::Client(client) => Scope::one(client.clone(), holder),
        };
        self.due.is_none().then_some(scope)
    }

    /// The right to administer, which a provider has.
    pub fn operator(&self) -> Option<Operator> {
        let is_provider = self.due.is_none() && self.user().role == Role::Provider;
        is_provider.then(|| Operator::in_a_session(&self.user().name, self.session.id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::person::UserName;
    use super::super::rights::{ClientId, Clients};
    use super::*;

    fn visit(role: Role, change: impl FnOnce(&mut StoredSession), asked: bool) -> Visit {
        let user = User {
            id: 1,
            name: UserName::new("maria").unwrap(),
            role,
            has_second_factor: false,
            must_change: false,
            created_at: 0,
            disabled_at: None,
            last_login_at: None,
        };
        let (id, stage, pending) = (7, Stage::Full, None);
        let mut session =
            StoredSession { id, user, stage, pending, created_at: 0, seen_at: 0, expires_at: 1 };
        change(&mut session);
        let asks = SecondFactorRule { of_providers: asked, of_clients: false };
        Visit::new(session, &Token::random().unwrap(), asks)
    }

    #[test]
    fn nothing_may_be_seen_before_what_is_due() {
        let change = |session: &mut StoredSession| session.user.must_change = true;
        let code = |session: &mut StoredSession| session.stage = Stage::Password;
        for (visit, due) in [
            (visit(Role::Provider, change, false), Due::Password),
            (visit(Role::Provider, code, true), Due::SecondFactor),
            (visit(Role::Provider, |_| {}, true), Due::Enrolment),
        ] {
            assert_eq!(visit.due(), Some(due));
            assert!(visit.scope().is_none() && visit.operator().is_none());
        }
    }

    #[test]
    fn a_provider_sees_all_and_a_client_its_own() {
        let provider = visit(Role::Provider, |_| {}, false);
        assert_eq!(provider.scope().unwrap().clients(), &Clients::All);
        assert_eq!(provider.operator().unwrap().name(), "user:maria");
        let demo = ClientId::new("demo").unwrap();
        let client = visit(Role::Client(demo.clone()), |_| {}, true);
        let scope = client.scope().unwrap();
        assert_eq!(scope.clients(), &Clients::One(demo));
        assert_eq!(scope.holder().to_string(), "user:maria");
        assert!(client.operator().is_none());
    }

    #[test]
    fn a_form_token_is_that_of_its_session() {
        let [one, other] = [(); 2].map(|()| Token::random().unwrap());
        let form = one.form_token();
        assert!(form.is(Token::presented(one.reveal()).form_token().reveal()));
        assert!(!form.is(other.form_token().reveal()) && !form.is("") && !form.is(one.reveal()));
        assert!(!format!("{one:?} {form:?}").contains(&form.reveal()[..8]));
    }
}
