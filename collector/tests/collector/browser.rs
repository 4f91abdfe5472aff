//! A browser as far as the pages need one: it keeps a cookie, sends forms, and follows nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use epilogue_collector::{
    Clock, Config, Operator, Passwords, Role, TotpSecret, UserName, create_user,
};
use http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;

use crate::server::Server;

/// The password that people choose.
pub(crate) const PASSWORD: &str = "a long enough password";

/// A clock that stands still until it is told to go.
#[derive(Clone, Debug)]
pub(crate) struct Stopped(Arc<AtomicI64>);

impl Stopped {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_790_000_000_000)))
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn go_on(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    /// A server that goes by it.
    pub(crate) async fn server(&self, config: Config) -> Server {
        let own = self.clone();
        Server::with(Config { clock: Clock::new(move || own.now()), ..config }).await
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.headers.get("location").map_or("", |value| value.to_str().unwrap())
    }

    /// The part between two texts.
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("{}", self.text));
        rest.split_once(after).unwrap().0
    }
}

/// Somebody at the pages of a server.
pub(crate) struct Browser {
    url: String,
    http: reqwest::Client,
    pub(crate) cookie: Option<String>,
    /// Of the page that was last seen with a form.
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) fn new(server: &Server) -> Self {
        Self::at(&server.url(""))
    }

    /// A browser at this address.
    pub(crate) fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { url: url.to_owned(), http, cookie: None, csrf: String::new() }
    }

    /// Goes on at another address, as the same person.
    pub(crate) fn go_to(&mut self, url: &str) {
        url.clone_into(&mut self.url);
    }

    /// A new user who has logged in and chosen a password.
    pub(crate) async fn of_new_user(server: &Server, name: &str, role: Role) -> Self {
        let mut own = Self::new(server);
        let first = new_user(server, name, role).await;
        assert_eq!(own.log_in(name, &first).await.location(), "/");
        own.choose_password(&first, PASSWORD).await;
        own
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let page = self.send(Method::GET, path, &[], None).await;
        if let Some((_, rest)) = page.text.split_once("name=\"csrf\" value=\"") {
            rest.split('"').next().unwrap().clone_into(&mut self.csrf);
        }
        page
    }

    /// Sends a form with the token of the page before.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let fields: Vec<_> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin")], Some(&fields)).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        fields: Option<&[(&str, &str)]>,
    ) -> Page {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(fields) = fields {
            let mut form = form_urlencoded::Serializer::new(String::new());
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.extend_pairs(fields).finish());
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(set) = headers.get("set-cookie") {
            let cookie = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        Page { status, headers, text: response.text().await.unwrap() }
    }

    pub(crate) async fn log_in(&mut self, name: &str, password: &str) -> Page {
        self.post("/login", &[("name", name), ("password", password)]).await
    }

    pub(crate) async fn choose_password(&mut self, present: &str, new: &str) {
        self.get("/account/password").await;
        let fields = [("present", present), ("new", new), ("again", new)];
        let changed = self.post("/account/password", &fields).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
    }

    /// Sets a second factor up, and tells its secret and the recovery codes.
    pub(crate) async fn enrol(&mut self, clock: &Stopped) -> (TotpSecret, Vec<String>) {
        let page = self.get("/account/second-factor").await;
        let text = page.between("<p class=\"code mono\">", "<").replace(' ', "");
        let secret = totp_rs::Secret::Encoded(text).to_bytes().unwrap();
        let secret = TotpSecret::from_bytes(&secret).unwrap();
        let fields = [("code", secret.code(clock.now()))];
        let shown = self.post("/account/second-factor", &[("code", &fields[0].1)]).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let codes = shown.between("<ol class=\"code mono\">", "</ol>").split("<li>").skip(1);
        (secret, codes.map(|code| code.split('<').next().unwrap().to_owned()).collect())
    }
}

/// Makes a user, and tells the first password.
pub(crate) async fn new_user(server: &Server, name: &str, role: Role) -> String {
    let operator = Operator::at_the_command_line();
    let (name, passwords) = (UserName::new(name).unwrap(), Passwords::default());
    let made = create_user(server.store.as_ref(), &passwords, &operator, name, role).await;
    made.unwrap().reveal().to_owned()
}
