//! The collector's address: whole, encrypted unless it is this machine's own.

use std::net::IpAddr;

use http::Uri;

use super::error::{ConfigError, Setting, harmless};

/// A checked address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CollectorUrl {
    uri: Uri,
    is_loopback: bool,
}

impl CollectorUrl {
    pub(crate) fn parse(text: &str, allow_plaintext: bool) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::invalid(Setting::Url, text);
        let uri: Uri = text.parse().map_err(|_| invalid())?;
        let authority = uri.authority().ok_or_else(invalid)?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(invalid());
        }
        let is_loopback = is_loopback(authority.host());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback || allow_plaintext => {}
            Some("http") => return Err(ConfigError::Plaintext { url: harmless(text) }),
            _ => return Err(invalid()),
        }
        Ok(Self { uri, is_loopback })
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    #[cfg(feature = "http-client")]
    pub(crate) fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

/// `localhost` (RFC 6761), 127.0.0.0/8 (RFC 1122) and `::1` (RFC 4291), written in full: a
/// shorthand is taken for a stranger.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine_unless_it_is_allowed() {
        for url in ["http://127.0.0.1:9/v1/logs", "http://[::1]/x", "http://LOCALHOST/x"] {
            assert!(CollectorUrl::parse(url, false).expect(url).is_loopback());
        }
        let url = "http://logs.example.com/v1/logs";
        assert!(matches!(CollectorUrl::parse(url, false), Err(ConfigError::Plaintext { .. })));
        assert!(!CollectorUrl::parse(url, true).expect(url).is_loopback());
        assert!(CollectorUrl::parse("http://127.0.0.1.evil.example/x", false).is_err());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for url in [
            "",
            "logs.example.com",
            "/v1/logs",
            "ftp://logs.example.com",
            "https://maria:secret@logs.example.com/",
            "https://",
            "http://127.0.0.1\\@evil.example/",
        ] {
            let error = CollectorUrl::parse(url, false).expect_err(url).to_string();
            assert!(error.contains("LOG_COLLECTOR_URL"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
