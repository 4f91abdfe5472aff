//! Figures and the names of groups as they are answered.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{Dimension, Figures};

/// What is known of some records. What cannot be told of none is left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counted {
    /// How many records there are.
    records: u64,
    outcomes: Outcomes,
    /// `ok / (ok + failed)`, from 0 to 1: what is open has neither succeeded nor failed. Left out
    /// where there are none of either.
    #[serde(skip_serializing_if = "Option::is_none")]
    success_rate: Option<f64>,
    /// The errors that the records tell of, in all.
    error_count: i64,
    /// Of the records that have a duration; left out where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    average_seconds: Option<f64>,
    /// Half of the durations are no longer than this, which is wrong by 2.5 % at most (for durations
    /// from 0.1 ms to 16 years).
    #[serde(skip_serializing_if = "Option::is_none")]
    p50_seconds: Option<f64>,
    /// 95 % of the durations are no longer than this, which is wrong by 2.5 % at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    p95_seconds: Option<f64>,
    /// Of the records that have a confidence; left out where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    average_confidence: Option<f64>,
    /// Tokens that models read.
    input_tokens: i64,
    /// Tokens that models wrote.
    output_tokens: i64,
    /// What was spent, by currency (ISO 4217). What records tell of without a currency stands under
    /// an empty name; a currency in which nothing was spent is left out.
    #[schema(example = json!({"USD": 1.25}))]
    cost: BTreeMap<String, f64>,
}

/// How many records there are of each outcome.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcomes {
    /// They did what they were for.
    ok: u64,
    /// They could not.
    failed: u64,
    /// Neither: not finished, done in part, stopped, or with a person.
    open: u64,
}

impl From<Figures> for Counted {
    fn from(figures: Figures) -> Self {
        Self {
            records: figures.records(),
            outcomes: Outcomes { ok: figures.ok, failed: figures.failed, open: figures.open },
            success_rate: figures.success_rate(),
            error_count: figures.errors,
            average_seconds: figures.average_seconds(),
            p50_seconds: figures.durations.percentile(0.5),
            p95_seconds: figures.durations.percentile(0.95),
            average_confidence: figures.average_confidence(),
            input_tokens: figures.input_tokens,
            output_tokens: figures.output_tokens,
            cost: figures.costs,
        }
    }
}

/// The values of a group, one for each name in `group_by`; an empty one is that of the records that
/// have none.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Names {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
}

impl Names {
    /// The values of a group, in the order in which it was grouped.
    pub(super) fn new(by: &[Dimension], values: Vec<String>) -> Self {
        let mut names = Self::default();
        for (dimension, value) in by.iter().zip(values) {
            let name = match dimension {
                Dimension::Kind => &mut names.kind,
                Dimension::Client => &mut names.client_id,
                Dimension::Status => &mut names.status,
                Dimension::Category => &mut names.category,
                Dimension::Environment => &mut names.environment,
                Dimension::WorkflowVersion => &mut names.workflow_version,
                Dimension::ProviderName => &mut names.provider_name,
                Dimension::ActionType => &mut names.action_type,
                Dimension::EventType => &mut names.event_type,
                Dimension::Outcome => &mut names.outcome,
            };
            *name = Some(value);
        }
        names
    }
}
