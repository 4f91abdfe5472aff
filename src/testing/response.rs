//! One HTTP answer, before it is sent.

use std::fmt::Write as _;

use serde::Serialize;

use crate::wire::JSON;

use super::offers::Offers;

/// A status, headers and a body; `Content-Length` follows from the body.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }
    }

    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        // Only maps with other keys than text fail, and none is written here.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self::text(status, body).header("content-type", JSON)
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn offering(mut self, offers: &Offers) -> Self {
        self.headers.extend(offers.headers().map(|(name, value)| (name, value.to_owned())));
        self
    }

    /// The status line and the headers, with this `Content-Length`, and the empty line.
    pub(super) fn head(&self, content_length: u64) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        // RFC 9110, 8.6: no Content-Length in an answer of 1xx or 204.
        if self.status >= 200 && self.status != 204 {
            let _ = write!(head, "content-length: {content_length}\r\n");
        }
        head.push_str("\r\n");
        head
    }

    /// The whole answer.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head(self.body.len() as u64).into_bytes();
        if !matches!(self.status, 100..=199 | 204 | 304) {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// The reason phrase; RFC 9112 lets it be anything, and no client may depend on it.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_with_its_length() {
        let bytes = Response::text(503, "later").header("retry-after", "2").to_bytes();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 5\r\n\r\nlater"
        );
    }

    #[test]
    fn no_content_has_neither_body_nor_length() {
        let bytes = Response::text(204, "never sent").to_bytes();
        assert_eq!(bytes, b"HTTP/1.1 204 No Content\r\n\r\n");
    }
}
