//! What the narrow row takes from the fields of each kind.

use serde::Deserialize;

use crate::store::{Kind, Row};

use crate::fields::{Fields, WrongType};

/// The fields that lie under a kind's own name, as far as the row needs them; other fields, and
/// those that one kind alone has, are of no concern here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Own {
    provider_name: Option<String>,
    action_type: Option<String>,
    action: Option<String>,
    execution_time_ms: Option<f64>,
    processing_time_ms: Option<f64>,
    user_id: Option<String>,
    resource_type: Option<String>,
    resource_id: Option<String>,
    entity_type: Option<String>,
    entity_id: Option<String>,
    event_type: Option<String>,
    event_category: Option<String>,
    facts: Facts,
    external_ticket_id: Option<String>,
    source_system: Option<String>,
    source: Option<String>,
    event_id: Option<String>,
    source_document: Option<String>,
    confidence_score: Option<f64>,
}

/// The facts of an activity that a row needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    execution_time_ms: Option<f64>,
    confidence: Option<f64>,
}

/// Fills in what lies under the kind's own name.
///
/// # Errors
/// Where a field is not of its type.
pub(super) fn fill(row: &mut Row, fields: &Fields<'_>) -> Result<(), WrongType> {
    if row.kind == Kind::Workflow {
        return Ok(());
    }
    let Some(own) = fields.read::<Own>(row.kind.as_str())? else {
        return Ok(());
    };
    let took = own.execution_time_ms.or(own.processing_time_ms).or(own.facts.execution_time_ms);
    row.execution_time_seconds = row.execution_time_seconds.or(took.map(|took| took / 1_000.0));
    row.confidence = row.confidence.or(own.confidence_score).or(own.facts.confidence);
    row.user_id = own.user_id;
    match row.kind {
        Kind::Workflow => {}
        Kind::Action => {
            row.provider_name = own.provider_name;
            row.action_type = own.action_type;
        }
        Kind::Audit => {
            row.action_type = own.action;
            row.resource_type = own.resource_type;
            row.resource_id = own.resource_id;
        }
        Kind::Activity => {
            row.entity_type = own.entity_type;
            row.entity_id = own.entity_id;
            row.event_type = own.event_type;
            row.event_category = own.event_category;
        }
        Kind::TaskSync => {
            row.provider_name = own.source_system;
            of_entity(row, "external_ticket", own.external_ticket_id);
        }
        Kind::WebhookEvent => {
            row.provider_name = own.source;
            of_entity(row, "webhook_event", own.event_id);
        }
        Kind::NlpParsing => of_entity(row, "document", own.source_document),
    }
    Ok(())
}

/// What these kinds are about has a timeline like any other entity.
fn of_entity(row: &mut Row, entity_type: &str, id: Option<String>) {
    row.entity_type = id.is_some().then(|| entity_type.to_owned());
    row.entity_id = id;
}
