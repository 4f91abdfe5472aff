//! Which finding stays when two overlap.
//!
//! A blob wins over all, then a secret, whatever is inside it; then the formats with a checksum
//! (IBAN, card), then addresses by their form, the national identifiers of a pack, and last the
//! ones told by their surroundings. Of
//! two of a kind the longer stays, so nothing of it is left behind; what a dropped finding held
//! beside the other is searched again.

use super::super::entity::Entity;
use super::Finding;

/// Sorts the findings from `first` on and drops the weaker of each two that overlap.
pub(super) fn settle(findings: &mut Vec<Finding>, first: usize) {
    findings[first..].sort_unstable_by_key(|f| (f.start, f.end, rank(f), f.detail));
    let mut kept = first;
    for i in first..findings.len() {
        let next = findings[i];
        if kept == first || findings[kept - 1].end <= next.start {
            findings[kept] = next;
            kept += 1;
        } else if wins(&next, &findings[kept - 1]) {
            findings[kept - 1] = next;
        }
    }
    findings.truncate(kept);
}

fn wins(one: &Finding, other: &Finding) -> bool {
    let key = |f: &Finding| (rank(f), std::cmp::Reverse(f.end - f.start), is_generic(f));
    key(one) < key(other)
}

fn rank(finding: &Finding) -> u8 {
    match finding.entity {
        Entity::Blob => 0,
        Entity::Secret => 1,
        Entity::Iban => 2,
        Entity::Card => 3,
        Entity::Email => 4,
        Entity::Ip | Entity::Mac => 5,
        Entity::National => 6,
        Entity::Ssn => 7,
        Entity::Phone => 8,
        _ => 9,
    }
}

/// A kind that tells less than the name of a provider.
fn is_generic(finding: &Finding) -> bool {
    matches!(finding.detail, "password" | "secret" | "token" | "key" | "credential")
}
