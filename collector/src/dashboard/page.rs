//! A page as an answer: what every one of them has, whatever it shows.

use std::io::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;

use super::failure::PageError;
use super::routes::Dashboard;

/// Nothing but what the server itself serves, and nothing inline: what a record holds can then never
/// become a script, even where a page failed to escape it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";
/// For a year nothing of this host is asked for but over https (RFC 6797).
const HTTPS_ALONE: &str = "max-age=31536000";
/// Below this compressing costs more than it saves.
const WORTH_COMPRESSING: u64 = 1_024;

/// A page.
pub(super) fn page(template: &impl Template) -> Result<Response, PageError> {
    let html = template.render().map_err(|_| PageError::Internal)?;
    Ok(Html(html).into_response())
}

/// Adds to an answer what keeps its reader safe. What may be kept says so by itself.
pub(super) async fn guarded(
    State(dashboard): State<Arc<Dashboard>>,
    mut response: Response,
) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // The address of a page may tell whom somebody looked for.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Behind a proxy that ends TLS, that is the proxy's to say.
    if dashboard.is_https {
        let https_alone = HeaderValue::from_static(HTTPS_ALONE);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, https_alone);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Compresses what is text and whole in memory. What is a stream sees to that itself.
pub(super) async fn compressed(request: Request, next: Next) -> Response {
    let is_wanted = accepts_gzip(request.headers());
    let response = next.run(request).await;
    let size = response.body().size_hint().exact().unwrap_or_default();
    if !is_wanted || size < WORTH_COMPRESSING || !is_text(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(whole) = body.collect().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(&whole.to_bytes()).and_then(|()| encoder.finish());
    let Ok(bytes) = written else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(head, Body::from(bytes))
}

/// Whether whoever asks takes gzip.
pub(super) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    accepted.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            name.trim().eq_ignore_ascii_case("gzip") && !is_zero(weight)
        },
    )
}

/// Whether this is a weight that says no (RFC 9110, 12.4.2).
fn is_zero(weight: &str) -> bool {
    let digits = weight.trim().strip_prefix("q=");
    digits.is_some_and(|digits| digits.trim().parse() == Ok(0.0))
}

fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_text = |media_type: &str| {
        ["text/", "application/json", "image/svg"].iter().any(|own| media_type.starts_with(own))
    };
    media_type.is_some_and(is_text) && !headers.contains_key(header::CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_where_it_is_accepted() {
        for (accepted, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("deflate", false),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(accepts_gzip(&headers), expected, "{accepted:?}");
        }
    }
}
