//! The address of a page: everything that a view depends on, so that it can be shared.

use http::Uri;

use super::failure::PageError;

/// A path with its parameters, without those that say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// The address that was asked for. A form sends its empty fields as well: they are left out.
    pub(crate) fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let pairs = pairs.filter(|(_, value)| !value.trim().is_empty());
        Self {
            path: uri.path().to_owned(),
            pairs: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        }
    }

    /// Another path, without parameters.
    pub(crate) fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), pairs: Vec::new() }
    }

    /// Where it leads, without its parameters.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// All parameters, each with what it says.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What a parameter says.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The same with this parameter changed, or added.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.pairs.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same without a parameter.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.pairs.retain(|(own, _)| own != name);
        changed
    }

    /// Only these parameters.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        let mut changed = self.clone();
        changed.pairs.retain(|(own, _)| names.contains(&own.as_str()));
        changed
    }

    /// These parameters on another path.
    pub(crate) fn at(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), pairs: self.pairs.clone() }
    }

    /// The parameters as a query, without its question mark.
    pub(crate) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// As what the query API reads.
    ///
    /// # Errors
    /// Where it is longer than an address may be.
    pub(crate) fn uri(&self) -> Result<Uri, PageError> {
        self.href().parse().map_err(|_| PageError::Wrong("the address is too long".to_owned()))
    }

    /// As a link.
    pub(crate) fn href(&self) -> String {
        let query = self.query();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out_and_the_rest_is_kept() {
        let uri: Uri = "/tickets?status=FAILED&category=&q=a%26b+c&range=%20".parse().unwrap();
        let address = Address::of(&uri);
        assert_eq!(address.href(), "/tickets?status=FAILED&q=a%26b+c");
        assert_eq!(address.get("q"), Some("a&b c"));
        assert_eq!(address.without("status").with("q", "x").href(), "/tickets?q=x");
        assert_eq!(address.only(&["status"]).at("/").href(), "/?status=FAILED");
    }
}
