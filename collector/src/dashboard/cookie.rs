//! The cookie that a session is known by.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};

use crate::auth::Token;

const NAME: &str = "epilogue_session";
/// What begins so is taken by a browser over https alone, for this host alone (RFC 6265bis, 4.1.3.2).
const HOST_PREFIX: &str = "__Host-";

/// How the cookie is called and kept: over https it never goes over anything else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookie {
    is_https: bool,
}

impl Cookie {
    pub(super) fn new(is_https: bool) -> Self {
        Self { is_https }
    }

    /// The token that a browser shows.
    pub(super) fn token(self, headers: &HeaderMap) -> Option<Token> {
        let pairs = headers.get_all(header::COOKIE).iter();
        pairs
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(self.prefix())?.strip_prefix(NAME))
            .and_then(|rest| rest.strip_prefix('='))
            .map(Token::presented)
    }

    /// Has the browser keep a token until it is closed. How long it means something is for the
    /// store to say.
    pub(super) fn keep(self, mut response: Response, token: &Token) -> Response {
        self.set(&mut response, token.reveal(), "");
        response
    }

    /// Has the browser forget it.
    pub(super) fn forget(self, mut response: Response) -> Response {
        self.set(&mut response, "", "; Max-Age=0");
        response
    }

    fn set(self, response: &mut Response, value: &str, lifetime: &str) {
        let secure = if self.is_https { "; Secure" } else { "" };
        let prefix = self.prefix();
        let cookie =
            format!("{prefix}{NAME}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lifetime}");
        if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
            cookie.set_sensitive(true);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }

    fn prefix(self) -> &'static str {
        if self.is_https { HOST_PREFIX } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn a_cookie_is_read_as_it_was_set() {
        for (is_https, expected) in [
            (false, "epilogue_session=abc; Path=/; HttpOnly; SameSite=Lax"),
            (true, "__Host-epilogue_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure"),
        ] {
            let cookie = Cookie::new(is_https);
            let response = cookie.keep(().into_response(), &Token::presented("abc"));
            let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
            assert_eq!(set, expected);
            let mut headers = HeaderMap::new();
            let shown = format!("other=1;{}; x=2", set.split(';').next().unwrap());
            headers.insert(header::COOKIE, shown.parse().unwrap());
            assert_eq!(cookie.token(&headers).unwrap().reveal(), "abc");
            assert!(Cookie::new(!is_https).token(&headers).is_none());
        }
    }
}
