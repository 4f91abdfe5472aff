//! A second factor: set up with a code, asked for at every login, and each code good once.

use epilogue_collector::{ClientId, Config, Logins, Role};

use crate::browser::{Browser, PASSWORD, Stopped, new_user};

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let mut elsewhere = Browser::new(&server);
    elsewhere.log_in("maria", PASSWORD).await;
    let (secret, codes) = browser.enrol(&clock).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(browser.get("/tickets").await.status, 200);
    assert_eq!(elsewhere.get("/tickets").await.status, 303, "others have to come in anew");

    assert_eq!(elsewhere.log_in("maria", PASSWORD).await.status, 303);
    let halfway = elsewhere.cookie.clone();
    let account = browser.get("/account").await;
    assert_eq!(account.text.matches("data-name=\"Since\"").count(), 1, "nobody is in halfway");
    for page in ["/tickets", "/account", "/account/password", "/account/second-factor", "/keys"] {
        assert!(elsewhere.get(page).await.location().starts_with("/login/code"), "{page}");
    }
    elsewhere.get("/login/code").await;
    let code = secret.code(clock.now());
    let replayed = elsewhere.post("/login/code", &[("code", &code)]).await;
    assert_eq!(replayed.status, 422, "the code that set it up was used");
    clock.go_on(30);
    let code = secret.code(clock.now());
    let entered = elsewhere.post("/login/code", &[("code", &code), ("next", "/tickets")]).await;
    assert_eq!(entered.location(), "/tickets");
    assert_ne!(elsewhere.cookie, halfway, "whoever had the token before is not let in with it");
    assert_eq!(elsewhere.get("/tickets").await.status, 200);

    let mut third = Browser::new(&server);
    third.cookie = halfway;
    assert_eq!(third.get("/tickets").await.location(), "/login?next=%2Ftickets");
    third.log_in("maria", PASSWORD).await;
    third.get("/login/code").await;
    assert_eq!(third.post("/login/code", &[("code", &code)]).await.status, 422, "replayed");
    let spoken = codes[3].to_uppercase().replace('-', " ");
    assert_eq!(third.post("/login/code", &[("code", &spoken)]).await.status, 303);
    assert_eq!(third.get("/tickets").await.status, 200);

    let mut fourth = Browser::new(&server);
    fourth.log_in("maria", PASSWORD).await;
    fourth.get("/login/code").await;
    assert_eq!(fourth.post("/login/code", &[("code", &codes[3])]).await.status, 422, "used up");
    assert_eq!(fourth.post("/login/code", &[("code", &codes[4])]).await.status, 303);
}

#[tokio::test]
async fn wrong_codes_make_the_name_wait_and_the_password_does_not_take_that_back() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    browser.enrol(&clock).await;
    let mut other = Browser::new(&server);
    for _ in 0..5 {
        assert_eq!(other.log_in("maria", PASSWORD).await.status, 303);
        other.get("/login/code").await;
        assert_eq!(other.post("/login/code", &[("code", "no code")]).await.status, 422);
    }
    assert_eq!(other.post("/login/code", &[("code", "000000")]).await.status, 429);
    assert_eq!(other.log_in("maria", PASSWORD).await.status, 429);
    assert_eq!(browser.get("/tickets").await.status, 200, "whoever is in stays in");
    clock.go_on(10 * 60);
    let late = other.get("/login/code").await;
    assert_eq!(late.location(), "/login", "nobody is waited for so long");
}

#[tokio::test]
async fn a_role_that_asks_for_it_sets_it_up_first_and_keeps_it() {
    let clock = Stopped::new();
    let logins = Logins { second_factor_of_providers: true, ..Logins::default() };
    let server = clock.server(Config { logins, ..Config::default() }).await;
    let first = new_user(&server, "maria", Role::Provider).await;
    let mut browser = Browser::new(&server);
    browser.log_in("maria", &first).await;
    assert_eq!(browser.get("/users").await.location(), "/account/password?next=%2Fusers");
    browser.choose_password(&first, PASSWORD).await;
    for page in ["/tickets", "/account", "/users"] {
        let detour = browser.get(page).await;
        assert!(detour.location().starts_with("/account/second-factor"), "{page}");
    }
    browser.enrol(&clock).await;
    let account = browser.get("/account").await;
    assert!(account.text.contains("Your role asks for it"), "{}", account.text);
    clock.go_on(30);
    let kept = browser.post("/account/second-factor/remove", &[("code", "x")]).await;
    assert_eq!(kept.status, 400);
    let demo = Role::Client(ClientId::new("demo").unwrap());
    let mut client = Browser::of_new_user(&server, "carla", demo).await;
    assert_eq!(client.get("/tickets").await.status, 200);
}

#[tokio::test]
async fn who_may_do_without_removes_it_with_a_code() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let page = browser.get("/account/second-factor").await;
    assert!(page.text.contains("<svg") && !page.text.contains("style="), "{}", page.text);
    let again = browser.get("/account/second-factor").await;
    let secret =
        |page: &crate::browser::Page| page.between("<p class=\"code mono\">", "<").to_owned();
    assert_eq!(secret(&page), secret(&again), "the picture that was read stays good");
    let wrong = browser.post("/account/second-factor", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    let (secret, codes) = browser.enrol(&clock).await;
    browser.get("/account/second-factor/remove").await;
    let used = secret.code(clock.now());
    for (code, status) in [(used.as_str(), 422), ("", 422), (codes[0].as_str(), 303)] {
        let removed = browser.post("/account/second-factor/remove", &[("code", code)]).await;
        assert_eq!(removed.status, status, "{code}");
    }
    let mut other = Browser::new(&server);
    other.log_in("maria", PASSWORD).await;
    assert_eq!(other.get("/tickets").await.status, 200);
    // A new one has codes of its own.
    let (_, fresh) = other.enrol(&clock).await;
    assert!(fresh.iter().all(|code| !codes.contains(code)));
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let clock = Stopped::new();
    let server = clock.server(Config::default()).await;
    let mut browser = Browser::of_new_user(&server, "maria", Role::Provider).await;
    let mut other = Browser::new(&server);
    other.log_in("maria", PASSWORD).await;
    assert_eq!(other.get("/tickets").await.status, 200);
    browser.choose_password(PASSWORD, "quite another password").await;
    assert_eq!(browser.get("/tickets").await.status, 200);
    assert_eq!(other.get("/tickets").await.status, 303);
    assert_eq!(other.log_in("maria", PASSWORD).await.status, 422);
    assert_eq!(other.log_in("maria", "quite another password").await.status, 303);
    let account = other.get("/account").await;
    assert_eq!(account.text.matches("this one").count(), 1);
    assert_eq!(account.text.matches("data-name=\"Since\"").count(), 2);
}
