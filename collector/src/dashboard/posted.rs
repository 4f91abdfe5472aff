//! What a form sends: from a page of ours, in the session that the page was made for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::{HeaderMap, header};
use tokio::time::timeout;

use super::failure::PageError;
use super::routes::Dashboard;
use super::viewer::Guest;

/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of one.
const MAX_BYTES: usize = 16 << 10;

/// The fields of a form that was sent from a page of ours.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// What a field holds; nothing where it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(own, _)| own == name);
        field.map_or("", |(_, value)| value.as_str())
    }
}

/// Names alone: there are passwords among the values.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl FromRequest<Arc<Dashboard>> for Fields {
    type Rejection = PageError;

    async fn from_request(request: Request, dashboard: &Arc<Dashboard>) -> Result<Self, PageError> {
        if !is_from_here(request.headers()) {
            return Err(PageError::Forged);
        }
        let reading = timeout(PATIENCE, Bytes::from_request(request, dashboard)).await;
        let body = reading.ok().and_then(Result::ok).filter(|body| body.len() <= MAX_BYTES);
        let body = body.ok_or_else(|| PageError::Wrong("The form cannot be read.".to_owned()))?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

/// A form that somebody sends who has a session: `W` says what they have to be.
#[derive(Debug)]
pub(super) struct Posted<W> {
    pub(super) who: W,
    pub(super) fields: Fields,
}

impl<W> FromRequest<Arc<Dashboard>> for Posted<W>
where
    W: FromRequestParts<Arc<Dashboard>, Rejection = PageError> + AsRef<Guest> + Send,
{
    type Rejection = PageError;

    async fn from_request(request: Request, dashboard: &Arc<Dashboard>) -> Result<Self, PageError> {
        let (mut head, body) = request.into_parts();
        let who = W::from_request_parts(&mut head, dashboard).await?;
        let fields = Fields::from_request(Request::from_parts(head, body), dashboard).await?;
        if who.as_ref().visit().form_token().is(fields.get("csrf")) {
            Ok(Self { who, fields })
        } else {
            Err(PageError::Forged)
        }
    }
}

/// Whether a page of ours sends it, as the browser says, which no page can have it say. What says
/// nothing is no browser, and is sent by nobody but its user.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text =
        |name| headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap_or(""));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_not_printed() {
        let own = [("name", "maria"), ("password", "a long enough password")];
        let fields = Fields(own.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let posted = Posted { who: (), fields };
        assert_eq!(format!("{posted:?}"), "Posted { who: (), fields: {\"name\", \"password\"} }");
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        for (headers, expected) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "http://here:8088")], true),
            (&[("origin", "http://here:8089")], false),
            (&[("origin", "null")], false),
            (&[("origin", "http://elsewhere")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://here:8088")], false),
        ] {
            let mut own = HeaderMap::new();
            own.insert(header::HOST, "here:8088".parse().unwrap());
            for (name, value) in headers {
                own.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_from_here(&own), expected, "{headers:?}");
        }
    }
}
