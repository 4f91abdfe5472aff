//! What a kind's own status means.

use crate::store::{Kind, Outcome};

/// The outcome of a record of this kind, by its status; `None` where the kind has no such status.
///
/// "Failed" is what could not do its work; what was done in part, was stopped, waits, or lies with
/// a person is open. Of what happened to an entity only the event `error` is a failure.
pub(super) fn outcome(
    kind: Kind,
    status: Option<&str>,
    event_type: Option<&str>,
) -> Option<Outcome> {
    let outcome = match (kind, status) {
        (Kind::Activity, None) if event_type == Some("error") => Outcome::Failed,
        (Kind::Activity, None)
        | (Kind::Workflow, Some("SUCCESS"))
        | (Kind::Action | Kind::Audit, Some("success"))
        | (Kind::TaskSync | Kind::NlpParsing, Some("Success"))
        | (Kind::WebhookEvent, Some("Completed")) => Outcome::Ok,
        (Kind::Workflow, Some("FAILED" | "TIMEOUT" | "CRASHED"))
        | (Kind::Action, Some("failure" | "timeout"))
        | (Kind::Audit, Some("failure"))
        | (Kind::TaskSync | Kind::NlpParsing | Kind::WebhookEvent, Some("Failed")) => {
            Outcome::Failed
        }
        (Kind::Workflow, Some("PARTIAL" | "ESCALATED" | "CANCELLED"))
        | (Kind::Action, Some("pending" | "retry"))
        | (Kind::TaskSync | Kind::NlpParsing, Some("Pending" | "Partial"))
        | (Kind::WebhookEvent, Some("Pending" | "Processing")) => Outcome::Open,
        _ => return None,
    };
    Some(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_failed_in_its_own_words() {
        for (kind, status) in [
            (Kind::Workflow, "CRASHED"),
            (Kind::Action, "timeout"),
            (Kind::Audit, "failure"),
            (Kind::TaskSync, "Failed"),
            (Kind::WebhookEvent, "Failed"),
            (Kind::NlpParsing, "Failed"),
        ] {
            assert_eq!(outcome(kind, Some(status), None), Some(Outcome::Failed), "{kind:?}");
        }
        assert_eq!(outcome(Kind::Activity, None, Some("error")), Some(Outcome::Failed));
        assert_eq!(outcome(Kind::Activity, None, Some("read")), Some(Outcome::Ok));
    }

    #[test]
    fn a_status_of_another_kind_is_none() {
        assert_eq!(outcome(Kind::Workflow, Some("success"), None), None);
        assert_eq!(outcome(Kind::Workflow, None, None), None);
        assert_eq!(outcome(Kind::Activity, Some("SUCCESS"), None), None);
    }
}
