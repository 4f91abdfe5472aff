//! Masks texts and numbers, one at a time, by a policy and by what the record knows.

mod host;

use std::borrow::Cow;

use super::detect::national::{self, Kinds};
use super::detect::{self, Search};
use super::entity::Entity;
use super::escape::{write_bare, write_part, write_whole};
use super::fold::Folded;
use super::identities::{Identities, Occurrence};
use super::placeholder;
use super::policy::{Policy, Treatment};
use super::report::Report;
use super::scan::{MAX_SHORT, look_at_short};
use super::word::Key;

/// The shortest number that can be anybody's; a local phone number has seven digits.
const SHORTEST_PERSONAL_NUMBER: usize = 7;

/// How often what stands between masked parts is looked at again.
const MAX_LOOKS_BETWEEN: usize = 4;

/// So many hashes of one record are kept at a time; few enough to be looked through.
const REMEMBERED_HASHES: usize = 16;

/// Masks texts by one policy, knowing one record's identities.
#[derive(Debug)]
pub(crate) struct Masker<'a> {
    policy: &'a Policy,
    identities: &'a Identities,
    report: Report,
    search: Search,
    folded: Folded,
    occurrences: Vec<Occurrence<'a>>,
    spans: Vec<Span<'a>>,
    hashes: Vec<Hashed>,
}

/// A part of a text and what stands in its place.
#[derive(Debug)]
struct Span<'a> {
    start: usize,
    end: usize,
    entity: Entity,
    placeholder: Cow<'a, str>,
}

/// A placeholder that was worked out before: one record tells the same address again and again.
#[derive(Debug)]
struct Hashed {
    entity: Entity,
    value: String,
    placeholder: String,
}

/// A part of a masked text.
enum Part<'t> {
    Kept(&'t str),
    Placeholder(&'t str),
}

impl<'t> Part<'t> {
    fn text(&self) -> &'t str {
        match self {
            Self::Kept(text) | Self::Placeholder(text) => text,
        }
    }
}

impl<'a> Masker<'a> {
    pub(crate) fn new(policy: &'a Policy, identities: &'a Identities) -> Self {
        Self {
            policy,
            identities,
            report: Report::default(),
            search: Search::new(policy.packs()),
            folded: Folded::default(),
            occurrences: Vec::new(),
            spans: Vec::new(),
            hashes: Vec::new(),
        }
    }

    pub(crate) fn report(&self) -> Report {
        self.report
    }

    /// Forgets what was counted since: it is not written.
    pub(super) fn rewind(&mut self, report: Report) {
        self.report = report;
    }

    /// Counts what was masked without a text to look at.
    pub(super) fn count(&mut self, entity: Entity) {
        self.report.add(entity);
    }

    /// Masked once; see [`Masker::text`].
    fn text_once(&mut self, text: &str) -> Option<String> {
        self.look(text);
        if self.spans.is_empty() {
            return None;
        }
        let mut masked = String::with_capacity(text.len());
        let end = self.replace(text, |part| masked.push_str(part.text()));
        masked.push_str(&text[end..]);
        Some(masked)
    }

    /// Writes the text as a JSON string, with everything personal replaced.
    pub(super) fn write_text(&mut self, text: &str, out: &mut Vec<u8>) {
        if self.policy.texts().is_some() {
            let masked = self.text(text);
            write_whole(masked.as_deref().unwrap_or(text), out);
            return;
        }
        let is_bare = self.look(text);
        if self.spans.is_empty() {
            if is_bare {
                write_bare(text, out);
            } else {
                write_whole(text, out);
            }
            return;
        }
        out.push(b'"');
        let end = self.replace(text, |part| match part {
            Part::Kept(text) => write_part(text, out),
            Part::Placeholder(text) => out.extend_from_slice(text.as_bytes()),
        });
        write_part(&text[end..], out);
        out.push(b'"');
    }

    /// Gives `take` what is kept and what stands in the place of the rest, up to the end of the
    /// last replacement, which it returns.
    fn replace(&mut self, text: &str, mut take: impl FnMut(Part<'_>)) -> usize {
        let mut at = 0;
        for span in self.spans.drain(..) {
            take(Part::Kept(&text[at..span.start]));
            take(Part::Placeholder(&span.placeholder));
            self.report.add(span.entity);
            at = span.end;
        }
        at
    }

    /// Whether this word, or what begins with it, may be something that the record knows.
    pub(super) fn may_know(&self, word: Key) -> bool {
        self.identities.may_be(word)
    }

    /// The key masked, of which only the record's identities are left to be looked for.
    pub(super) fn plain_key(&mut self, key: &str) -> Option<String> {
        if self.identities.is_empty() {
            return None;
        }
        self.clear();
        if !key.is_ascii() {
            return self.text(key);
        }
        self.identities.find(key, &mut self.occurrences);
        if self.occurrences.is_empty() { None } else { self.text(key) }
    }

    /// An identifier: kept, or hashed whole where it holds something personal, so that no two
    /// become one.
    pub(crate) fn identifier(&mut self, text: &str) -> Option<String> {
        if placeholder::is_whole(text) {
            return None;
        }
        self.look(text);
        let entity = self.spans.first()?.entity;
        self.spans.clear();
        self.report.add(entity);
        Some(self.policy.hashed(entity, text))
    }

    /// A text whose place says what it is; `None` where it is left as it is.
    pub(super) fn placed(&mut self, treatment: Treatment, text: &str) -> Option<String> {
        let entity = match treatment {
            Treatment::Keep => return None,
            Treatment::Scan => return self.text(text),
            Treatment::National(kinds) => return self.national(kinds, text),
            _ if text.trim().is_empty() => return None,
            // What was removed before is not counted again.
            _ if text == "[REMOVED]" => return None,
            Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Drop => Entity::Removed,
            _ if placeholder::is_whole(text) => return None,
            Treatment::Length => Entity::Blob,
            // What was masked already says nothing about the rest.
            _ => match entity_at(treatment, &placeholder::outside(text)) {
                Some(entity) => entity,
                None => return self.text(text),
            },
        };
        self.report.add(entity);
        let subject = self.subject(entity, text);
        Some(placeholder_for(self.policy, &mut self.hashes, entity, "", subject))
    }

    /// The national identifier that a field's name promises; what is none is a text like any other.
    fn national(&mut self, kinds: Kinds, text: &str) -> Option<String> {
        match kinds.country_of(text) {
            Some(country) => Some(self.country(country)),
            None => self.text(text),
        }
    }

    fn country(&mut self, country: &str) -> String {
        self.report.add(Entity::National);
        self.policy.placeholder(Entity::National, country, "")
    }

    /// What of a text is hashed: the address alone of `Maria <maria@example.com>`, so that it
    /// has one hash wherever it stands.
    fn subject<'t>(&mut self, entity: Entity, text: &'t str) -> &'t str {
        if entity != Entity::Email {
            return text;
        }
        self.search.find_unfolded(text);
        let mut emails = self.search.findings().iter().filter(|f| f.entity == entity);
        match (emails.next(), emails.next()) {
            (Some(email), None) => &text[email.start..email.end],
            _ => text,
        }
    }

    /// A number, where it has to go.
    pub(super) fn number(&mut self, treatment: Treatment, text: &str) -> Option<String> {
        if let Some(country) = self.country_of_number(treatment, text) {
            return Some(self.country(country));
        }
        let entity = match treatment {
            Treatment::Keep => return None,
            Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Drop => {
                Some(Entity::Removed)
            }
            Treatment::Length => Some(Entity::Blob),
            Treatment::Id => Some(Entity::Id),
            _ if text.len() < SHORTEST_PERSONAL_NUMBER && treatment != Treatment::Ssn => None,
            Treatment::Scan | Treatment::Name | Treatment::Email | Treatment::National(_) => None,
            _ => entity_at(treatment, text),
        };
        let entity = match entity {
            Some(entity) if treatment.hides_all() => entity,
            entity => {
                let found = entity.or_else(|| self.bare_number(text));
                self.number_by_host(text, found)?
            }
        };
        self.report.add(entity);
        Some(self.policy.placeholder(entity, "", text))
    }

    fn country_of_number(&self, treatment: Treatment, text: &str) -> Option<&'static str> {
        match treatment {
            _ if text.len() < SHORTEST_PERSONAL_NUMBER => None,
            Treatment::Scan => national::number(self.policy.packs(), text),
            Treatment::National(kinds) => kinds.country_of_number(text),
            _ => None,
        }
    }

    fn bare_number(&mut self, text: &str) -> Option<Entity> {
        if text.len() < SHORTEST_PERSONAL_NUMBER {
            return None;
        }
        detect::number(text).or_else(|| {
            self.occurrences.clear();
            self.identities.find(text, &mut self.occurrences);
            self.occurrences.first().map(Occurrence::entity)
        })
    }

    fn clear(&mut self) {
        self.search.clear();
        self.occurrences.clear();
        self.spans.clear();
    }

    /// Fills `spans` with what the detectors and the record's names tell, in order, none over
    /// another. Tells whether the text is known to stand in JSON as it is.
    fn look_by_default(&mut self, text: &str) -> bool {
        self.clear();
        if text.len() <= MAX_SHORT {
            let short = look_at_short(text);
            if short.is_prose {
                self.look_at_prose(text);
            } else {
                self.look_closely(text);
            }
            return short.is_bare;
        }
        self.look_closely(text);
        false
    }

    /// The same for a short text that no detector has anything to look at.
    fn look_at_prose(&mut self, text: &str) {
        self.search.find_in_prose(text);
        self.identities.find(text, &mut self.occurrences);
        self.add_findings(text);
        if self.add_occurrences(text) {
            self.look_between(text);
        }
    }

    fn look_closely(&mut self, text: &str) {
        // Out of the way while everything else is at work.
        let mut folded = std::mem::take(&mut self.folded);
        let is_folded = folded.refill(text);
        let searched = if is_folded { folded.text() } else { text };
        if is_folded {
            self.search.find(searched);
        } else {
            self.search.find_in_any(searched);
        }
        self.identities.find(searched, &mut self.occurrences);
        if is_folded {
            self.search.map_ranges(|start, end| folded.original(start, end));
            for occurrence in &mut self.occurrences {
                (occurrence.start, occurrence.end) =
                    folded.original(occurrence.start, occurrence.end);
            }
        }
        self.folded = folded;
        self.add_findings(text);
        let is_beside = self.add_occurrences(text);
        // A finding may have been widened to whole characters, and left others beside it.
        if is_beside || (is_folded && !self.spans.is_empty()) {
            self.look_between(text);
        }
    }

    fn add_findings(&mut self, text: &str) {
        for finding in self.search.findings() {
            let value = &text[finding.start..finding.end];
            let placeholder = placeholder_for(
                self.policy,
                &mut self.hashes,
                finding.entity,
                finding.detail,
                value,
            );
            self.spans.push(Span {
                start: finding.start,
                end: finding.end,
                entity: finding.entity,
                placeholder: Cow::Owned(placeholder),
            });
        }
    }

    /// Adds what the record knows, and tells whether something stands right beside it.
    fn add_occurrences(&mut self, text: &str) -> bool {
        if self.occurrences.is_empty() {
            return false;
        }
        let is_beside = self.occurrences.iter().any(|occurrence| occurrence.touches(text));
        let masked_before: Vec<_> = placeholders(text).collect();
        for occurrence in &self.occurrences {
            let behind = masked_before.partition_point(|(_, end)| *end <= occurrence.start);
            let is_masked =
                masked_before.get(behind).is_some_and(|(start, _)| *start < occurrence.end);
            if !is_masked {
                self.spans.push(Span {
                    start: occurrence.start,
                    end: occurrence.end,
                    entity: occurrence.entity(),
                    placeholder: Cow::Borrowed(occurrence.placeholder(self.policy)),
                });
            }
        }
        separate(&mut self.spans);
        is_beside
    }

    /// What stands beside a name may be something only without it: `Zora-4111 1111 1111 1111`. A
    /// text that never comes to rest is removed.
    fn look_between(&mut self, text: &str) {
        for _ in 0..MAX_LOOKS_BETWEEN {
            let before = self.spans.len();
            let ends = self.spans.iter().map(|span| span.end);
            let starts = self.spans.iter().map(|span| span.start).chain([text.len()]);
            let gaps: Vec<_> = [0].into_iter().chain(ends).zip(starts).collect();
            for (start, end) in gaps {
                self.search.find_between(text, start..end);
                self.add_findings(text);
            }
            if self.spans.len() == before {
                return;
            }
            separate(&mut self.spans);
        }
        let placeholder = Cow::Owned(self.policy.placeholder(Entity::Removed, "", text));
        self.spans.clear();
        self.spans.push(Span { start: 0, end: text.len(), entity: Entity::Removed, placeholder });
    }
}

/// The placeholder for a value; a hash is not worked out twice.
fn placeholder_for(
    policy: &Policy,
    hashes: &mut Vec<Hashed>,
    entity: Entity,
    detail: &str,
    value: &str,
) -> String {
    if !entity.is_hashed() {
        return policy.placeholder(entity, detail, value);
    }
    let known = hashes.iter().find(|known| known.entity == entity && known.value == value);
    if let Some(known) = known {
        return known.placeholder.clone();
    }
    let placeholder = policy.placeholder(entity, detail, value);
    if hashes.len() == REMEMBERED_HASHES {
        hashes.clear();
    }
    hashes.push(Hashed { entity, value: value.to_owned(), placeholder: placeholder.clone() });
    placeholder
}

fn placeholders(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let found = placeholder::next(text, from)?;
        from = found.1;
        Some(found)
    })
}

/// Orders the spans and takes out what another covers; of two that overlap the first keeps its
/// place, and what the other reaches beyond it is masked all the same.
fn separate(spans: &mut Vec<Span<'_>>) {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), span.entity));
    let mut end = 0;
    spans.retain_mut(|span| {
        span.start = span.start.max(end);
        let is_left = span.start < span.end;
        end = end.max(span.end);
        is_left
    });
}

/// What a text is by its place, where it can be that at all.
fn entity_at(treatment: Treatment, text: &str) -> Option<Entity> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match treatment {
        Treatment::Name => text.chars().any(char::is_alphabetic).then_some(Entity::Name),
        Treatment::Email => text.contains('@').then_some(Entity::Email),
        Treatment::Phone => (digits >= 4).then_some(Entity::Phone),
        Treatment::Card => (digits >= 8).then_some(Entity::Card),
        Treatment::Ssn => (digits >= 4).then_some(Entity::Ssn),
        Treatment::Iban => (digits >= 6).then_some(Entity::Iban),
        Treatment::Ip => text.contains(['.', ':']).then_some(Entity::Ip),
        Treatment::UserName | Treatment::Id => Some(Entity::Id),
        Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Drop => Some(Entity::Removed),
        Treatment::Length => Some(Entity::Blob),
        Treatment::Scan | Treatment::Keep | Treatment::National(_) => None,
    }
}
