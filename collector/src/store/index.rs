//! The indexes of the records, and which of them a list is read by.
//!
//! A database would guess what leaves few records, or know it only as long as its statistics are
//! fresh: it might look for a rare ticket among all workflows. The choice is made here instead, by
//! counting, and is told to the database in whatever way it takes that.

use crate::store::page::{By, Filter, Sort};

/// One way to read an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Index {
    pub(in crate::store) name: &'static str,
    /// What has to be asked for, each as one text.
    pub(in crate::store) columns: &'static [&'static str],
    /// In which order the records with these texts stand in it; `None` where in none of a list's.
    pub(in crate::store) order: Option<By>,
}

const fn by_time(name: &'static str, columns: &'static [&'static str]) -> Index {
    Index { name, columns, order: Some(By::Time) }
}

/// In the order in which they are tried: what most often leaves the fewest records comes first.
const INDEXES: [Index; 18] = [
    by_time("by_ticket", &["ticket_id"]),
    by_time("by_entity", &["entity_type", "entity_id"]),
    by_time("by_resource", &["resource_type", "resource_id"]),
    by_time("by_user", &["user_id"]),
    by_time("by_failure", &["outcome"]),
    by_time("by_status", &["status"]),
    by_time("by_event", &["event_type"]),
    by_time("by_action", &["action_type"]),
    by_time("by_provider", &["provider_name"]),
    Index { name: "by_entity", columns: &["entity_type"], order: None },
    Index { name: "by_resource", columns: &["resource_type"], order: None },
    by_time("by_version", &["workflow_version"]),
    by_time("by_category", &["category"]),
    by_time("by_kind", &["kind"]),
    by_time("by_environment", &["environment"]),
    Index { name: "by_duration", columns: &[], order: Some(By::Duration) },
    Index { name: "by_confidence", columns: &[], order: Some(By::Confidence) },
    by_time("by_time", &[]),
];

impl Index {
    /// Whether it can be read for this filter.
    fn serves(&self, filter: &Filter) -> bool {
        let asked = |column: &str| {
            filter.equal().any(|(name, text)| {
                // The index of failures holds nothing else.
                name == column && (self.name != "by_failure" || text == "failed")
            })
        };
        self.columns.iter().all(|column| asked(column))
    }

    /// Whether it leaves out anything for this filter.
    fn narrows(&self, filter: &Filter) -> bool {
        !self.columns.is_empty() || self.order.is_some_and(|by| filter.bounds(by) > 0)
    }

    /// Whether it leaves out all that the filter does.
    pub(in crate::store) fn is_exact(&self, filter: &Filter) -> bool {
        let bounds = self.order.map_or(0, |by| filter.bounds(by));
        filter.equal().count() == self.columns.len() && filter.all_bounds() == bounds
    }
}

/// The indexes that may leave few records, in the order in which to find out; none where there is
/// nothing to choose.
pub(in crate::store) fn candidates(filter: &Filter, sort: Sort) -> Vec<Index> {
    let in_order = in_order(filter, sort);
    if in_order.is_exact(filter) {
        return Vec::new();
    }
    let narrowing = INDEXES.into_iter().filter(|it| it.serves(filter) && it.narrows(filter));
    let narrowing: Vec<_> = narrowing.collect();
    if narrowing == [in_order] { Vec::new() } else { narrowing }
}

/// The index that has the list's own order, for where none leaves few records.
pub(in crate::store) fn in_order(filter: &Filter, sort: Sort) -> Index {
    let fits = |index: &Index| index.order == Some(sort.by) && index.serves(filter);
    INDEXES.into_iter().find(fits).unwrap_or(INDEXES[INDEXES.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: Sort = Sort { by: By::Time, direction: crate::store::Direction::Descending };

    #[test]
    fn a_ticket_comes_before_its_kind() {
        let filter = Filter {
            kind: Some(crate::store::Kind::Workflow),
            ticket_id: Some("1".to_owned()),
            ..Filter::default()
        };
        assert_eq!(in_order(&filter, TIME).name, "by_ticket");
        let candidates: Vec<_> = candidates(&filter, TIME).iter().map(|it| it.name).collect();
        assert_eq!(candidates, ["by_ticket", "by_kind"]);
    }

    #[test]
    fn where_one_index_has_it_all_there_is_no_choice() {
        let ticket = Filter { ticket_id: Some("1".to_owned()), ..Filter::default() };
        for filter in [
            Filter::default(),
            ticket.clone(),
            Filter { since: Some(5), ..ticket },
            Filter { workflow_name: Some("x".to_owned()), ..Filter::default() },
        ] {
            assert_eq!(candidates(&filter, TIME), []);
        }
    }

    #[test]
    fn what_has_another_order_is_a_candidate_where_it_narrows() {
        let longest = Sort { by: By::Duration, ..TIME };
        let filter = Filter { since: Some(5), min_confidence: Some(0.9), ..Filter::default() };
        let candidates: Vec<_> = candidates(&filter, longest).iter().map(|it| it.name).collect();
        assert_eq!(candidates, ["by_confidence", "by_time"]);
        assert_eq!(in_order(&filter, longest).name, "by_duration");
    }

    #[test]
    fn the_index_of_failures_holds_nothing_else() {
        for (outcome, name) in
            [(crate::store::Outcome::Failed, "by_failure"), (crate::store::Outcome::Ok, "by_time")]
        {
            let filter = Filter { outcome: Some(outcome), ..Filter::default() };
            assert_eq!(in_order(&filter, TIME).name, name);
        }
    }
}
