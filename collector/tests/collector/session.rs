//! Pages as somebody who is logged in gets them.

use epilogue_collector::{ClientId, Role};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::server::Server;

/// The cookie of somebody who sees all clients.
pub(crate) async fn as_provider(server: &Server) -> String {
    cookie(server, "provider", Role::Provider).await
}

/// The cookie of somebody who sees this client's records alone.
pub(crate) async fn as_client(server: &Server, client: &str) -> String {
    let role = Role::Client(ClientId::new(client).unwrap());
    cookie(server, &format!("of-{client}"), role).await
}

async fn cookie(server: &Server, name: &str, role: Role) -> String {
    Browser::of_new_user(server, name, role).await.cookie.unwrap()
}

/// A page as it stands, with its status.
pub(crate) async fn get(server: &Server, cookie: &str, path: &str) -> (StatusCode, String) {
    let response = server.http.get(server.url(path)).header("cookie", cookie).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

/// A page that has to be there.
pub(crate) async fn page(server: &Server, cookie: &str, path: &str) -> String {
    let (status, html) = get(server, cookie, path).await;
    assert_eq!(status, 200, "{path}: {html}");
    html
}

/// What stands between two texts, each time that both are there.
pub(crate) fn between<'h>(html: &'h str, before: &str, after: &str) -> Vec<&'h str> {
    let rests = html.split(before).skip(1);
    rests.filter_map(|rest| rest.split_once(after)).map(|(found, _)| found).collect()
}

/// Whether a list has this ticket, and not only an id with the same characters.
pub(crate) fn has_ticket(html: &str, ticket: &str) -> bool {
    html.contains(&format!("<bdi>{ticket}</bdi>"))
}

/// Text as it is read: markup away, and what stands for a character as that character.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    let names = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    names.iter().fold(text, |text, (name, character)| text.replace(name, character))
}

/// Texts that would do something if they were markup, or if they were not told apart.
pub(crate) const HOSTILE: [&str; 4] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'--><!-- parts --></bdi>",
    "\u{202e}gpj.exe&lt;",
];

/// How a page shows such a text.
pub(crate) fn shown(hostile: &str) -> String {
    hostile.replace('\u{202e}', r"\u{202e}")
}
