//! Masks texts and numbers, one at a time, by a policy and by what the record knows.

mod host;

use super::detect::{self, Finding};
use super::entity::Entity;
use super::identities::{Identities, Occurrence};
use super::placeholder;
use super::policy::{Policy, Treatment};
use super::report::Report;

/// The shortest number that can be anybody's; a local phone number has seven digits.
const SHORTEST_PERSONAL_NUMBER: usize = 7;

/// Masks texts by one policy, knowing one record's identities.
#[derive(Debug)]
pub(crate) struct Masker<'a> {
    policy: &'a Policy,
    identities: &'a Identities,
    report: Report,
    findings: Vec<Finding>,
    occurrences: Vec<Occurrence<'a>>,
    spans: Vec<Span>,
}

/// A part of a text and what stands in its place.
#[derive(Debug)]
struct Span {
    start: usize,
    end: usize,
    entity: Entity,
    placeholder: String,
}

impl<'a> Masker<'a> {
    pub(crate) fn new(policy: &'a Policy, identities: &'a Identities) -> Self {
        Self {
            policy,
            identities,
            report: Report::default(),
            findings: Vec::new(),
            occurrences: Vec::new(),
            spans: Vec::new(),
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
        let mut at = 0;
        for span in self.spans.drain(..) {
            masked.push_str(&text[at..span.start]);
            masked.push_str(&span.placeholder);
            self.report.add(span.entity);
            at = span.end;
        }
        masked.push_str(&text[at..]);
        Some(masked)
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
            _ if text.trim().is_empty() => return None,
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
        Some(self.policy.placeholder(entity, "", self.subject(entity, text)))
    }

    /// What of a text is hashed: the address alone of `Maria <maria@example.com>`, so that it
    /// has one hash wherever it stands.
    fn subject<'t>(&mut self, entity: Entity, text: &'t str) -> &'t str {
        if entity != Entity::Email {
            return text;
        }
        self.findings.clear();
        detect::find(text, &mut self.findings);
        let mut emails = self.findings.iter().filter(|f| f.entity == entity);
        match (emails.next(), emails.next()) {
            (Some(email), None) => &text[email.start..email.end],
            _ => text,
        }
    }

    /// A number, where it has to go.
    pub(super) fn number(&mut self, treatment: Treatment, text: &str) -> Option<String> {
        let entity = match treatment {
            Treatment::Keep => return None,
            Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Drop => {
                Some(Entity::Removed)
            }
            Treatment::Length => Some(Entity::Blob),
            _ if text.len() < SHORTEST_PERSONAL_NUMBER && treatment != Treatment::Ssn => None,
            Treatment::Scan | Treatment::Name | Treatment::Email => None,
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

    fn bare_number(&mut self, text: &str) -> Option<Entity> {
        if text.len() < SHORTEST_PERSONAL_NUMBER {
            return None;
        }
        detect::number(text).or_else(|| {
            self.occurrences.clear();
            self.identities.find(text, &mut self.occurrences);
            self.occurrences.first().map(|occurrence| occurrence.entity)
        })
    }

    /// Fills `spans` with what the detectors and the record's names tell, in order, none over
    /// another.
    fn look_by_default(&mut self, text: &str) {
        self.findings.clear();
        self.occurrences.clear();
        self.spans.clear();
        detect::find(text, &mut self.findings);
        self.identities.find(text, &mut self.occurrences);
        if self.findings.is_empty() && self.occurrences.is_empty() {
            return;
        }
        for finding in &self.findings {
            let value = &text[finding.start..finding.end];
            self.spans.push(Span {
                start: finding.start,
                end: finding.end,
                entity: finding.entity,
                placeholder: self.policy.placeholder(finding.entity, finding.detail, value),
            });
        }
        if !self.occurrences.is_empty() {
            self.add_occurrences(text);
        }
    }

    fn add_occurrences(&mut self, text: &str) {
        let masked_before: Vec<_> = placeholders(text).collect();
        for occurrence in &self.occurrences {
            let behind = masked_before.partition_point(|(_, end)| *end <= occurrence.start);
            let is_masked =
                masked_before.get(behind).is_some_and(|(start, _)| *start < occurrence.end);
            if !is_masked {
                let entity = occurrence.entity;
                self.spans.push(Span {
                    start: occurrence.start,
                    end: occurrence.end,
                    entity,
                    placeholder: self.policy.placeholder(entity, "", occurrence.value),
                });
            }
        }
        separate(&mut self.spans);
    }
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
fn separate(spans: &mut Vec<Span>) {
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
        Treatment::Scan | Treatment::Keep => None,
    }
}
