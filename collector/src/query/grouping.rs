//! What statistics are asked for: which records, and by what they are grouped.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::schema;
use crate::store::{Dimension, Grouping, Period, Selection};

use super::parameters::{When, Whose, whole, wrong};

/// The most groups of one answer.
const MAX_GROUPS: usize = 1_000;

/// Which records are added up; everything that is given has to hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Conditions {
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
    /// In which version the workflow ran.
    workflow_version: Option<String>,
    /// Which provider was called, or which system an event came from.
    provider_name: Option<String>,
    /// What was done, such as `crm_create`.
    action_type: Option<String>,
    /// What happened, such as `classified`.
    event_type: Option<String>,
}

impl Conditions {
    /// The records that are meant.
    pub(super) fn selection(self, whose: &Whose, when: &When) -> Result<Selection, ApiError> {
        let client = whose.client()?.map(|client| client.as_str().to_owned());
        let values = [
            (Dimension::Kind, self.kind),
            (Dimension::Client, client),
            (Dimension::Status, self.status),
            (Dimension::Category, self.category),
            (Dimension::Environment, self.environment),
            (Dimension::WorkflowVersion, self.workflow_version),
            (Dimension::ProviderName, self.provider_name),
            (Dimension::ActionType, self.action_type),
            (Dimension::EventType, self.event_type),
            (Dimension::Outcome, self.outcome),
        ];
        let conditions: Vec<_> =
            values.into_iter().filter_map(|(dimension, value)| Some((dimension, value?))).collect();
        if let Some((unknown, _)) = conditions.iter().find(|(own, value)| !own.may_be(value)) {
            return Err(wrong(format!("{} is not known", unknown.as_str())));
        }
        Ok(Selection { period: period(when)?, conditions })
    }
}

fn period(when: &When) -> Result<Period, ApiError> {
    let period = Period { since: when.since()?, until: when.until()? };
    match (period.since, period.until) {
        (Some(since), Some(until)) if until <= since => Err(empty()),
        _ => Ok(period),
    }
}

/// A period in which nothing can lie.
pub(super) fn empty() -> ApiError {
    wrong("until does not lie after since")
}

/// By what the records are grouped.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Groups {
    /// By what to group, in any number, with commas between: `kind`, `client_id`, `status`,
    /// `category`, `environment`, `workflow_version`, `provider_name`, `action_type`, `event_type`,
    /// `outcome`. Without it there are no groups.
    #[param(example = "kind,status")]
    group_by: Option<String>,
    /// The most groups: those with the most records, and of equal ones the first by name.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 1_000)]
    limit: Option<String>,
}

impl Groups {
    /// The grouping; with so many groups where nobody says.
    pub(super) fn grouping(self, limit: usize) -> Result<Grouping, ApiError> {
        let limit = whole("limit", self.limit, 1, MAX_GROUPS)?.unwrap_or(limit);
        let mut by = Vec::new();
        for name in self.group_by.iter().flat_map(|names| names.split(',')) {
            let dimension =
                Dimension::named(name).ok_or_else(|| wrong("group_by names what is no group"))?;
            if by.contains(&dimension) {
                return Err(wrong("group_by names something twice"));
            }
            by.push(dimension);
        }
        Ok(Grouping { by, limit })
    }
}
