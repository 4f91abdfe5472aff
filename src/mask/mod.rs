//! What may leave the process, and as what.
//!
//! Every text, key and number of a record passes a walk with two sinks: one collects the names
//! and addresses that the record knows, the other writes masked JSON. Nothing else makes the
//! bytes of a record.
//!
//! A placeholder is `[TYPE]` or `[TYPE:detail]`; masking what is masked changes nothing.

mod caught;
mod detect;
mod entity;
mod escape;
mod fold;
mod hash;
mod identities;
mod json;
mod keys;
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

use serde::Serialize;

pub use self::entity::Entity;
pub use self::hash::{MIN_MASK_KEY_BYTES, MaskKey, ShortMaskKey};
pub use self::pack::Pack;
pub use self::policy::{Action, Body, Policy, PolicyBuilder, PolicyError};
pub use self::report::Report;

pub(crate) use self::caught::caught;
pub(crate) use self::escape::write_string;
pub(crate) use self::identities::{Identities, Known};
pub(crate) use self::masker::Masker;
pub(crate) use self::root::Root;
pub(crate) use self::walk::Seen;
pub(crate) use self::writer::Cut;

use self::writer::Writer;

/// A value could not be masked: its `Serialize` failed or told two different stories. Nothing of
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
    /// [`Unserializable`] where the value's `Serialize` fails or tells two different stories.
    pub fn mask<T: Serialize + ?Sized>(&self, value: &T) -> Result<Masked, Unserializable> {
        let mut known = Known::default();
        let seen = collect(self, value, Root::VALUE, &mut known)?;
        let written = write(self, &known.into_identities(), value, &seen, Root::VALUE)?;
        Ok(Masked {
            json: String::from_utf8(written.json).map_err(|_| Unserializable)?,
            report: written.report,
        })
    }
}

/// Masked JSON with its report.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) json: Vec<u8>,
    pub(crate) report: Report,
    pub(crate) cuts: Vec<Cut>,
}

/// The first walk: what does this value know of people?
pub(crate) fn collect<T: Serialize + ?Sized>(
    policy: &Policy,
    value: &T,
    root: Root,
    known: &mut Known,
) -> Result<Seen, Unserializable> {
    let seen = walk::walk(policy, value, root, known).map_err(|_| Unserializable)?;
    // Masking fails closed: a name that was not kept would be sent.
    if known.is_complete() { Ok(seen) } else { Err(Unserializable) }
}

/// The second walk: the value as masked JSON. Paths of what is cut begin with `root`.
pub(crate) fn write<T: Serialize + ?Sized>(
    policy: &Policy,
    identities: &Identities,
    value: &T,
    seen: &Seen,
    root: Root,
) -> Result<Written, Unserializable> {
    let mut writer = Writer::new(policy, identities, root.name());
    walk::walk_again(policy, value, root, seen, &mut writer).map_err(|_| Unserializable)?;
    let (json, report, cuts) = writer.finish();
    Ok(Written { json, report, cuts })
}

/// The placeholder that a cut at byte `at` would split.
pub(crate) fn placeholder_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = text[..at].rfind('[')?;
    let end = start + placeholder::len_at(text, start)?;
    (end > at).then_some((start, end))
}
