//! A provider makes keys and users, everything that people do leaves a record, and none of it holds
//! a secret.

use std::fs;

use epilogue_collector::{
    ClientId, Config, KeyHash, KeyScope, Operator, PasswordError, Passwords, Role, UserError,
    UserName, create_user,
};
use serde_json::Value;

use crate::browser::{Browser, PASSWORD, Stopped};
use crate::server::{Server, record};

/// The newest audit records first: what was done, by whom, to what, and how it went.
async fn acts(server: &Server) -> Vec<(String, String, String, String)> {
    let provider = server.key("p", KeyScope::Provider).await;
    let (_, list) = server.get(&provider, "/v1/logs?kind=audit&limit=1000").await;
    let text = |act: &Value, name: &str| act[name].as_str().unwrap().to_owned();
    let told = list["items"].as_array().unwrap().iter().map(|act| {
        assert_eq!(act["client_id"], "_collector");
        let names = ["action_type", "user_id", "resource_id", "status"];
        let [action, user, resource, status] = names.map(|name| text(act, name));
        (action, user, resource, status)
    });
    told.skip(1).collect()
}

fn act(action: &str, user: &str, resource: &str, status: &str) -> (String, String, String, String) {
    (action.to_owned(), user.to_owned(), resource.to_owned(), status.to_owned())
}

#[tokio::test]
async fn keys_are_made_shown_once_used_and_revoked() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    browser.get("/keys").await;
    for (client, scope) in [("", "read"), ("_collector", "ingest"), ("demo", "everything")] {
        let refused = browser.post("/keys", &[("client", client), ("scope", scope)]).await;
        assert_eq!(refused.status, 422, "{client} {scope}");
    }
    let made = browser.post("/keys", &[("client", "demo"), ("scope", "ingest")]).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let key = made.between("<p class=\"code mono\">", "<").to_owned();
    assert_eq!(server.post(&key, record("demo").to_string()).await.0, 200);
    let keys = browser.get("/keys").await;
    assert!(!keys.text.contains(&key) && keys.text.contains("demo"), "{}", keys.text);
    assert!(browser.get("/keys/1/revoke").await.text.contains("Revoke key 1?"));
    assert_eq!(browser.post("/keys/1/revoke", &[]).await.location(), "/keys");
    assert_eq!(server.post(&key, record("demo").to_string()).await.0, 401);
    for path in ["/keys/1/revoke", "/keys/2/revoke", "/keys/x/revoke"] {
        assert_eq!(browser.post(path, &[]).await.status, 404, "{path}");
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let told = acts(&server).await;
    let expected = [("revoke", "success"), ("create", "success")];
    let expected = expected.map(|(action, status)| act(action, "user:maria", "1", status));
    assert_eq!(told[..2], expected);
}

#[tokio::test]
async fn how_keys_are_used_is_told_after_a_restart() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    for _ in 0..3 {
        assert_eq!(server.post(&key, record("demo").to_string()).await.0, 200);
    }
    server.key("unused", KeyScope::Read).await;
    let data = server.end().await;
    let server = Server::over(data, Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let keys = browser.get("/keys").await;
    let row = |id: u32| {
        let row = keys.between(&format!("<td>{id}</td>"), "</tr>");
        row.contains("never")
    };
    assert!(!row(1) && row(2), "{}", keys.text);
    let used = keys.between("<td>1</td>", "</tr>");
    assert!(used.contains("class=\"number\">3</td>"), "{used}");
}

#[tokio::test]
async fn users_are_made_reset_and_disabled() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    browser.get("/users").await;
    for (name, role, client) in [
        ("", "provider", ""),
        ("a b", "provider", ""),
        ("carla", "client", ""),
        ("carla", "provider", "demo"),
        ("carla", "king", ""),
        ("Maria", "provider", ""),
    ] {
        let fields = [("name", name), ("role", role), ("client", client)];
        assert_eq!(browser.post("/users", &fields).await.status, 422, "{name} {role} {client}");
    }
    let fields = [("name", "carla"), ("role", "client"), ("client", "demo")];
    let made = browser.post("/users", &fields).await;
    let first = made.between("<p class=\"code mono\">", "<").to_owned();
    let mut client = Browser::new(&server);
    assert_eq!(client.log_in("carla", &first).await.status, 303);
    assert!(browser.get("/users/carla/reset").await.text.contains("Reset carla?"));
    let reset = browser.post("/users/carla/reset", &[]).await;
    let second = reset.between("<p class=\"code mono\">", "<").to_owned();
    assert!(client.get("/tickets").await.location().starts_with("/login"), "it ended all sessions");
    assert_eq!(client.log_in("carla", &first).await.status, 422);
    assert_eq!(client.log_in("carla", &second).await.status, 303);
    assert_eq!(browser.post("/users/carla/disable", &[]).await.location(), "/users");
    assert_eq!(client.log_in("carla", &second).await.status, 422);
    for path in
        ["/users/maria/disable", "/users/maria/reset", "/users/nobody/disable", "/users/carla/x"]
    {
        assert_eq!(browser.post(path, &[]).await.status, 404, "{path}");
    }
    assert!(browser.get("/users").await.text.contains("disabled"));
    let told = acts(&server).await;
    let by_maria: Vec<_> =
        told.iter().filter(|it| it.1 == "user:maria" && it.2 == "carla").collect();
    let expected =
        ["disable", "reset", "create"].map(|own| act(own, "user:maria", "carla", "success"));
    assert_eq!(by_maria, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn first_passwords_wait_for_their_turn_with_the_others() {
    let server = Server::start().await;
    let passwords = Passwords::default();
    let turns = [passwords.turn().await.unwrap(), passwords.turn().await.unwrap()];
    let make = async || {
        let (name, operator) = (UserName::new("maria").unwrap(), Operator::at_the_command_line());
        create_user(server.store.as_ref(), &passwords, &operator, name, Role::Provider).await
    };
    assert_eq!(make().await.unwrap_err(), UserError::Password(PasswordError::Busy));
    drop(turns);
    assert!(make().await.is_ok());
}

#[tokio::test]
async fn whoever_was_logged_out_administers_no_more() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let mut peter = Browser::of_new_user(&server, "peter", Role::Provider).await;
    browser.get("/keys").await;
    peter.get("/users").await;
    assert_eq!(peter.post("/users/maria/disable", &[]).await.status, 303);
    let refused = browser.post("/keys", &[("client", "demo"), ("scope", "read")]).await;
    assert!(refused.location().starts_with("/login"), "{refused:?}");
}

/// What the browser shows.
fn token(browser: &Browser) -> String {
    browser.cookie.as_ref().unwrap().split_once('=').unwrap().1.to_owned()
}

#[tokio::test]
async fn everything_leaves_a_record_and_no_secret_is_kept() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let mut secrets = vec![PASSWORD.to_owned(), "my secret in a wrong field".to_owned()];
    let (secret, codes) = browser.enrol(&clock).await;
    secrets.push(secret.reveal());
    secrets.extend(codes.iter().cloned());
    secrets.push(token(&browser));
    browser.get("/account").await;
    secrets.push(browser.csrf.clone());
    browser.post("/account/logout-everywhere", &[]).await;
    let mut other = Browser::new(&server);
    other.log_in("my secret in a wrong field", PASSWORD).await;
    other.log_in("maria", "wrong password").await;
    other.log_in("maria", PASSWORD).await;
    other.get("/login/code").await;
    other.post("/login/code", &[("code", "000 000x")]).await;
    other.post("/login/code", &[("code", &codes[0])]).await;
    secrets.push(token(&other));
    other.get("/account").await;
    other.post("/account/second-factor/remove", &[("code", &codes[1])]).await;
    other.post("/logout", &[]).await;
    let told = acts(&server).await;
    let of_maria: Vec<_> = told.iter().filter(|it| it.2 == "maria").rev().collect();
    let names: Vec<_> = of_maria.iter().map(|it| (it.0.as_str(), it.3.as_str())).collect();
    assert_eq!(
        names,
        [
            ("create", "success"),
            ("login", "success"),
            ("change_password", "success"),
            ("enrol_second_factor", "success"),
            ("logout", "success"),
            ("login", "failure"),
            ("begin_login", "success"),
            ("login", "failure"),
            ("login", "success"),
            ("use_recovery_code", "success"),
            ("remove_second_factor", "success"),
            ("use_recovery_code", "success"),
            ("logout", "success"),
        ]
    );
    // What may be a password is not found from what is left of it by trying words.
    let guessed = KeyHash::of(b"my secret in a wrong field");
    let unknown: Vec<_> = told.iter().filter(|it| it.1.starts_with("unknown:")).collect();
    assert_eq!(unknown.len(), 1);
    let data = server.end().await;
    let mut kept = Vec::new();
    for file in fs::read_dir(data.path()).unwrap() {
        kept.extend(fs::read(file.unwrap().path()).unwrap());
    }
    let is_kept = |bytes: &[u8]| kept.windows(bytes.len()).any(|window| window == bytes);
    assert!(!is_kept(guessed.as_bytes()));
    for secret in secrets {
        assert!(!is_kept(secret.as_bytes()), "{secret} is in the store");
    }
}

#[tokio::test]
async fn a_lock_out_is_recorded_once() {
    let server = Server::start().await;
    let demo = Role::Client(ClientId::new("demo").unwrap());
    drop(Browser::of_new_user(&server, "carla", demo).await);
    let mut browser = Browser::new(&server);
    for _ in 0..8 {
        browser.log_in("carla", "wrong").await;
    }
    let told = acts(&server).await;
    let count = |action: &str, status: &str| {
        told.iter().filter(|it| **it == act(action, "user:carla", "carla", status)).count()
    };
    assert_eq!(count("login", "failure"), 5, "what is not looked at is no attempt");
    assert_eq!(count("lock_out", "failure"), 1);
}
