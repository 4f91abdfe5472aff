//! Looking at pages as a person does.

use epilogue_collector::{ClientId, KeyScope, Role};
use reqwest::{Response, StatusCode, redirect};
use serde_json::Value;

use crate::browser::Browser;
use crate::server::{Server, id};
use crate::shells::run_sql;

/// Somebody who is logged in, and a producer of the same client.
pub(crate) struct Visitor<'s> {
    server: &'s Server,
    http: reqwest::Client,
    cookie: String,
    ingest: String,
}

impl<'s> Visitor<'s> {
    /// Somebody new who sees one client's records, or everybody's.
    pub(crate) async fn of(server: &'s Server, client: &str, scope: KeyScope) -> Self {
        let role = match scope {
            KeyScope::Provider => Role::Provider,
            _ => Role::Client(ClientId::new(client).unwrap()),
        };
        let browser = Browser::of_new_user(server, &format!("of-{client}"), role).await;
        let cookie = browser.cookie.unwrap();
        let ingest = server.key(client, KeyScope::Ingest).await;
        let stays = reqwest::Client::builder().no_proxy().redirect(redirect::Policy::none());
        Self { server, http: stays.build().unwrap(), cookie, ingest }
    }

    /// Stores a record, and answers its id.
    pub(crate) async fn store(&self, record: &Value) -> String {
        let (status, answer) = self.server.post(&self.ingest, record.to_string()).await;
        assert_eq!((status.as_u16(), &answer["accepted"]), (200, &Value::from(1)), "{answer}");
        id(record)
    }

    pub(crate) async fn ask(&self, path: &str) -> Response {
        let request = self.http.get(self.server.url(path)).header("cookie", &self.cookie);
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = self.ask(path).await;
        (answer.status(), answer.text().await.unwrap())
    }

    /// A page that is there, and that only our own scripts and styles can be a part of.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.ask(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(!policy.contains("data:") && !policy.contains("unsafe"), "{policy}");
        assert!(!answer.headers().contains_key("strict-transport-security"), "{path} is no https");
        let page = answer.text().await.unwrap();
        for inline in [" style=\"", "<style", " onclick=", "javascript:"] {
            assert!(!page.contains(inline), "{path} has {inline}");
        }
        page
    }
}

/// Checks that a page has all of these.
pub(crate) fn has(page: &str, expected: &[&str]) {
    for text in expected {
        assert!(page.contains(text), "there is no {text} in {page}");
    }
}

/// A page without its tags, and with what was escaped as it reads.
pub(crate) fn visible_text(page: &str) -> String {
    let mut text = String::new();
    for (at, part) in page.split('<').enumerate() {
        text.push_str(if at == 0 {
            part
        } else {
            part.split_once('>').map_or("", |(_, text)| text)
        });
    }
    text.replace("&lt;", "<").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Takes every payload away, as a person with a SQL shell could.
pub(crate) async fn forget_payloads(server: &Server) {
    let sql = "DELETE FROM payloads";
    run_sql(server.directory(), sql, "DELETE FROM epilogue.payloads").await;
}
