//! Who comes in has a name and a password, and is out when the session is over.

use epilogue_collector::{ClientId, Config, KeyScope, Operator, Role, UserName, disable_user};
use http::Method;

use crate::browser::{Browser, PASSWORD, Stopped, new_user};
use crate::server::Server;

#[tokio::test]
async fn a_first_password_is_good_for_choosing_another() {
    let server = Server::start().await;
    let first = new_user(&server, "maria", Role::Provider).await;
    let mut browser = Browser::new(&server);
    let entered = browser.log_in(" Maria", &first).await;
    assert_eq!((entered.status.as_u16(), entered.location()), (303, "/"));
    let cookie = entered.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    for page in ["/tickets", "/keys", "/account", "/account/second-factor"] {
        let detour = browser.get(page).await;
        assert!(detour.location().starts_with("/account/password"), "{page}: {detour:?}");
    }
    browser.get("/account/password").await;
    for (new, again) in
        [("short", "short"), (first.as_str(), first.as_str()), (PASSWORD, "another long password")]
    {
        let fields = [("new", new), ("again", again)];
        assert_eq!(browser.post("/account/password", &fields).await.status, 422, "{new}");
    }
    browser.choose_password(&first, PASSWORD).await;
    assert_eq!(browser.get("/tickets").await.status, 200);
    let another = "another long password";
    for (present, new) in [("wrong", another), ("", another), (PASSWORD, PASSWORD)] {
        let fields = [("present", present), ("new", new), ("again", new)];
        assert_eq!(browser.post("/account/password", &fields).await.status, 422, "{present}");
    }
    let mut again = Browser::new(&server);
    assert_eq!(again.log_in("maria", &first).await.status, 422);
    assert_eq!(again.log_in("maria", PASSWORD).await.location(), "/");
}

#[tokio::test]
async fn who_is_not_known_is_not_told_why() {
    let server = Server::start().await;
    drop(Browser::of_new_user(&server, "maria", Role::Provider).await);
    let mut browser = Browser::new(&server);
    let detour = browser.get("/tickets?status=FAILED&q=a").await;
    assert_eq!(detour.location(), "/login?next=%2Ftickets%3Fstatus%3DFAILED%26q%3Da");
    let login = browser.get(detour.location().to_owned().as_str()).await;
    assert!(login.text.contains("name=\"next\" value=\"/tickets?status=FAILED"), "{}", login.text);
    let wrong = browser.log_in("maria", "wrong").await;
    let unknown = browser.log_in("marai", "wrong").await;
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (422, 422));
    assert_eq!(wrong.text.replace("maria", "marai"), unknown.text);
    assert!(wrong.headers.get("set-cookie").is_none());
    assert!(!wrong.text.contains("wrong"));
}

#[tokio::test]
async fn a_name_waits_after_five_failures_also_one_that_nobody_has() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    drop(Browser::of_new_user(&server, "maria", Role::Provider).await);
    let mut browser = Browser::new(&server);
    for name in ["maria", "nobody"] {
        for _ in 0..5 {
            assert_eq!(browser.log_in(name, "wrong").await.status, 422);
        }
        let waiting = browser.log_in(name, PASSWORD).await;
        assert_eq!(waiting.status, 429);
        let wait: u64 = waiting.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=901).contains(&wait), "{wait}");
    }
    clock.go_on(15 * 60);
    assert_eq!(browser.log_in("maria", PASSWORD).await.status, 303);
    // What succeeds takes back what failed before it.
    for _ in 0..2 {
        for _ in 0..4 {
            assert_eq!(browser.log_in("maria", "wrong").await.status, 422);
        }
        assert_eq!(browser.log_in("maria", PASSWORD).await.status, 303);
    }
}

#[tokio::test]
async fn one_address_tries_no_more_than_twenty_names_a_minute() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::new(&server);
    for number in 0..20 {
        assert_eq!(browser.log_in(&format!("nobody{number}"), "wrong").await.status, 422);
    }
    let waiting = browser.log_in("another", "wrong").await;
    assert_eq!(waiting.status, 429);
    assert!(waiting.text.contains("from your address"), "{}", waiting.text);
    let wait: u64 = waiting.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    clock.go_on(60);
    assert_eq!(browser.log_in("another", "wrong").await.status, 422);
}

#[tokio::test]
async fn behind_a_proxy_attempts_count_for_whoever_it_tells_of() {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    for (config, expected) in
        [(Config { proxies, ..Config::default() }, 422), (Config::default(), 429)]
    {
        let server = Stopped::new().server(config).await;
        let mut browser = Browser::new(&server);
        let mut attempt = async |number: usize, from| {
            let name = format!("nobody{number}");
            let fields = [("name", name.as_str()), ("password", "wrong")];
            let from = [("x-forwarded-for", from)];
            browser.send(Method::POST, "/login", &from, Some(&fields)).await.status
        };
        for number in 0..20 {
            assert_eq!(attempt(number, "192.0.2.1").await, 422);
        }
        assert_eq!(attempt(20, "192.0.2.1").await, 429);
        assert_eq!(attempt(21, "192.0.2.2").await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_attempts_at_once_are_no_more_than_five() {
    let server = Server::start().await;
    drop(Browser::of_new_user(&server, "maria", Role::Provider).await);
    let statuses = futures_util::future::join_all(
        (0..20).map(async |_| Browser::new(&server).log_in("maria", "wrong").await.status.as_u16()),
    )
    .await;
    let decided = statuses.iter().filter(|status| **status == 422).count();
    assert!(decided <= 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| [422, 429, 503].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_session_ends_unless_it_is_used_and_at_last_all_the_same() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let hour = 3_600;
    for _ in 0..14 {
        clock.go_on(11 * hour);
        assert_eq!(browser.get("/tickets").await.status, 200);
    }
    clock.go_on(13 * hour);
    let over = browser.get("/tickets").await;
    assert_eq!(over.location(), "/login?next=%2Ftickets");
    assert_eq!(browser.log_in("maria", PASSWORD).await.status, 303);
    for _ in 0..15 {
        clock.go_on(11 * hour);
        assert_eq!(browser.get("/tickets").await.status, 200);
    }
    // Seven days are over, however much it was used.
    clock.go_on(4 * hour);
    assert_eq!(browser.get("/tickets").await.status, 303);
    assert_eq!(browser.log_in("maria", PASSWORD).await.status, 303);
    clock.go_on(12 * hour);
    assert_eq!(browser.get("/tickets").await.status, 303);
}

#[tokio::test]
async fn a_token_that_was_there_before_the_login_means_nothing() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let before = browser.cookie.clone();
    let planted = format!("epilogue_session={}", "0".repeat(64));
    browser.cookie = Some(planted.clone());
    assert_eq!(browser.get("/tickets").await.status, 303);
    browser.log_in("maria", PASSWORD).await;
    let after = browser.cookie.clone();
    assert!(after.as_ref() != Some(&planted) && after != before);
    for (cookie, status) in [(Some(planted), 303), (after, 200)] {
        browser.cookie = cookie;
        assert_eq!(browser.get("/tickets").await.status, status);
    }
}

#[tokio::test]
async fn who_logs_out_is_out() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let mut other = Browser::new(&server);
    other.log_in("maria", PASSWORD).await;
    let token = browser.cookie.clone();
    browser.get("/account").await;
    assert_eq!(browser.post("/logout", &[]).await.location(), "/login");
    browser.cookie = token;
    assert_eq!(browser.get("/tickets").await.status, 303, "the token means nothing any more");
    assert_eq!(other.get("/tickets").await.status, 200);
    let mut third = Browser::new(&server);
    third.log_in("maria", PASSWORD).await;
    other.get("/account").await;
    assert_eq!(other.post("/account/logout-everywhere", &[]).await.location(), "/login");
    assert_eq!(third.get("/tickets").await.status, 303);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    assert_eq!(browser.get("/tickets").await.status, 200);
    let operator = Operator::at_the_command_line();
    let name = UserName::new("maria").unwrap();
    disable_user(server.store.as_ref(), &operator, name.clone()).await.unwrap();
    assert!(disable_user(server.store.as_ref(), &operator, name).await.is_err());
    assert_eq!(browser.get("/tickets").await.status, 303);
    assert_eq!(browser.log_in("maria", PASSWORD).await.status, 422);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let server = Server::start().await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    browser.get("/account").await;
    let own = browser.csrf.clone();
    let origin = format!("http://{}", server.address);
    let mut other = Browser::of_new_user(&server, "peter", Role::Provider).await;
    other.get("/account").await;
    for (headers, csrf) in [
        (&[][..], ""),
        (&[("sec-fetch-site", "same-origin")], "0"),
        (&[("sec-fetch-site", "same-origin")], other.csrf.as_str()),
        (&[("sec-fetch-site", "cross-site")], own.as_str()),
        (&[("sec-fetch-site", "same-site")], &own),
        (&[("origin", "http://evil.example")], &own),
        (&[("origin", "null")], &own),
    ] {
        for path in ["/logout", "/account/logout-everywhere", "/keys", "/users"] {
            let fields = [("csrf", csrf), ("client", "x"), ("scope", "read")];
            let refused = browser.send(Method::POST, path, headers, Some(&fields)).await;
            assert_eq!(refused.status, 403, "{path} {headers:?} {csrf}");
        }
    }
    let foreign = [("sec-fetch-site", "cross-site")];
    let fields = [("name", "maria"), ("password", PASSWORD)];
    let refused = browser.send(Method::POST, "/login", &foreign, Some(&fields)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(browser.get("/account").await.status, 200);
    let sent = [("csrf", own.as_str())];
    let taken = browser.send(Method::POST, "/logout", &[("origin", &origin)], Some(&sent)).await;
    assert_eq!(taken.status, 303);
}

#[tokio::test]
async fn a_login_leads_to_pages_of_this_site_alone() {
    let server = Server::start().await;
    drop(Browser::of_new_user(&server, "maria", Role::Provider).await);
    for (next, expected) in [
        ("/tickets?status=FAILED", "/tickets?status=FAILED"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("/x\r\nset-cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let mut browser = Browser::new(&server);
        let fields = [("name", "maria"), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/login", &fields).await.location(), expected, "{next:?}");
        let mut query = form_urlencoded::Serializer::new(String::new());
        let path = format!("/login?{}", query.append_pair("next", next).finish());
        assert_eq!(browser.get(&path).await.location(), expected, "{next:?}");
    }
}

#[tokio::test]
async fn a_person_sees_what_their_role_allows_and_no_program_page() {
    let server = Server::start().await;
    let demo = ClientId::new("demo").unwrap();
    let mut client = Browser::of_new_user(&server, "carla", Role::Client(demo)).await;
    for path in ["/keys", "/users", "/keys/1/revoke", "/users/carla/reset"] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    client.get("/account").await;
    for path in ["/keys", "/users", "/keys/1/revoke", "/users/peter/disable"] {
        let fields =
            [("client", "demo"), ("scope", "provider"), ("name", "x"), ("role", "provider")];
        assert_eq!(client.post(path, &fields).await.status, 404, "{path}");
    }
    assert_eq!(server.store.keys(&Operator::server()).await.unwrap().len(), 0);
    // A session is no key, and a key no session.
    let token = client.cookie.clone().unwrap();
    let token = token.split_once('=').unwrap().1;
    assert_eq!(server.get(token, "/v1/logs").await.0, 401);
    let key = server.key("demo", KeyScope::Provider).await;
    client.cookie = Some(format!("epilogue_session={key}"));
    assert_eq!(client.get("/tickets").await.status, 303);
}
