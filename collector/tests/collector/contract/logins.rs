//! What every store promises of steps that come too late: nothing is done by them, and nothing is used
//! up.

use std::sync::{Arc, Mutex};

use epilogue_collector::store::{BoxFuture, LoginChange, NewSession, StoreError};
use epilogue_collector::{
    Account, Auth, Gate, KeyHash, KeySource, KeyUse, LoginError, Role, SessionSource, Stage,
    StoredKey, StoredSession, Token,
};

use super::Shared;
use super::people::{NOW, PASSWORD, desk, entered, name, reset, visit};

/// What is asked of the store by whoever lets people in.
#[derive(Debug)]
enum Asked {
    Account(&'static str),
    Change(LoginChange),
}

/// What the store answers.
#[derive(Debug)]
enum Answered {
    Account(Account),
    Changed(bool),
}

/// Asks a store with the right that is handed to a source of sessions.
#[derive(Debug)]
struct Door {
    store: Shared,
    asked: Mutex<Option<Asked>>,
    answered: Mutex<Option<Answered>>,
}

impl Door {
    async fn ask(store: &Shared, asked: Asked) -> Answered {
        let (asked, answered) = (Mutex::new(Some(asked)), Mutex::new(None));
        let door = Arc::new(Self { store: Arc::clone(store), asked, answered });
        let auth = Auth::new(Arc::clone(&door), None);
        assert!(auth.visit(&Token::presented("")).await.unwrap().is_none());
        let answered = door.answered.lock().unwrap().take();
        answered.unwrap()
    }
}

impl SessionSource for Door {
    fn session<'a>(
        &'a self,
        gate: &'a Gate,
        _: &'a KeyHash,
        _: i64,
    ) -> BoxFuture<'a, Result<Option<StoredSession>, StoreError>> {
        Box::pin(async move {
            let asked = self.asked.lock().unwrap().take().unwrap();
            let answered = match asked {
                Asked::Account(who) => {
                    let account = self.store.account(gate, &name(who)).await?;
                    Answered::Account(account.unwrap())
                }
                Asked::Change(change) => {
                    Answered::Changed(self.store.change(gate, Some(change), Vec::new()).await?)
                }
            };
            *self.answered.lock().unwrap() = Some(answered);
            Ok(None)
        })
    }

    fn session_stands<'a>(
        &'a self,
        gate: &'a Gate,
        session: i64,
        now: i64,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.store.session_stands(gate, session, now)
    }
}

impl KeySource for Door {
    fn key_generation<'a>(&'a self, gate: &'a Gate) -> BoxFuture<'a, Result<i64, StoreError>> {
        self.store.key_generation(gate)
    }

    fn active_keys<'a>(
        &'a self,
        gate: &'a Gate,
    ) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>> {
        self.store.active_keys(gate)
    }

    fn note_uses<'a>(
        &'a self,
        gate: &'a Gate,
        uses: Vec<KeyUse>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.store.note_uses(gate, uses)
    }
}

async fn account(store: &Shared) -> Account {
    match Door::ask(store, Asked::Account("maria")).await {
        Answered::Account(account) => account,
        Answered::Changed(_) => panic!("an account was asked for"),
    }
}

async fn change(store: &Shared, change: LoginChange) -> bool {
    match Door::ask(store, Asked::Change(change)).await {
        Answered::Changed(is_done) => is_done,
        Answered::Account(_) => panic!("a change was asked for"),
    }
}

/// The login of somebody whose password was compared to this account's, and was right.
async fn begins(store: &Shared, seen: &Account) -> bool {
    let has_second_factor = seen.secret.is_some();
    let stage = if has_second_factor { Stage::Password } else { Stage::Full };
    let token = Token::random().unwrap().hash();
    let session =
        NewSession { token, user: seen.user.id, stage, now: NOW, expires_at: NOW + 60_000 };
    let (password, name) = (seen.password.clone(), KeyHash::of(b"maria"));
    change(store, LoginChange::Begin { session, password, has_second_factor, name }).await
}

pub(super) async fn a_login_holds_for_the_account_that_was_looked_at(store: Shared) {
    let (first, token) = entered(&store, "maria", Role::Provider).await;
    let seen = account(&store).await;
    assert!(begins(&store, &seen).await);
    let own = visit(&first, &token).await;
    first.change_password(&own, PASSWORD, "quite another password").await.unwrap();
    assert!(!begins(&store, &seen).await, "the password was changed");

    let seen = account(&store).await;
    assert!(begins(&store, &seen).await);
    let secret = first.propose(&own).await.unwrap();
    first.enrol(&visit(&first, &token).await, &secret.code(NOW)).await.unwrap();
    assert!(!begins(&store, &seen).await, "a second factor is asked for since then");

    let seen = account(&store).await;
    assert!(begins(&store, &seen).await);
    reset(&store, "maria").await.unwrap();
    assert!(!begins(&store, &seen).await, "the user was reset");
    assert!(begins(&store, &account(&store).await).await);
    let late = desk(&store, NOW).login("maria", "quite another password").await;
    assert_eq!(late.unwrap_err(), LoginError::Wrong);
}

pub(super) async fn what_comes_too_late_uses_nothing_up(store: Shared) {
    let (first, token) = entered(&store, "maria", Role::Provider).await;
    let early = visit(&first, &token).await;
    let (one, other) = tokio::join!(first.propose(&early), first.propose(&early));
    let secret = one.unwrap();
    assert_eq!(secret.reveal(), other.unwrap().reveal(), "two pages show one secret");
    let codes = first.enrol(&visit(&first, &token).await, &secret.code(NOW)).await.unwrap();
    assert_eq!(first.propose(&early).await.unwrap_err(), LoginError::NotNow);

    // Where the session has ended, nothing is done, and no code is used up.
    let [full, halfway] = [token, first.login("maria", PASSWORD).await.unwrap()];
    let [full, halfway] = [visit(&first, &full).await, visit(&first, &halfway).await];
    first.logout_everywhere(&full).await.unwrap();
    let code = codes[0].reveal();
    assert_eq!(first.second_factor(&halfway, code).await.unwrap_err(), LoginError::Wrong);
    assert_eq!(first.remove_factor(&full, code).await.unwrap_err(), LoginError::Wrong);
    let other = first.change_password(&full, PASSWORD, "quite another password").await;
    assert_eq!(other.unwrap_err(), LoginError::NotNow);
    let again = first.login("maria", PASSWORD).await.unwrap();
    assert!(first.second_factor(&visit(&first, &again).await, code).await.is_ok());
}

pub(super) async fn what_is_not_done_forgets_no_failure(store: Shared) {
    let (first, token) = entered(&store, "maria", Role::Provider).await;
    let over = visit(&first, &token).await;
    first.logout(&over).await.unwrap();
    for _ in 0..3 {
        assert_eq!(first.login("maria", "wrong").await.unwrap_err(), LoginError::Wrong);
    }
    // None of these counts as a failure.
    for _ in 0..2 {
        let same = first.change_password(&over, PASSWORD, PASSWORD).await;
        assert!(matches!(same, Err(LoginError::Unfit(_))));
        let other = first.change_password(&over, PASSWORD, "quite another password").await;
        assert_eq!(other.unwrap_err(), LoginError::NotNow);
    }
    for _ in 0..2 {
        assert_eq!(first.login("maria", "wrong").await.unwrap_err(), LoginError::Wrong);
    }
    assert!(matches!(first.login("maria", PASSWORD).await, Err(LoginError::Wait(_))));
}
