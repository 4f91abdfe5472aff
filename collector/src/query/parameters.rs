//! What a request asks for: its parameters, read and checked.
//!
//! The structs are their own description: a parameter that they do not name is refused.

#![expect(
    clippy::large_stack_arrays,
    reason = "the description lists all parameters of a call at once, and is made once"
)]

use axum::extract::Query;
use http::Uri;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::auth::{ClientId, Scope};
use crate::error::ApiError;
use crate::schema;
use crate::store::{By, Direction, Filter, Kind, Outcome, PageRequest, Sort};
use crate::time;

use super::cursor;

/// The most records of one page.
const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 50;

/// The parameters of a request. They are taken struct by struct, until none is left.
#[derive(Debug)]
pub(super) struct Asked<'u> {
    uri: &'u Uri,
    left: Vec<String>,
}

impl<'u> Asked<'u> {
    /// Parameters of which none is empty and none is given twice.
    pub(super) fn by(uri: &'u Uri) -> Result<Self, ApiError> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| wrong("the query cannot be read"))?;
        let mut left = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            if value.trim().is_empty() {
                return Err(wrong("a parameter is empty"));
            }
            if left.contains(&name) {
                return Err(wrong("a parameter stands twice"));
            }
            left.push(name);
        }
        Ok(Self { uri, left })
    }

    /// Those that a struct describes.
    pub(super) fn take<T: DeserializeOwned + IntoParams>(&mut self) -> Result<T, ApiError> {
        let own = T::into_params(|| None);
        self.left.retain(|name| own.iter().all(|parameter| parameter.name != *name));
        let Query(parameters) =
            Query::try_from_uri(self.uri).map_err(|_| wrong("a parameter is wrong"))?;
        Ok(parameters)
    }

    /// Refuses what was not taken.
    pub(super) fn end(self) -> Result<(), ApiError> {
        if self.left.is_empty() { Ok(()) } else { Err(wrong("a parameter is not known")) }
    }
}

/// Whose records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// This client's alone. Of a client that the key does not see there is nothing.
    #[param(max_length = 256)]
    client_id: Option<String>,
}

impl Whose {
    /// The client that is asked for.
    pub(super) fn client(&self) -> Result<Option<ClientId>, ApiError> {
        let Some(name) = &self.client_id else { return Ok(None) };
        ClientId::new(name).map(Some).ok_or_else(|| wrong("client_id is not a name"))
    }

    /// The part of a scope that is asked for; `None` where it is not in it.
    pub(super) fn within(&self, scope: Scope) -> Result<Option<Scope>, ApiError> {
        let Some(client) = self.client()? else { return Ok(Some(scope)) };
        Ok(scope.narrowed(&client))
    }
}

/// From when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// What happened at this time or later (RFC 3339, UTC).
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// What happened before this time (RFC 3339, UTC).
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
}

impl When {
    /// From when, in milliseconds since 1970.
    pub(super) fn since(&self) -> Result<Option<i64>, ApiError> {
        moment("since", self.since.as_deref())
    }

    /// Until when.
    pub(super) fn until(&self) -> Result<Option<i64>, ApiError> {
        moment("until", self.until.as_deref())
    }

    /// Adds what is asked for to a filter.
    pub(super) fn limit(&self, filter: &mut Filter) -> Result<(), ApiError> {
        filter.since = self.since()?;
        filter.until = self.until()?;
        Ok(())
    }
}

fn moment(name: &str, text: Option<&str>) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let time = time::parse_rfc3339(text);
    time.map(Some).ok_or_else(|| wrong(format!("{name} is not RFC 3339 in UTC")))
}

/// Which records: everything that is given has to hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filters {
    /// What the record is about.
    #[param(value_type = Option<schema::KindName>, inline)]
    kind: Option<String>,
    /// What became of it, whatever the kind calls that.
    #[param(value_type = Option<schema::OutcomeName>, inline)]
    outcome: Option<String>,
    /// The kind's own word for that, such as `FAILED` of a workflow.
    status: Option<String>,
    /// What it was about, such as `PRODUCT_SUPPORT`.
    category: Option<String>,
    /// Such as `production`.
    environment: Option<String>,
    /// Which workflow ran.
    workflow_name: Option<String>,
    /// In which version.
    workflow_version: Option<String>,
    /// The ticket.
    ticket_id: Option<String>,
    /// Which provider was called, or which system an event came from.
    provider_name: Option<String>,
    /// What was done, such as `crm_create`.
    action_type: Option<String>,
    /// What happened, such as `classified`.
    event_type: Option<String>,
    /// To which group that belongs, such as `system`.
    event_category: Option<String>,
    /// What kind of thing was changed.
    resource_type: Option<String>,
    /// Which one; `resource_type` has to stand beside it.
    resource_id: Option<String>,
    /// What kind of thing it happened to.
    entity_type: Option<String>,
    /// Which one; `entity_type` has to stand beside it.
    entity_id: Option<String>,
    /// Who did it.
    user_id: Option<String>,
    /// So many seconds or more.
    #[param(value_type = Option<f64>)]
    min_duration: Option<String>,
    /// So many seconds or less.
    #[param(value_type = Option<f64>)]
    max_duration: Option<String>,
    /// So sure or surer, from 0 to 1.
    #[param(value_type = Option<f64>)]
    min_confidence: Option<String>,
    /// So sure or less, from 0 to 1.
    #[param(value_type = Option<f64>)]
    max_confidence: Option<String>,
    /// With all of these words anywhere in the record, in its texts and in its whole numbers of four
    /// digits or more. Words are indexed a moment after the record
    /// was stored. The list then goes by when records were stored, not by when they happened.
    q: Option<String>,
}

impl Filters {
    /// What a list is to hold.
    pub(super) fn filter(self) -> Result<Filter, ApiError> {
        for (id, its_type, message) in [
            (&self.resource_id, &self.resource_type, "resource_id needs resource_type beside it"),
            (&self.entity_id, &self.entity_type, "entity_id needs entity_type beside it"),
        ] {
            if id.is_some() && its_type.is_none() {
                return Err(wrong(message));
            }
        }
        Ok(Filter {
            kind: named(self.kind, Kind::named, "kind is not known")?,
            outcome: named(self.outcome, Outcome::named, "outcome is ok, failed or open")?,
            status: self.status,
            category: self.category,
            environment: self.environment,
            workflow_name: self.workflow_name,
            workflow_version: self.workflow_version,
            ticket_id: self.ticket_id,
            provider_name: self.provider_name,
            action_type: self.action_type,
            event_type: self.event_type,
            event_category: self.event_category,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            entity_type: self.entity_type,
            entity_id: self.entity_id,
            user_id: self.user_id,
            since: None,
            until: None,
            min_duration: number("min_duration", self.min_duration)?,
            max_duration: number("max_duration", self.max_duration)?,
            min_confidence: number("min_confidence", self.min_confidence)?,
            max_confidence: number("max_confidence", self.max_confidence)?,
            words: self.q,
        })
    }
}

/// In which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Sorting {
    /// By when it happened, how long it took, or how sure it was; what has no such number is not in
    /// a list sorted by it. `time` is the default.
    #[param(value_type = Option<SortName>, inline)]
    sort: Option<String>,
    /// The newest, longest, surest first, which is the default, or last.
    #[param(value_type = Option<OrderName>, inline)]
    order: Option<String>,
}

impl Sorting {
    /// The order that a list of this filter has.
    pub(super) fn sort(self, filter: &Filter) -> Result<Sort, ApiError> {
        let by = named(self.sort, by, "sort is time, duration or confidence")?.unwrap_or_default();
        let direction = named(self.order, direction, "order is desc or asc")?.unwrap_or_default();
        if filter.words.is_some() && by != By::Time {
            return Err(wrong("records that are found by words are sorted by time alone"));
        }
        Ok(Sort { by, direction }.of(filter))
    }
}

schema::choice! {
    /// What a list is sorted by.
    SortName, schema::one_of(["time", "duration", "confidence"])
}

schema::choice! {
    /// From which end.
    OrderName, schema::one_of(["desc", "asc"])
}

fn by(name: &str) -> Option<By> {
    match name {
        "time" => Some(By::Time),
        "duration" => Some(By::Duration),
        "confidence" => Some(By::Confidence),
        _ => None,
    }
}

fn direction(name: &str) -> Option<Direction> {
    match name {
        "desc" => Some(Direction::Descending),
        "asc" => Some(Direction::Ascending),
        _ => None,
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// How many records at most. A page may hold fewer and still have a `next_cursor`.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<String>,
    /// The `next_cursor` of the page before, asked for in the same order.
    cursor: Option<String>,
}

impl Paging {
    /// The page of a list in this order.
    pub(super) fn page(self, sort: Sort) -> Result<PageRequest, ApiError> {
        let limit = whole("limit", self.limit, 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
        let after = named(self.cursor, cursor::read, "cursor is not one of ours")?;
        if after.is_some_and(|cursor| cursor.sort() != sort) {
            return Err(wrong("cursor is of a list in another order"));
        }
        Ok(PageRequest { sort, after, limit })
    }
}

/// A whole number within bounds.
pub(super) fn whole(
    name: &str,
    text: Option<String>,
    least: usize,
    most: usize,
) -> Result<Option<usize>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| wrong(format!("{name} lies between {least} and {most}")))
}

fn number(name: &str, text: Option<String>) -> Result<Option<f64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.map(Some).ok_or_else(|| wrong(format!("{name} is not a number")))
}

fn named<T>(
    text: Option<String>,
    read: impl Fn(&str) -> Option<T>,
    message: &str,
) -> Result<Option<T>, ApiError> {
    text.map(|text| read(&text).ok_or_else(|| wrong(message))).transpose()
}

/// A parameter that is refused. The message names it and quotes nothing.
pub(super) fn wrong(message: impl Into<String>) -> ApiError {
    ApiError::bad_parameter(message)
}
