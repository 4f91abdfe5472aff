//! What statistics are asked for: which records, and by what they are grouped.

use crate::error::ApiError;
use crate::store::{Dimension, Grouping, Period, Selection};

/// The most groups of one answer.
const MAX_GROUPS: usize = 1_000;

/// The parameters that all statistics have, beside those of their own.
macro_rules! parameters {
    ($(#[$about:meta])* $name:ident { $($(#[$own_about:meta])* $own:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            $($(#[$own_about])* $own: $type,)*
            /// By what to group, in any number, with commas between: `kind`, `client_id`, `status`,
            /// `category`, `environment`, `workflow_version`, `provider_name`, `action_type`,
            /// `event_type`, `outcome`. Without it there are no groups.
            #[param(example = "kind,status")]
            group_by: Option<String>,
            /// The most groups: those with the most records, and of equal ones the first by name.
            #[param(minimum = 1, maximum = 1000)]
            limit: Option<usize>,
            /// From this time on (RFC 3339, UTC).
            since: Option<String>,
            /// Before this time (RFC 3339, UTC).
            until: Option<String>,
            /// Of this kind.
            kind: Option<String>,
            /// Of this client.
            client_id: Option<String>,
            /// With this status.
            status: Option<String>,
            /// Of this category.
            category: Option<String>,
            /// Of this environment.
            environment: Option<String>,
            /// Of this version of the workflow.
            workflow_version: Option<String>,
            /// Of this provider.
            provider_name: Option<String>,
            /// With this action.
            action_type: Option<String>,
            /// With this event.
            event_type: Option<String>,
            /// With this outcome: `ok`, `failed` or `open`.
            outcome: Option<String>,
        }

        impl $name {
            /// Which records are meant, and how they are grouped.
            fn read(&self, limit: usize) -> $crate::query::grouping::Asked {
                use $crate::query::grouping;
                let conditions = grouping::conditions([
                    &self.kind,
                    &self.client_id,
                    &self.status,
                    &self.category,
                    &self.environment,
                    &self.workflow_version,
                    &self.provider_name,
                    &self.action_type,
                    &self.event_type,
                    &self.outcome,
                ])?;
                let period = grouping::period(self.since.as_deref(), self.until.as_deref())?;
                let limit = self.limit.unwrap_or(limit);
                let grouping = grouping::grouping(self.group_by.as_deref(), limit)?;
                Ok(($crate::store::Selection { period, conditions }, grouping))
            }
        }
    };
}

pub(super) use parameters;

/// What was asked for, if it can be.
pub(super) type Asked = Result<(Selection, Grouping), ApiError>;

pub(super) fn period(since: Option<&str>, until: Option<&str>) -> Result<Period, ApiError> {
    let since = since.map(|text| super::moment("since", text)).transpose()?;
    let until = until.map(|text| super::moment("until", text)).transpose()?;
    let period = Period { since, until };
    match (since, until) {
        (Some(since), Some(until)) if until <= since => Err(empty()),
        _ => Ok(period),
    }
}

pub(super) fn empty() -> ApiError {
    ApiError::bad_parameter("until does not lie after since")
}

/// What was asked for, in the order of all dimensions.
pub(super) fn conditions(
    values: [&Option<String>; Dimension::ALL.len()],
) -> Result<Vec<(Dimension, String)>, ApiError> {
    let given = Dimension::ALL.into_iter().zip(values);
    let given = given.filter_map(|(dimension, value)| Some((dimension, value.clone()?)));
    given
        .map(|(dimension, value)| {
            let name = dimension.as_str();
            if value.is_empty() {
                return Err(ApiError::bad_parameter(format!("{name} is empty")));
            }
            if !dimension.may_be(&value) {
                return Err(ApiError::bad_parameter(format!("{name} is not known")));
            }
            Ok((dimension, value))
        })
        .collect()
}

pub(super) fn grouping(by: Option<&str>, limit: usize) -> Result<Grouping, ApiError> {
    let mut grouping = Grouping { by: Vec::new(), limit };
    for name in by.into_iter().flat_map(|names| names.split(',')) {
        let dimension = Dimension::named(name)
            .ok_or_else(|| ApiError::bad_parameter("group_by names what is no group"))?;
        if grouping.by.contains(&dimension) {
            return Err(ApiError::bad_parameter("group_by names something twice"));
        }
        grouping.by.push(dimension);
    }
    if (1..=MAX_GROUPS).contains(&limit) {
        Ok(grouping)
    } else {
        Err(ApiError::bad_parameter("limit lies between 1 and 1000"))
    }
}
