//! One request, as it arrived.

use std::fmt;

use crate::wire::{API_KEY_HEADER, Envelope};

/// One request that the collector read, and how it was answered.
///
/// Printed for debugging it shows neither the key nor the bodies.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// Its place among all requests since the start, from 0; [`clear`] does not begin anew.
    ///
    /// [`clear`]: super::MockCollector::clear
    pub number: u64,
    /// The method, such as `POST`.
    pub method: String,
    /// The path with its query, such as `/v1/logs`.
    pub path: String,
    /// The headers in their order; names are lower-case.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent; cut at the largest request that is taken.
    pub body: Vec<u8>,
    /// The body after decompression; empty where it could not be decoded.
    pub decoded: Vec<u8>,
    /// The valid records of the body, in their order, also where they were not stored.
    pub records: Vec<Envelope>,
    /// The status of the answer; `None` where none was given, or not yet.
    pub status: Option<u16>,
}

impl Request {
    /// The value of the first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(shown).collect();
        f.debug_struct("Request")
            .field("number", &self.number)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &headers)
            .field("body_bytes", &self.body.len())
            .field("decoded_bytes", &self.decoded.len())
            .field("records", &self.records.len())
            .field("status", &self.status)
            .finish()
    }
}

fn shown((name, value): &(String, String)) -> (&str, &str) {
    let secret = name == API_KEY_HEADER;
    (name, if secret { "[redacted]" } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_and_the_bodies_are_not_printed() {
        let request = Request {
            number: 0,
            method: "POST".to_owned(),
            path: "/v1/logs".to_owned(),
            headers: vec![(API_KEY_HEADER.to_owned(), "s3cret".to_owned())],
            body: b"private".to_vec(),
            decoded: b"private".to_vec(),
            records: Vec::new(),
            status: None,
        };
        let printed = format!("{request:?}");
        assert!(!printed.contains("s3cret") && !printed.contains("private"), "{printed}");
        assert_eq!(request.header("X-API-Key"), Some("s3cret"));
    }
}
