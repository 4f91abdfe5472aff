//! What every store promises of people: what proves somebody is good once, what is over is over at
//! once, and an act and its record are one.

use std::sync::Arc;

use epilogue_collector::store::{Entry, Filter, Kind, Outcome, PageRequest, Row, StoreError};
use epilogue_collector::{
    Auth, COLLECTOR_CLIENT, ClientId, Clock, Desk, KeyScope, LoginError, Logins, Operator,
    Passcode, Passwords, Role, Token, UserError, UserName, Visit, create_key, create_user,
    disable_user, reset_user,
};
use uuid::Uuid;

use super::{Shared, reader};

pub(super) const NOW: i64 = 1_790_000_000_000;
pub(super) const PASSWORD: &str = "a long enough password";

pub(super) fn name(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

pub(super) fn desk(store: &Shared, now: i64) -> Desk {
    let clock = Clock::new(move || now);
    let auth = Arc::new(Auth::new(Arc::clone(store), None).clock(clock.clone()));
    Desk::new(auth, Arc::clone(store), Logins::default(), clock)
}

pub(super) async fn visit(desk: &Desk, token: &Token) -> Visit {
    desk.visit(token).await.unwrap().expect("the session stands")
}

/// A new user, with a first password.
async fn made(store: &Shared, who: &str, role: Role) -> Result<Passcode, UserError> {
    let (passwords, operator) = (Passwords::default(), Operator::at_the_command_line());
    create_user(store.as_ref(), &passwords, &operator, name(who), role).await
}

pub(super) async fn reset(store: &Shared, who: &str) -> Result<Passcode, UserError> {
    let (passwords, operator) = (Passwords::default(), Operator::at_the_command_line());
    reset_user(store.as_ref(), &passwords, &operator, name(who)).await
}

/// A new user who has logged in and chosen a password.
pub(super) async fn entered(store: &Shared, who: &str, role: Role) -> (Desk, Token) {
    let first = made(store, who, role).await.unwrap();
    let desk = desk(store, NOW);
    let token = desk.login(who, first.reveal()).await.unwrap();
    let own = visit(&desk, &token).await;
    assert!(own.scope().is_none(), "the password is to be changed first");
    desk.change_password(&own, first.reveal(), PASSWORD).await.unwrap();
    (desk, token)
}

/// How many records there are of an act.
async fn told(store: &Shared, action: &str) -> usize {
    let scope = reader(store, COLLECTOR_CLIENT, KeyScope::Read).await;
    let filter = Filter { action_type: Some(action.to_owned()), ..Filter::default() };
    let page = PageRequest { limit: 100, ..PageRequest::default() };
    store.list(&scope, &filter, &page).await.unwrap().items.len()
}

pub(super) async fn a_name_is_given_once(store: Shared) {
    let operator = Operator::at_the_command_line();
    let demo = Role::Client(ClientId::new("demo").unwrap());
    made(&store, "carla", demo.clone()).await.unwrap();
    let again = made(&store, "Carla", Role::Provider).await;
    assert_eq!(again.unwrap_err(), UserError::Taken);
    made(&store, "arno", Role::Provider).await.unwrap();
    assert_eq!(told(&store, "create").await, 3, "of two users, and of the key that reads it");
    disable_user(store.as_ref(), &operator, name("carla")).await.unwrap();
    for result in [
        disable_user(store.as_ref(), &operator, name("carla")).await,
        disable_user(store.as_ref(), &operator, name("nobody")).await,
        reset(&store, "nobody").await.map(drop),
    ] {
        assert_eq!(result, Err(UserError::Unknown));
    }
    assert_eq!((told(&store, "disable").await, told(&store, "reset").await), (1, 0));
    let users = store.users(&operator).await.unwrap();
    let users: Vec<_> = users
        .iter()
        .map(|user| (user.name.as_str(), &user.role, user.disabled_at.is_some()))
        .collect();
    assert_eq!(users, [("arno", &Role::Provider, false), ("carla", &demo, true)]);
}

pub(super) async fn what_a_session_gives_ends_with_it(store: Shared) {
    let (desk, token) = entered(&store, "maria", Role::Provider).await;
    let own = visit(&desk, &token).await;
    let (scope, operator) = (own.scope().unwrap(), own.operator().unwrap());
    let auth = Auth::new(Arc::clone(&store), None).clock(Clock::new(|| NOW));
    auth.still_reads(&scope).await.unwrap();
    let row = Row::new(Uuid::now_v7(), Kind::Audit, 1, Outcome::Ok);
    let entry = Entry::new(row, "{}".to_owned());
    store.tell(&scope, entry.clone()).await.unwrap();
    let demo = ClientId::new("demo").unwrap();
    let make = async || {
        create_key(store.as_ref(), &operator, demo.clone(), KeyScope::Read).await.map(drop)
    };
    assert_eq!(make().await, Ok(()));
    desk.logout(&own).await.unwrap();
    assert!(desk.visit(&token).await.unwrap().is_none());
    assert!(auth.still_reads(&scope).await.is_err());
    assert_eq!(store.tell(&scope, entry).await, Err(StoreError::Revoked));
    assert_eq!(make().await, Err(StoreError::Revoked));
    assert_eq!(store.ping().await, Ok(()), "that is no failure of the store");
}

pub(super) async fn a_session_is_over_at_its_time(store: Shared) {
    let (_, token) = entered(&store, "maria", Role::Provider).await;
    let end = NOW + 12 * 3_600_000;
    assert!(desk(&store, end).visit(&token).await.unwrap().is_none());
    desk(&store, end - 1).tidy().await.unwrap();
    let late = desk(&store, end - 1);
    assert!(late.visit(&token).await.unwrap().is_some());
    assert_eq!(late.sessions(&visit(&late, &token).await).await.unwrap().len(), 1);
    // Its use was noted, and it lasts longer.
    assert!(desk(&store, end + 1).visit(&token).await.unwrap().is_some());
    desk(&store, NOW + 8 * 24 * 3_600_000).tidy().await.unwrap();
    assert!(desk(&store, NOW).visit(&token).await.unwrap().is_none());
}

pub(super) async fn a_second_factor_is_good_once(store: Shared) {
    let (first, token) = entered(&store, "maria", Role::Provider).await;
    let secret = first.propose(&visit(&first, &token).await).await.unwrap();
    let own = visit(&first, &token).await;
    let codes = first.enrol(&own, &secret.code(NOW)).await.unwrap();
    assert_eq!(first.enrol(&own, &secret.code(NOW)).await.unwrap_err(), LoginError::NotNow);
    let later = desk(&store, NOW + 30_000);
    let code = secret.code(NOW + 30_000);
    let halfway = async || {
        let token = later.login("maria", PASSWORD).await.unwrap();
        visit(&later, &token).await
    };
    let [one, other] = [halfway().await, halfway().await];
    let recovery = codes[0].reveal();
    let both = tokio::join!(later.second_factor(&one, &code), later.second_factor(&other, &code));
    assert!(both.0.is_ok() != both.1.is_ok(), "of two at once one comes in");
    let before = secret.code(NOW);
    for (code, is_good) in [(code.as_str(), false), (&before, false), (recovery, true)] {
        assert_eq!(later.second_factor(&halfway().await, code).await.is_ok(), is_good);
    }
    assert!(later.second_factor(&halfway().await, recovery).await.is_err());
    assert_eq!((told(&store, "use_recovery_code").await, told(&store, "lock_out").await), (1, 0));
}

pub(super) async fn attempts_are_counted_by_name(store: Shared) {
    let (first, _) = entered(&store, "maria", Role::Provider).await;
    for _ in 0..5 {
        assert_eq!(first.login("maria", "wrong").await.unwrap_err(), LoginError::Wrong);
    }
    let LoginError::Wait(wait) = first.login("maria", PASSWORD).await.unwrap_err() else {
        panic!("the name has to wait");
    };
    assert_eq!(wait.as_secs(), 15 * 60);
    assert_eq!(first.login("peter", "wrong").await.unwrap_err(), LoginError::Wrong);
    let later = desk(&store, NOW + 15 * 60_000);
    later.tidy().await.unwrap();
    assert!(later.login("maria", PASSWORD).await.is_ok());
    assert_eq!(told(&store, "lock_out").await, 1);
}

pub(super) async fn a_reset_lets_in_whoever_has_to_wait(store: Shared) {
    let (first, _) = entered(&store, "maria", Role::Provider).await;
    for who in ["maria", "peter"] {
        for _ in 0..5 {
            assert_eq!(first.login(who, "wrong").await.unwrap_err(), LoginError::Wrong);
        }
    }
    assert!(matches!(first.login("maria", PASSWORD).await, Err(LoginError::Wait(_))));
    let fresh = reset(&store, "maria").await.unwrap();
    assert!(first.login("maria", fresh.reveal()).await.is_ok());
    assert!(matches!(first.login("peter", PASSWORD).await, Err(LoginError::Wait(_))));
}

pub(super) async fn uses_of_keys_add_up(store: Shared) {
    let operator = Operator::at_the_command_line();
    let key = super::key(&store, "a", KeyScope::Read).await;
    super::key(&store, "b", KeyScope::Read).await;
    let now = epilogue_collector::Clock::default().now();
    for _ in 0..2 {
        // Two processes, each with what it has gathered.
        let auth = Auth::new(Arc::clone(&store), None).clock(Clock::new(move || now));
        for _ in 0..3 {
            auth.read(Some(key.as_bytes())).await.unwrap();
        }
        auth.note_uses().await.unwrap();
        auth.note_uses().await.unwrap();
    }
    let keys = store.keys(&operator).await.unwrap();
    let used: Vec<_> = keys.iter().map(|key| key.last_used_at).collect();
    assert_eq!(used, [Some(now), None]);
    let usages = store.key_usages(&operator, now).await.unwrap();
    assert_eq!(usages.len(), 1);
    assert!((usages[0].last_day - 6.0).abs() < 1e-6, "{usages:?}");
}
