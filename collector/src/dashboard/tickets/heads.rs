//! The heads of the list's columns: some are ways to sort by them.

use crate::dashboard::address::Address;

/// The head of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) label: &'static str,
    pub(super) is_number: bool,
    /// The list sorted by it, or sorted the other way.
    pub(super) href: Option<String>,
    /// How the list is sorted by it, where it is.
    pub(super) sorted: Option<&'static str>,
}

const CONFIDENCE: &str = "confidence";
const DURATION: &str = "duration";
const TIME: &str = "time";

/// The heads of the list at this address. A list of what has some words has one order alone.
pub(super) fn heads(address: &Address, has_clients: bool) -> Vec<Head> {
    let head = |label, is_number, by| head(address, label, is_number, by);
    let mut heads = vec![
        head("Ticket", false, None),
        head("Status", false, None),
        head("Category", false, None),
        head("Confidence", true, Some(CONFIDENCE)),
        head("Time taken", true, Some(DURATION)),
        head("Version", false, None),
    ];
    if has_clients {
        heads.push(head("Client", false, None));
    }
    heads.push(head("When", false, Some(TIME)));
    heads
}

fn head(address: &Address, label: &'static str, is_number: bool, by: Option<&'static str>) -> Head {
    let plain = Head { label, is_number, href: None, sorted: None };
    let Some(by) = by.filter(|_| address.get("q").is_none()) else { return plain };
    let is_sorted = address.get("sort").unwrap_or(TIME) == by;
    let is_ascending = address.get("order") == Some("asc");
    let turned = is_sorted && !is_ascending;
    let bare = address.without("cursor").without("sort").without("order");
    let sorted = if by == TIME { bare } else { bare.with("sort", by) };
    let href = if turned { sorted.with("order", "asc") } else { sorted }.href();
    let order = if is_ascending { "ascending" } else { "descending" };
    Head { href: Some(href), sorted: is_sorted.then_some(order), ..plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str) -> Vec<(&'static str, String, Option<&'static str>)> {
        let address = Address::of(&format!("/tickets?{query}").parse().unwrap());
        let sortable = heads(&address, true).into_iter();
        sortable.filter_map(|head| Some((head.label, head.href?, head.sorted))).collect()
    }

    #[test]
    fn a_head_sorts_by_its_column_and_then_the_other_way() {
        let own = |path: &str| path.to_owned();
        assert_eq!(
            shown("status=FAILED&cursor=x"),
            [
                ("Confidence", own("/tickets?status=FAILED&sort=confidence"), None),
                ("Time taken", own("/tickets?status=FAILED&sort=duration"), None),
                ("When", own("/tickets?status=FAILED&order=asc"), Some("descending")),
            ]
        );
        let by_duration = shown("sort=duration");
        assert_eq!(by_duration[1].1, "/tickets?sort=duration&order=asc");
        assert_eq!((by_duration[1].2, by_duration[2].2), (Some("descending"), None));
        assert_eq!(shown("sort=duration&order=asc")[1].1, "/tickets?sort=duration");
        assert_eq!(shown("q=a"), []);
    }
}
