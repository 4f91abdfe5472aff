//! What may leave the process, and as what.
//!
//! Every text, key and number of a record passes a walk with two sinks: one collects the names
//! and addresses that the record knows, the other writes masked JSON. Nothing else makes the
//! bytes of a record.
//!
//! A placeholder is `[TYPE]` or `[TYPE:detail]`; masking what is masked changes nothing.

mod caught;
mod detect;
mod draft;
mod entity;
mod escape;
mod fold;
mod hash;
mod identities;
mod json;
mod keys;
mod marked;
mod masker;
mod pack;
mod path;
mod placeholder;
mod policy;
mod report;
mod root;
mod scan;
mod spelling;
mod traits;
mod treatment;
mod vector;
mod walk;
mod word;
mod writer;

use std::cell::Cell;

use serde::Serialize;

pub use self::entity::Entity;
pub use self::hash::{MIN_MASK_KEY_BYTES, MaskKey, ShortMaskKey};
pub use self::marked::{Marked, marked};
pub use self::pack::Pack;
pub use self::policy::{Action, Body, Policy, PolicyBuilder, PolicyError};
pub use self::report::Report;

pub(crate) use self::caught::caught;
pub(crate) use self::escape::write_string;
pub(crate) use self::identities::{Identities, Known};
pub(crate) use self::marked::shown_all;
pub(crate) use self::masker::Masker;
pub(crate) use self::policy::{Treatment, Way};
pub(crate) use self::root::Root;
pub(crate) use self::walk::AnyValue;
pub(crate) use self::writer::{Cut, Written};

use self::draft::Draft;
use self::writer::Writer;

/// A value could not be masked: its `Serialize` failed, or answered differently when it was asked
/// twice, which it is where the value tells of somebody. Nothing of
/// it may be sent. It is final for this value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value's Serialize failed, or answered differently the second time")]
pub struct Unserializable;

/// A value as masked JSON, with what was masked in it.
#[derive(Clone, Debug)]
pub struct Masked {
    json: String,
    report: Report,
}

impl Masked {
    /// One line of JSON.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// What was masked.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The JSON, owned.
    pub fn into_json(self) -> String {
        self.json
    }
}

impl Policy {
    /// Masks any value, knowing the names and addresses that stand in it.
    ///
    /// # Errors
    /// [`Unserializable`] where the value's `Serialize` fails, or answers differently when it is
    /// asked twice.
    pub fn mask<T: Serialize + ?Sized>(&self, value: &T) -> Result<Masked, Unserializable> {
        let mut known = Known::default();
        let seen = collect_or_draft(self, value, Root::VALUE, &mut known)?;
        let written = write(self, &known.into_identities(), value, seen, Root::VALUE)?;
        Ok(Masked {
            json: String::from_utf8(written.json).map_err(|_| Unserializable)?,
            report: written.report,
        })
    }
}

/// What the first walk over a value leaves for the second.
#[derive(Debug)]
pub(crate) struct Seen {
    walk: walk::Seen,
    /// What a second walk would write as well if it knew nobody.
    draft: Option<Written>,
}

/// The first walk: what does this value know of people?
pub(crate) fn collect<T: Serialize + ?Sized>(
    policy: &Policy,
    value: &T,
    root: Root<'_>,
    known: &mut Known,
) -> Result<Seen, Unserializable> {
    let walk = walk::walk(policy, value, root, known).map_err(|_| Unserializable)?;
    complete(known, Seen { walk, draft: None })
}

thread_local! {
    /// Whether the value before told of anybody.
    static TOLD_OF_SOMEBODY: Cell<bool> = const { Cell::new(false) };
}

/// The first walk, with or without a draft. The records of one service are much alike: where the
/// one before told of somebody, a draft of the next would be in vain as well.
pub(crate) fn collect_or_draft<T: Serialize + ?Sized>(
    policy: &Policy,
    value: &T,
    root: Root<'_>,
    known: &mut Known,
) -> Result<Seen, Unserializable> {
    let first_walk = if TOLD_OF_SOMEBODY.get() { collect } else { draft };
    let seen = first_walk(policy, value, root, known);
    TOLD_OF_SOMEBODY.set(!known.is_empty());
    seen
}

/// The first walk, which writes on the way for as long as nobody is known.
pub(crate) fn draft<T: Serialize + ?Sized>(
    policy: &Policy,
    value: &T,
    root: Root<'_>,
    known: &mut Known,
) -> Result<Seen, Unserializable> {
    let nobody = Identities::default();
    let mut draft = Draft::new(policy, known, &nobody, root.path());
    let walk = walk::walk(policy, value, root, &mut draft).map_err(|_| Unserializable)?;
    let draft = draft.finish().map(Writer::finish);
    complete(known, Seen { walk, draft })
}

/// Masking fails closed: a name that was not kept would be sent.
fn complete(known: &Known, seen: Seen) -> Result<Seen, Unserializable> {
    if known.is_complete() { Ok(seen) } else { Err(Unserializable) }
}

/// The value as masked JSON: by a second walk, where there is no draft that is right. Paths of what
/// is cut begin with `root`.
pub(crate) fn write<T: Serialize + ?Sized>(
    policy: &Policy,
    identities: &Identities,
    value: &T,
    seen: Seen,
    root: Root<'_>,
) -> Result<Written, Unserializable> {
    if let Some(draft) = seen.draft.filter(|_| identities.is_empty()) {
        return Ok(draft);
    }
    let mut writer = Writer::new(policy, identities, root.path());
    walk::walk_again(policy, value, root, &seen.walk, &mut writer).map_err(|_| Unserializable)?;
    Ok(writer.finish())
}

/// What becomes of a value at this place, whatever it holds.
pub(crate) fn treatment_at(policy: &Policy, root: Root<'_>) -> Treatment {
    walk::treatment_at(policy, root)
}

/// The placeholder that a cut at byte `at` would split.
pub(crate) fn placeholder_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = text[..at].rfind('[')?;
    let end = start + placeholder::len_at(text, start)?;
    (end > at).then_some((start, end))
}
