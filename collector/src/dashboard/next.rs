//! Where to go after a login: to a page of this site, whatever the address says.

use axum::response::{IntoResponse, Redirect, Response};
use http::uri::PathAndQuery;

/// A page of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next(String);

impl Next {
    /// The page that is asked for; the overview where that is none of ours. Two slashes, of either
    /// kind, would begin the name of another host.
    pub(super) fn asked(address: &str) -> Self {
        let is_ours = address.starts_with('/')
            && !address.starts_with("//")
            && address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
            && address.parse::<PathAndQuery>().is_ok();
        // From there one would come back at once.
        let is_the_way_in = ["/login", "/logout"].iter().any(|own| address.starts_with(own));
        Self(if is_ours && !is_the_way_in { address.to_owned() } else { "/".to_owned() })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of another page that leads there.
    pub(super) fn after(&self, page: &str) -> String {
        let next: String = form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        if self.0 == "/" { page.to_owned() } else { format!("{page}?next={next}") }
    }

    /// Sends the browser there.
    pub(super) fn go(&self) -> Response {
        Redirect::to(&self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_site_are_gone_to() {
        for own in ["/", "/tickets", "/tickets?status=FAILED&q=a%20b", "/runs/x?step=1"] {
            assert_eq!(Next::asked(own).as_str(), own);
        }
        for other in [
            "",
            "tickets",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n",
            " /tickets",
            "/ä",
            "/x\r\nset-cookie: a=b",
            "/login?next=/login",
            "/logout",
        ] {
            assert_eq!(Next::asked(other).as_str(), "/", "{other:?}");
        }
    }

    #[test]
    fn a_page_on_the_way_knows_where_to_go_on() {
        assert_eq!(Next::asked("/a?b=c&d").after("/login"), "/login?next=%2Fa%3Fb%3Dc%26d");
        assert_eq!(Next::asked("/").after("/login"), "/login");
    }
}
