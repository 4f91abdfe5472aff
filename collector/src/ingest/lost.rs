//! What a record tells of records that never came: `sdk.lost`.

use std::collections::BTreeMap;

use epilogue::wire::MAX_IDENTIFIER_BYTES;
use serde::Deserialize;

use crate::fields::Fields;
use crate::store::Lost;

/// The reasons that producers have (`epilogue::Loss`); they become labels, so that nobody may add
/// to them.
const REASONS: [&str; 8] = [
    "queue_full",
    "too_large",
    "rejected",
    "unauthorized",
    "expired",
    "shutdown",
    "spool_full",
    "worker_gone",
];
/// What any other reason counts as.
const OTHER: &str = "other";
/// The largest figure that is believed: more than any process makes.
const MOST: u64 = 1_000_000_000_000;

#[derive(Deserialize)]
struct Sdk {
    instance: String,
    lost: BTreeMap<String, u64>,
}

/// What the producer's process has lost so far. A record is not refused for how it tells that: what
/// is not as the contract has it tells nothing.
pub(super) fn told(fields: &Fields<'_>) -> Option<Lost> {
    let sdk = fields.get("sdk")?.get();
    if !sdk.contains("\"lost\"") {
        return None;
    }
    let Sdk { instance, lost } = serde_json::from_str(sdk).ok()?;
    if instance.is_empty() || instance.len() > MAX_IDENTIFIER_BYTES {
        return None;
    }
    let mut records = BTreeMap::<String, u64>::new();
    for (reason, figure) in lost {
        let reason = REASONS.into_iter().find(|own| *own == reason).unwrap_or(OTHER);
        let sum = records.entry(reason.to_owned()).or_default();
        *sum = sum.saturating_add(figure).min(MOST);
    }
    Some(Lost { instance, records })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_by(sdk: &str) -> Option<BTreeMap<String, u64>> {
        let record = format!("{{\"sdk\": {sdk}}}");
        told(&serde_json::from_str(&record).unwrap()).map(|lost| lost.records)
    }

    #[test]
    fn reasons_of_its_own_are_one() {
        let told = told_by(r#"{"instance": "i", "lost": {"expired": 2, "a": 3, "b": 4}}"#).unwrap();
        assert_eq!(told, [("expired".to_owned(), 2), ("other".to_owned(), 7)].into());
        let most = told_by(r#"{"instance": "i", "lost": {"a": 18446744073709551615, "b": 1}}"#);
        assert_eq!(most.unwrap()["other"], MOST);
    }

    #[test]
    fn every_reason_of_the_sdk_is_known() {
        assert!(epilogue::Loss::ALL.iter().all(|loss| REASONS.contains(&loss.as_str())));
    }

    #[test]
    fn what_is_not_as_it_should_be_tells_nothing() {
        for odd in [
            r#""lost""#,
            r#"{"lost": {"a": 1}}"#,
            r#"{"instance": "", "lost": {"a": 1}}"#,
            r#"{"instance": "i", "lost": {"a": -1}}"#,
            r#"{"instance": "i", "lost": 7}"#,
        ] {
            assert_eq!(told_by(odd), None, "{odd}");
        }
    }
}
