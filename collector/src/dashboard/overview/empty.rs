//! The overview of a store without runs: how to send the first record to this very server.

use askama::Template;
use axum::response::Response;
use epilogue::wire::LOGS_PATH;
use http::uri::Authority;
use http::{HeaderMap, header};
use uuid::Uuid;

use super::question::Question;
use crate::auth::Clients;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::time;

/// Where a server listens that was told nothing else.
const USUAL: &str = "127.0.0.1:8088";

#[derive(Template)]
#[template(path = "overview_empty.html")]
struct EmptyPage {
    frame: Frame,
    /// Where records are sent to.
    url: String,
    client: String,
    is_provider: bool,
    /// Of a record that can be sent as it stands.
    record_id: Uuid,
    executed_at: String,
}

pub(super) fn show(question: &Question, headers: &HeaderMap) -> Result<Response, PageError> {
    let client = match question.viewer.scope().clients() {
        Clients::One(client) => client.as_str(),
        Clients::All => "demo",
    };
    page(&EmptyPage {
        frame: Frame::new(&question.viewer, Section::Overview, "Overview"),
        url: url(headers, question.dashboard.is_https),
        client: client.to_owned(),
        is_provider: question.sees_all(),
        record_id: Uuid::now_v7(),
        executed_at: time::rfc3339(time::now_millis()),
    })
}

/// The address of this server, as whoever asks has reached it. A proxy before it may speak TLS
/// where it does not itself.
pub(in crate::dashboard) fn url(headers: &HeaderMap, is_https: bool) -> String {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_https = is_https || get("x-forwarded-proto") == Some("https");
    let host = get(header::HOST.as_str()).and_then(|host| host.parse::<Authority>().ok());
    let host = host.as_ref().map_or(USUAL, Authority::as_str);
    format!("{}://{host}{LOGS_PATH}", if is_https { "https" } else { "http" })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_address_is_the_one_that_was_asked() {
        for (host, proxy, is_https, expected) in [
            ("logs.example.com", "", false, "http://logs.example.com/v1/logs"),
            ("[::1]:8088", "", true, "https://[::1]:8088/v1/logs"),
            ("a.example", "https", false, "https://a.example/v1/logs"),
            ("a b; rm", "", false, "http://127.0.0.1:8088/v1/logs"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            headers.insert("x-forwarded-proto", HeaderValue::from_static(proxy));
            assert_eq!(url(&headers, is_https), expected);
        }
    }
}
