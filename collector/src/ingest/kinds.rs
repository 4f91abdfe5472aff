//! What the narrow row takes from the fields of each kind.

use serde::Deserialize;

use super::record::identifier;
use super::refusal::Refusal;
use crate::fields::{Fields, WrongType};
use crate::store::{Kind, Row};

/// Fills in what lies under the kind's own name. A field that the kind does not have is of no
/// concern, whatever it means to another kind.
///
/// # Errors
/// Where a field of the kind is not of its type, or too long.
pub(super) fn fill(row: &mut Row, fields: &Fields<'_>) -> Result<(), Refusal> {
    if row.kind == Kind::Workflow {
        return Ok(());
    }
    let Some(own) = fields.read::<Fields<'_>>(row.kind.as_str())? else {
        return Ok(());
    };
    match row.kind {
        Kind::Workflow => {}
        Kind::Action => action(row, &own)?,
        Kind::Audit => audit(row, &own)?,
        Kind::Activity => activity(row, &own)?,
        Kind::TaskSync => {
            row.provider_name = identifier(&own, "source_system")?;
            of_entity(row, "external_ticket", identifier(&own, "external_ticket_id")?);
        }
        Kind::WebhookEvent => {
            row.provider_name = identifier(&own, "source")?;
            of_entity(row, "webhook_event", identifier(&own, "event_id")?);
        }
        Kind::NlpParsing => {
            took(row, number(&own, "processing_time_ms")?);
            row.confidence = row.confidence.or(number(&own, "confidence_score")?);
            of_entity(row, "document", identifier(&own, "source_document")?);
        }
    }
    Ok(())
}

fn action(row: &mut Row, own: &Fields<'_>) -> Result<(), Refusal> {
    took(row, number(own, "execution_time_ms")?);
    row.provider_name = identifier(own, "provider_name")?;
    row.action_type = identifier(own, "action_type")?;
    Ok(())
}

fn audit(row: &mut Row, own: &Fields<'_>) -> Result<(), Refusal> {
    row.user_id = identifier(own, "user_id")?;
    row.action_type = identifier(own, "action")?;
    row.resource_type = identifier(own, "resource_type")?;
    row.resource_id = identifier(own, "resource_id")?;
    Ok(())
}

fn activity(row: &mut Row, own: &Fields<'_>) -> Result<(), Refusal> {
    row.user_id = identifier(own, "user_id")?;
    row.entity_type = identifier(own, "entity_type")?;
    row.entity_id = identifier(own, "entity_id")?;
    row.event_type = identifier(own, "event_type")?;
    row.event_category = identifier(own, "event_category")?;
    let facts = own.read::<Facts>("facts")?.unwrap_or_default();
    took(row, facts.execution_time_ms);
    row.confidence = row.confidence.or(facts.confidence);
    Ok(())
}

/// The facts of an activity that a row needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    execution_time_ms: Option<f64>,
    confidence: Option<f64>,
}

/// Of the two times that a record may tell, that of its head counts.
fn took(row: &mut Row, millis: Option<f64>) {
    row.execution_time_seconds = row.execution_time_seconds.or(millis.map(|took| took / 1_000.0));
}

fn number(own: &Fields<'_>, name: &'static str) -> Result<Option<f64>, WrongType> {
    own.read::<Option<f64>>(name).map(Option::flatten)
}

/// What these kinds are about has a timeline like any other entity.
fn of_entity(row: &mut Row, entity_type: &str, id: Option<String>) {
    row.entity_type = id.is_some().then(|| entity_type.to_owned());
    row.entity_id = id;
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::Outcome;

    fn filled(kind: Kind, own: &str) -> Result<Row, Refusal> {
        let record = format!("{{\"{}\": {own}}}", kind.as_str());
        let mut row = Row::new(Uuid::nil(), kind, 0, Outcome::Ok);
        fill(&mut row, &serde_json::from_str(&record).unwrap()).map(|()| row)
    }

    #[test]
    fn a_field_means_something_to_its_own_kind_alone() {
        let own = [
            ("provider_name", vec![Kind::Action]),
            ("action_type", vec![Kind::Action]),
            ("execution_time_ms", vec![Kind::Action]),
            ("action", vec![Kind::Audit]),
            ("resource_type", vec![Kind::Audit]),
            ("resource_id", vec![Kind::Audit]),
            ("user_id", vec![Kind::Audit, Kind::Activity]),
            ("entity_type", vec![Kind::Activity]),
            ("entity_id", vec![Kind::Activity]),
            ("event_type", vec![Kind::Activity]),
            ("event_category", vec![Kind::Activity]),
            ("facts", vec![Kind::Activity]),
            ("source_system", vec![Kind::TaskSync]),
            ("external_ticket_id", vec![Kind::TaskSync]),
            ("source", vec![Kind::WebhookEvent]),
            ("event_id", vec![Kind::WebhookEvent]),
            ("source_document", vec![Kind::NlpParsing]),
            ("confidence_score", vec![Kind::NlpParsing]),
            ("processing_time_ms", vec![Kind::NlpParsing]),
        ];
        for (field, kinds) in own {
            for kind in Kind::ALL {
                let refused = filled(kind, &format!("{{\"{field}\": [true]}}")).is_err();
                assert_eq!(refused, kinds.contains(&kind), "{field} of {kind:?}");
            }
        }
    }

    #[test]
    fn a_name_is_taken_without_what_cannot_be_shown() {
        let row =
            filled(Kind::Audit, r#"{"user_id": "a\u001f\nb\u007f", "action": null}"#).unwrap();
        assert_eq!(row.user_id.as_deref(), Some("a\u{fffd}\u{fffd}b\u{fffd}"));
        assert_eq!(row.action_type, None);
        let long = format!("{{\"user_id\": \"{}\"}}", "x".repeat(257));
        assert_eq!(filled(Kind::Audit, &long).unwrap_err().status, 422);
    }
}
