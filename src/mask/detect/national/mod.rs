//! National identifiers: the numbers by which a country knows its people, in packs that a policy
//! switches on.
//!
//! A number is found where its letters and digits stand in one of its forms, its checksum is right
//! and either nothing else looks like it or a word beside it tells what it is. Under a field of
//! such a name the form is enough: a number with a slip of the pen is somebody's all the same.
//!
//! Without a pack nothing is looked at. With some, one pass over the runs of digits tries the
//! forms whose first group is as long as the run.

mod australia;
mod austria;
mod belgium;
mod brazil;
mod canada;
mod checksum;
mod china;
mod czechia;
mod date;
mod denmark;
mod finland;
mod form;
mod france;
mod germany;
mod india;
mod israel;
mod italy;
mod japan;
mod mexico;
mod netherlands;
mod norway;
mod poland;
mod portugal;
#[cfg(test)]
mod properties;
mod singapore;
mod south_africa;
mod south_korea;
mod spain;
mod sweden;
mod switzerland;
mod united_kingdom;
mod united_states;
mod words;

use std::sync::LazyLock;

use super::super::pack::{Pack, Packs};
use super::Finding;
use super::boundary::is_word_start;
use form::{MAX_LEN, Written};

/// One kind of number that a country gives out.
struct Number {
    pack: Pack,
    /// As the pack tells it in what it finds.
    name: &'static str,
    /// How it is written, as [`form::read`] reads it.
    forms: &'static [&'static str],
    /// What may stand between its groups.
    separators: &'static [u8],
    /// Whether letters and digits of such a form can be such a number, by their checksum if they
    /// have one.
    check: fn(&[u8]) -> bool,
    alone: Alone,
    /// What tells it beside a number or as the name of a field, in small letters.
    words: &'static [&'static str],
}

/// Where a number is found without a word beside it.
enum Alone {
    /// Nowhere.
    Never,
    /// In groups with these signs between them.
    With(&'static [u8]),
    /// Written in capital letters.
    Capital,
    /// Everywhere.
    Always,
}

/// The tables of all countries.
static COUNTRIES: [&[Number]; 29] = [
    australia::NUMBERS,
    austria::NUMBERS,
    belgium::NUMBERS,
    brazil::NUMBERS,
    canada::NUMBERS,
    china::NUMBERS,
    czechia::NUMBERS,
    czechia::SLOVAK_NUMBERS,
    denmark::NUMBERS,
    finland::NUMBERS,
    france::NUMBERS,
    germany::NUMBERS,
    india::NUMBERS,
    israel::NUMBERS,
    italy::NUMBERS,
    japan::NUMBERS,
    mexico::NUMBERS,
    netherlands::NUMBERS,
    norway::NUMBERS,
    poland::NUMBERS,
    portugal::NUMBERS,
    singapore::NUMBERS,
    south_africa::NUMBERS,
    south_korea::NUMBERS,
    spain::NUMBERS,
    sweden::NUMBERS,
    switzerland::NUMBERS,
    united_kingdom::NUMBERS,
    united_states::NUMBERS,
];

/// Every number, in the order that [`Kinds`] counts them.
fn numbers() -> &'static [&'static Number] {
    static NUMBERS: LazyLock<Vec<&'static Number>> =
        LazyLock::new(|| COUNTRIES.iter().copied().flatten().collect());
    &NUMBERS
}

/// A form of the number of this place.
type Form = (usize, &'static str);

/// The forms whose first group has this many letters and digits.
fn forms(first_group: usize) -> &'static [Form] {
    static FORMS: LazyLock<[Vec<Form>; MAX_LEN + 1]> = LazyLock::new(|| {
        let mut forms = [const { Vec::new() }; MAX_LEN + 1];
        for (kind, number) in numbers().iter().enumerate() {
            for form in number.forms {
                forms[form::run_len(form.as_bytes().iter())].push((kind, *form));
            }
        }
        forms
    });
    FORMS.get(first_group).map_or(&[], Vec::as_slice)
}

/// A set of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Kinds(u64);

impl Kinds {
    const ALL: Self = Self(u64::MAX);

    const fn one(kind: usize) -> Self {
        Self(1 << kind)
    }

    fn add(&mut self, kind: usize) {
        self.0 |= 1 << kind;
    }

    fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    const fn has(self, kind: usize) -> bool {
        self.0 & (1 << kind) != 0
    }

    fn of<'n>(self, numbers: &'n [&'static Number]) -> impl Iterator<Item = &'static Number> + 'n {
        numbers.iter().enumerate().filter(move |(kind, _)| self.has(*kind)).map(|(_, n)| *n)
    }

    /// The numbers of the packs that a field of this name holds, if it holds any.
    pub(crate) fn named(packs: Packs, name: &str) -> Option<Self> {
        if packs.is_empty() {
            return None;
        }
        let named = words::in_name(name);
        let mut kinds = Self::default();
        for (kind, number) in numbers().iter().enumerate() {
            if named.has(kind) && packs.has(number.pack) {
                kinds.add(kind);
            }
        }
        (kinds != Self::default()).then_some(kinds)
    }

    /// The country whose number the whole of a field's text is, by its form. The checksum only
    /// decides between two of them.
    pub(crate) fn country_of(self, text: &str) -> Option<&'static str> {
        let bytes = text.trim().as_bytes();
        let fits = |number: &&'static Number| number.whole(bytes).is_some();
        let is_right = |number: &&'static Number| number.whole(bytes) == Some(true);
        let number = self.of(numbers()).find(is_right).or_else(|| self.of(numbers()).find(fits))?;
        Some(number.pack.code())
    }

    /// The same for a field's number, which has lost the zeros before it.
    pub(crate) fn country_of_number(self, text: &str) -> Option<&'static str> {
        const LOST_ZEROS: [&str; 4] = ["", "0", "00", "000"];
        LOST_ZEROS.iter().find_map(|zeros| self.country_of(&format!("{zeros}{text}")))
    }
}

impl Number {
    /// Whether the whole is one of this number's forms, and then whether its checksum is right.
    fn whole(&self, bytes: &[u8]) -> Option<bool> {
        let read = |form: &&str| form::read(bytes, 0, form, self.separators);
        let mut written = self.forms.iter().filter_map(read).filter(|w| w.end == bytes.len());
        let first = written.next()?;
        Some((self.check)(first.characters()) || written.any(|w| (self.check)(w.characters())))
    }

    fn stands_alone(&self, written: &[u8]) -> bool {
        match self.alone {
            Alone::Never => false,
            Alone::Always => true,
            Alone::Capital => !written.iter().any(u8::is_ascii_lowercase),
            Alone::With(signs) => {
                let mut used = written.iter().filter(|b| !b.is_ascii_alphanumeric()).peekable();
                used.peek().is_some() && used.all(|sign| signs.contains(sign))
            }
        }
    }
}

/// What a pack finds.
pub(crate) fn names(pack: Pack) -> Vec<&'static str> {
    let mut names: Vec<_> = numbers().iter().filter(|n| n.pack == pack).map(|n| n.name).collect();
    names.dedup();
    names
}

/// Whether this is the code of a country that has a pack.
pub(crate) fn is_country(code: &[u8]) -> bool {
    Pack::ALL.iter().any(|pack| pack.code().as_bytes() == code)
}

/// The country whose number the decimal text of a bare number is, if nothing else looks like it.
pub(crate) fn number(packs: Packs, text: &str) -> Option<&'static str> {
    if packs.is_empty() {
        return None;
    }
    let is_found = |number: &&&Number| {
        packs.has(number.pack)
            && number.stands_alone(text.as_bytes())
            && number.whole(text.as_bytes()) == Some(true)
    };
    numbers().iter().find(is_found).map(|number| number.pack.code())
}

/// Appends the numbers of the packs in `text`.
pub(super) fn find(packs: Packs, text: &str, findings: &mut Vec<Finding>) {
    if packs.is_empty() {
        return;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let (start, end) = run_around(bytes, at, at + offset);
        let found = letters_before(bytes, at, start)
            .and_then(|start| find_at(packs, text, start))
            .or_else(|| find_at(packs, text, start));
        at = found.map_or(end, |finding| finding.end);
        findings.extend(found);
    }
}

/// The letters and digits around the digit at `at`, from `from` on.
fn run_around(bytes: &[u8], from: usize, at: usize) -> (usize, usize) {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric();
    let before = bytes[from..at].iter().rev().take_while(is_part).count();
    let behind = bytes[at..].iter().take_while(is_part).count();
    (at - before, at + behind)
}

/// Where a number begins whose first group is one or two letters, as in `QQ 12 34 56 C`.
fn letters_before(bytes: &[u8], from: usize, start: usize) -> Option<usize> {
    let sign = start.checked_sub(1).filter(|at| *at >= from)?;
    let group = bytes[from..sign].iter().rev().take(3).take_while(|b| b.is_ascii_alphabetic());
    let length = group.count();
    let begins = sign - length;
    (matches!(length, 1 | 2) && is_word_start(bytes, begins)).then_some(begins)
}

/// The number that begins at `start`: one that a word tells before one that stands alone, and of
/// two such the longer.
fn find_at(packs: Packs, text: &str, start: usize) -> Option<Finding> {
    let bytes = text.as_bytes();
    let mut best: Option<(bool, Finding)> = None;
    // Most numbers that begin here end at the same place, with the same words beside them.
    let mut told = (start, Kinds::default());
    for &(kind, form) in forms(form::run_len(bytes[start..].iter())) {
        let number = numbers()[kind];
        let Some(end) = packs.has(number.pack).then(|| number.end_at(text, start, form)).flatten()
        else {
            continue;
        };
        if told.0 != end {
            told = (end, words::beside(text, start, end));
        }
        let is_told = told.1.has(kind);
        if !is_told && !number.stands_alone(&bytes[start..end]) {
            continue;
        }
        let is_better = |(told, other): &(bool, Finding)| (is_told, end) > (*told, other.end);
        if best.as_ref().is_none_or(is_better) {
            best = Some((is_told, Finding::national(start, end, number.pack.code())));
        }
    }
    best.map(|(_, finding)| finding)
}

impl Number {
    /// Where the number of this form ends that begins at `start`, if there is one.
    fn end_at(&self, text: &str, start: usize, form: &str) -> Option<usize> {
        let written: Written = form::read(text.as_bytes(), start, form, self.separators)?;
        let is_valid =
            form::is_apart(text, start, written.end) && (self.check)(written.characters());
        is_valid.then_some(written.end)
    }
}
