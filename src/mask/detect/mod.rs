//! Finding personal data and secrets in a text.
//!
//! A text is cut at the placeholders it already holds, and each piece is searched by itself, so
//! no detector reads inside or across a placeholder. What stands between two findings is searched
//! once more in the same way: then masking a masked text finds nothing new.

mod blob;
mod boundary;
mod card;
mod digits;
mod email;
mod field;
mod iban;
mod ip;
mod labelled;
mod mac;
mod name;
pub(super) mod national;
mod pair;
mod phone;
mod precedence;
#[cfg(test)]
mod properties;
mod runs;
pub(super) mod secret;
mod ssn;

use super::entity::Entity;
use super::fold;
use super::pack::Packs;
use super::placeholder;
use super::scan::{Families, scan};

/// Something to be masked: a byte range of the original text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) entity: Entity,
    /// The kind of a secret, such as `aws`, or the country of a national identifier; empty for all
    /// else.
    pub(crate) detail: &'static str,
}

impl Finding {
    fn new(start: usize, end: usize, entity: Entity) -> Self {
        Self { start, end, entity, detail: "" }
    }

    fn secret(start: usize, end: usize, kind: &'static str) -> Self {
        Self { start, end, entity: Entity::Secret, detail: kind }
    }

    fn national(start: usize, end: usize, country: &'static str) -> Self {
        Self { start, end, entity: Entity::National, detail: country }
    }
}

/// How often what stands between findings is searched again. Each time costs at most one pass
/// over the text, so the whole stays linear.
const MAX_ROUNDS: u8 = 6;

/// A part of the text between placeholders and findings.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    /// Where it begins in the whole text.
    at: usize,
    round: u8,
    packs: Packs,
}

/// Appends what must be masked in `text` to `findings`, in order of start and without overlaps.
pub(crate) fn find(packs: Packs, text: &str, findings: &mut Vec<Finding>) {
    if is_plain_word(text.as_bytes()) {
        return;
    }
    let first = findings.len();
    let mut at = 0;
    while let Some((start, end)) = placeholder::next(text, at) {
        find_in(Piece { text: &text[at..start], at, round: 0, packs }, findings);
        at = end;
    }
    find_in(Piece { text: &text[at..], at, round: 0, packs }, findings);
    findings[first..].sort_unstable_by_key(|finding| finding.start);
}

/// One short word, as most field names and states are: nothing is told by its form that has fewer
/// than four digits and fewer than 14 characters, as `aabb.ccdd.eeff` has.
fn is_plain_word(bytes: &[u8]) -> bool {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    bytes.len() < 14
        && bytes.iter().all(is_plain)
        && bytes.iter().filter(|b| b.is_ascii_digit()).count() < 4
}

/// What the decimal text of a number is: a card number, if it is one by issuer, length and check
/// digit, or nothing.
pub(crate) fn number(text: &str) -> Option<Entity> {
    card::is_card_number(text).then_some(Entity::Card)
}

fn find_in(piece: Piece<'_>, findings: &mut Vec<Finding>) {
    let first = findings.len();
    find_once(piece, findings);
    let last = findings.len();
    if first == last || piece.round == MAX_ROUNDS {
        return;
    }
    let mut at = piece.at;
    for i in first..last {
        let (start, end) = (findings[i].start, findings[i].end);
        find_in(piece.part(at, start), findings);
        at = end;
    }
    find_in(piece.part(at, piece.at + piece.text.len()), findings);
}

impl Piece<'_> {
    /// The part from `start` to `end`, both counted in the whole text.
    fn part(self, start: usize, end: usize) -> Self {
        let text = &self.text[start - self.at..end - self.at];
        Self { text, at: start, round: self.round + 1, ..self }
    }
}

/// One search of one piece; its findings are sorted and do not overlap.
fn find_once(piece: Piece<'_>, findings: &mut Vec<Finding>) {
    if piece.text.is_empty() {
        return;
    }
    let first = findings.len();
    let families = scan(piece.text);
    let folded = if families.has(Families::NON_ASCII) { fold::fold(piece.text) } else { None };
    match &folded {
        Some(folded) => detect(folded.text(), scan(folded.text()), piece.at == 0, findings),
        None => detect(piece.text, families, piece.at == 0, findings),
    }
    if families.has(Families::DIGITS) || folded.is_some() {
        national::find(piece.packs, folded.as_ref().map_or(piece.text, |f| f.text()), findings);
    }
    if let Some(folded) = &folded {
        for finding in &mut findings[first..] {
            (finding.start, finding.end) = folded.original(finding.start, finding.end);
        }
    }
    precedence::settle(findings, first);
    for finding in &mut findings[first..] {
        finding.start += piece.at;
        finding.end += piece.at;
    }
}

/// Every detector that has something to look at.
fn detect(text: &str, families: Families, begins_text: bool, findings: &mut Vec<Finding>) {
    name::find(text, begins_text, families.has(Families::LINES), findings);
    if families.is_empty() {
        return;
    }
    if families.has(Families::AT) || families.has(Families::LONG) {
        email::find(text, findings);
    }
    if families.has(Families::DIGITS) {
        digits::find(text, findings);
    }
    if families.has(Families::DIGITS) || families.has(Families::HEX_GROUPS) {
        ip::find_v6(text, findings);
    }
    if families.has(Families::HEX_GROUPS) {
        mac::find(text, findings);
    }
    if families.has(Families::LONG) {
        runs::find(text, findings);
    }
    secret::find(text, families, findings);
    labelled::find(text, families, findings);
}
