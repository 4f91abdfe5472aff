//! Finding personal data and secrets in a text.
//!
//! A fast pass tells the regions in which anything can be; each detector goes through the
//! candidates of a region and reads as much around them as it needs.
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

use std::ops::Range;

use self::name::Lines;
use super::entity::Entity;
use super::fold::{Folded, fold};
use super::pack::Packs;
use super::placeholder;
use super::scan::{Families, MAX_SHORT, Region, Told, look_at_short, scan};

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
/// over the text, so the whole stays linear; a piece in which it still finds something is removed.
const MAX_ROUNDS: u8 = 6;

/// The search of one text after another, in buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Search {
    packs: Packs,
    findings: Vec<Finding>,
    regions: Vec<Region>,
}

/// A part of the text between placeholders and findings.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    /// Where it begins in the whole text.
    at: usize,
    round: u8,
}

/// Whether nothing personal stands in `text` by its form.
pub(crate) fn is_clean(text: &str) -> bool {
    let mut search = Search::default();
    search.find_unfolded(text);
    search.findings.is_empty()
}

/// What the decimal text of a number is: a card number, if it is one by issuer, length and check
/// digit, or nothing.
pub(crate) fn number(text: &str) -> Option<Entity> {
    card::is_card_number(text).then_some(Entity::Card)
}

impl Search {
    /// A search that also finds the identifiers of these countries.
    pub(crate) fn new(packs: Packs) -> Self {
        Self { packs, ..Self::default() }
    }

    /// What was found last, in order of start and without overlaps.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(crate) fn clear(&mut self) {
        self.findings.clear();
    }

    /// Finds what must be masked in any text.
    pub(crate) fn find_unfolded(&mut self, text: &str) {
        let folded = fold(text);
        self.find(folded.as_ref().map_or(text, Folded::text));
        if let Some(folded) = &folded {
            self.map_ranges(|start, end| folded.original(start, end));
        }
    }

    /// Finds what must be masked in a part of a text, what stands around it being masked.
    pub(crate) fn find_between(&mut self, text: &str, range: Range<usize>) {
        self.clear();
        let part = &text[range.clone()];
        let folded = fold(part);
        // Only the first part begins the text, as greetings do.
        let at = usize::from(range.start > 0);
        self.find_pieces(folded.as_ref().map_or(part, Folded::text), at);
        self.map_ranges(|start, end| {
            let (start, end) = (start - at, end - at);
            let (start, end) =
                folded.as_ref().map_or((start, end), |folded| folded.original(start, end));
            (range.start + start, range.start + end)
        });
    }

    /// Gives every finding another range: that of the text before it was folded. Two that met
    /// inside of one character, as `¼` is `1⁄4`, share it: the first has it.
    pub(crate) fn map_ranges(&mut self, map: impl Fn(usize, usize) -> (usize, usize)) {
        let mut end = 0;
        self.findings.retain_mut(|finding| {
            (finding.start, finding.end) = map(finding.start, finding.end);
            finding.start = finding.start.max(end);
            end = end.max(finding.end);
            finding.start < finding.end
        });
    }

    /// Finds what must be masked in `text`, which is in the form that [`fold`] gives it.
    pub(crate) fn find(&mut self, text: &str) {
        self.clear();
        if text.len() <= MAX_SHORT && look_at_short(text).is_prose {
            self.find_in_prose(text);
            return;
        }
        self.find_in_any(text);
    }

    /// The same for a text that is known to be no short prose.
    pub(crate) fn find_in_any(&mut self, text: &str) {
        self.clear();
        self.find_pieces(text, 0);
    }

    /// Searches what stands between the placeholders of a text that begins at `offset`.
    fn find_pieces(&mut self, text: &str, offset: usize) {
        let told = self.scan(text);
        let whole = Piece { text, at: offset, round: 0 };
        let mut at = 0;
        if told.has_bracket {
            while let Some((start, end)) = placeholder::next(text, at) {
                self.find_in(Piece { text: &text[at..start], at: offset + at, ..whole });
                at = end;
            }
        }
        if at == 0 {
            self.find_in_scanned(whole, told);
        } else {
            self.find_in(Piece { text: &text[at..], at: offset + at, ..whole });
        }
        self.findings.sort_unstable_by_key(|finding| finding.start);
    }

    fn scan(&mut self, text: &str) -> Told {
        self.regions.clear();
        scan(text, &mut self.regions)
    }

    /// The same for a text in which no detector has anything to look at.
    pub(crate) fn find_in_prose(&mut self, text: &str) {
        let lines = Lines { has_first: true, has_others: false };
        name::find(text, lines, &mut self.findings);
    }

    fn find_in(&mut self, piece: Piece<'_>) {
        let told = self.scan(piece.text);
        self.find_in_scanned(piece, told);
    }

    fn find_in_scanned(&mut self, piece: Piece<'_>, told: Told) {
        let first = self.findings.len();
        self.find_once(piece, told);
        let last = self.findings.len();
        if first == last {
            return;
        }
        if piece.round == MAX_ROUNDS {
            // There may be more, and nobody looks for it any more.
            self.findings.truncate(first);
            let end = piece.at + piece.text.len();
            self.findings.push(Finding::new(piece.at, end, Entity::Removed));
            return;
        }
        let mut at = piece.at;
        for i in first..last {
            let (start, end) = (self.findings[i].start, self.findings[i].end);
            self.find_in(piece.part(at, start));
            at = end;
        }
        self.find_in(piece.part(at, piece.at + piece.text.len()));
    }

    /// One search of one piece; its findings are sorted and do not overlap.
    fn find_once(&mut self, piece: Piece<'_>, told: Told) {
        let first = self.findings.len();
        let lines = Lines { has_first: piece.at == 0, has_others: told.has_lines };
        name::find(piece.text, lines, &mut self.findings);
        let families = told.families;
        if !families.is_empty() {
            secret::find_anywhere(piece.text, families, &mut self.findings);
            let mut done = 0;
            for region in &self.regions {
                done = find_around(piece.text, region, done, &mut self.findings);
            }
            if families.has(Families::DIGITS) {
                national::find(self.packs, piece.text, &mut self.findings);
            }
        }
        if self.findings.len() > first {
            precedence::settle(&mut self.findings, first);
            for finding in &mut self.findings[first..] {
                finding.start += piece.at;
                finding.end += piece.at;
            }
        }
    }
}

impl Piece<'_> {
    /// The part from `start` to `end`, both counted in the whole text.
    fn part(self, start: usize, end: usize) -> Self {
        let text = &self.text[start - self.at..end - self.at];
        Self { text, at: start, round: self.round + 1 }
    }
}

/// Every detector that has something to look at in a region; it may reach beyond it. Long runs are
/// looked at from `done` on; returns how far they were.
fn find_around(text: &str, region: &Region, done: usize, findings: &mut Vec<Finding>) -> usize {
    let Region { range, families } = region;
    if families.has(Families::AT) || families.has(Families::LONG) {
        email::find(text, range.clone(), findings);
    }
    if families.has(Families::NAME) {
        name::find_introductions(text, range.clone(), findings);
    }
    if families.has(Families::DIGITS) {
        digits::find(text, range.clone(), findings);
    }
    if families.has(Families::HEX_GROUPS) {
        mac::find(text, range.clone(), findings);
    }
    if families.has(Families::ASSIGNMENT) {
        ip::find_v6(text, range.clone(), findings);
    }
    secret::find(text, range.clone(), *families, findings);
    labelled::find(text, range.clone(), *families, findings);
    if families.has(Families::LONG) {
        runs::find(text, range.clone(), done, findings)
    } else {
        done
    }
}
