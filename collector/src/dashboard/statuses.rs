//! How records or events ended: a table with bars.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::store::{Group, Statistics};

use super::show;
use super::visible::visible;

/// How often each status is, which a template shows by naming it.
#[derive(Template)]
#[template(path = "statuses.html")]
pub(super) struct Statuses {
    title: &'static str,
    /// What is counted.
    what: &'static str,
    all: u64,
    rows: Vec<Status>,
}

/// Its template escapes whatever stands in it.
impl HtmlSafe for Statuses {}

struct Status {
    name: String,
    tone: &'static str,
    count: u64,
    /// From 0 to 1.
    share: f64,
}

impl Statuses {
    /// Of these: the name, the colour and the number of each.
    pub(super) fn new(
        title: &'static str,
        what: &'static str,
        told: Vec<(String, &'static str, u64)>,
    ) -> Self {
        let all: u64 = told.iter().map(|(.., count)| count).sum();
        let rows = told.into_iter().map(|(name, tone, count)| {
            let share = if all == 0 { 0.0 } else { count as f64 / all as f64 };
            Status { name, tone, count, share }
        });
        Self { title, what, all, rows: rows.collect() }
    }

    /// Of what statistics by status and outcome tell.
    pub(super) fn of(title: &'static str, what: &'static str, found: Statistics) -> Self {
        let row = |Group { names, figures }: Group| {
            let tone = match names.get(1).map(String::as_str) {
                Some("ok") => "ok",
                Some("failed") => "failed",
                _ => "open",
            };
            let name = names.first().map(|name| visible(name).into_owned());
            (name.unwrap_or_default(), tone, figures.records())
        };
        Self::new(title, what, found.groups.into_iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_all() {
        let told = [("a", 3), ("b", 1)].map(|(name, count)| (name.to_owned(), "ok", count));
        let statuses = Statuses::new("x", "Things", told.to_vec());
        let shares: Vec<_> = statuses.rows.iter().map(|row| row.share).collect();
        assert_eq!((statuses.all, shares), (4, vec![0.75, 0.25]));
        let none = Statuses::new("x", "Things", vec![("a".to_owned(), "ok", 0)]);
        assert_eq!((none.all, none.rows[0].share), (0, 0.0));
    }
}
