//! `/export`: what a page lists as a file, by the filters of the query API and the page's own range.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{Method, Uri};

use super::address::Address;
use super::failure::PageError;
use super::range::Range;
use super::routes::Dashboard;
use super::viewer::Viewer;
use crate::query;
use crate::time;

/// In which forms: the name in the address, and how it is called.
const FORMATS: [(&str, &str); 3] = [("csv", "CSV"), ("json", "JSON"), ("ndjson", "NDJSON")];
/// What a list has that an export has not.
const OF_LISTS: [&str; 4] = ["cursor", "limit", "sort", "order"];

/// The ways to export what the list at this address holds, of a kind: how each is called, and where
/// it is.
pub(super) fn links(address: &Address, kind: &str) -> Vec<(&'static str, String)> {
    let bare = OF_LISTS.iter().fold(address.at("/export"), |bare, name| bare.without(name));
    let bare = bare.with("kind", kind);
    FORMATS.map(|(name, label)| (label, bare.with("format", name).href())).to_vec()
}

/// Exports records, newest first.
pub(super) async fn export(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    method: Method,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let range = Range::of_list(&address, time::now_millis())?;
    let asked = Range::spelled_out(range, &address).uri()?;
    let library = Arc::clone(&dashboard.library);
    Ok(query::export::answer(library, viewer.scope_at(&address)?, &method, &asked).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_the_filters_of_the_list_and_not_its_place() {
        let list = "/tickets?range=7d&q=a%26b&sort=duration&cursor=x".parse().unwrap();
        let links = links(&Address::of(&list), "workflow");
        let csv = "/export?range=7d&q=a%26b&kind=workflow&format=csv";
        assert_eq!(links[0], ("CSV", csv.to_owned()));
        assert_eq!(links.len(), 3);
    }
}
