//! A page whose parts come one after the other: what is known at once is shown at once, also where
//! no script runs.
//!
//! The template of the page says where its parts stand by [`PARTS`]. A part that cannot be made says
//! so in its place: the page has begun, and its status was given.

use std::io::{self, Write as _};

use askama::Template;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, header};

use super::failure::PageError;
use super::page::accepts_gzip;

/// Where the parts of a page stand in it. No text that is escaped can hold it.
pub(super) const PARTS: &str = "<!-- parts -->";

/// A part in the making.
pub(super) type Part = BoxFuture<'static, String>;

#[derive(Template)]
#[template(path = "part_failure.html")]
struct Missing;

/// A part as it is sent.
pub(super) fn part<T: Template>(made: Result<T, PageError>) -> String {
    let html = made.ok().and_then(|template| template.render().ok());
    html.or_else(|| Missing.render().ok()).unwrap_or_default()
}

/// A page with these parts, each of which is begun when the one before it was sent.
pub(super) fn streamed(
    headers: &HeaderMap,
    page: &impl Template,
    parts: Vec<Part>,
) -> Result<Response, PageError> {
    let html = page.render().map_err(|_| PageError::Internal)?;
    let (begin, end) = html.split_once(PARTS).unwrap_or((&html, ""));
    let (begin, end) = (begin.to_owned(), end.to_owned());
    let parts = stream::iter(parts).then(|part| part);
    let html = stream::iter([begin]).chain(parts).chain(stream::iter([end]));
    let media_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    if !accepts_gzip(headers) {
        let bytes = html.map(|html| Ok::<_, io::Error>(Bytes::from(html)));
        return Ok((media_type, Body::from_stream(bytes)).into_response());
    }
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let html = html.map(Some).chain(stream::iter([None]));
    let coded = html.scan(Some(encoder), |encoder, html| {
        let coded = code(encoder, html.as_deref());
        async { Some(coded) }
    });
    let mut response = (media_type, Body::from_stream(coded)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// What stands for a piece of the page, as far as it has to be sent at once; at the end the rest.
fn code(encoder: &mut Option<GzEncoder<Vec<u8>>>, html: Option<&str>) -> io::Result<Bytes> {
    let Some(html) = html else {
        let rest = encoder.take().map(GzEncoder::finish).transpose()?;
        return Ok(rest.unwrap_or_default().into());
    };
    let Some(encoder) = encoder else { return Ok(Bytes::new()) };
    encoder.write_all(html.as_bytes())?;
    encoder.flush()?;
    Ok(std::mem::take(encoder.get_mut()).into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use http_body_util::BodyExt as _;

    use super::*;

    #[derive(Template)]
    #[template(source = "<main><!-- parts --></main>", ext = "html")]
    struct Whole;

    #[derive(Template)]
    #[template(source = "<p>{{ text }}</p>", ext = "html")]
    struct Said {
        text: &'static str,
    }

    impl Said {
        fn part(text: &'static str) -> Part {
            Box::pin(async move { part(Ok(Said { text })) })
        }
    }

    async fn shown(accepted: &'static str) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        let parts = vec![Said::part("a"), Said::part(PARTS)];
        let response = streamed(&headers, &Whole, parts).unwrap();
        response.into_body().collect().await.unwrap().to_bytes().to_vec()
    }

    #[tokio::test]
    async fn parts_stand_in_their_order_whatever_they_say() {
        let html = "<main><p>a</p><p>&#60;!-- parts --&#62;</p></main>";
        assert_eq!(shown("identity").await, html.as_bytes());
        let mut text = String::new();
        GzDecoder::new(&*shown("gzip").await).read_to_string(&mut text).unwrap();
        assert_eq!(text, html);
    }

    #[test]
    fn a_part_that_cannot_be_made_says_so() {
        assert!(part::<Said>(Err(PageError::Internal)).contains("could not be shown"));
    }
}
