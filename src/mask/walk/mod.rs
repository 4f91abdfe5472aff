//! The one walk over a value: what it holds, in order, each leaf with what its place says about
//! it. Collecting identities and writing masked JSON are two sinks of this same walk, so that
//! they can never see different things.

mod compound;
mod fingerprint;
mod parts;
mod place;
mod serializer;
mod text;

use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

use self::fingerprint::Fingerprint;
use self::parts::At;
use self::place::Place;
use super::escape::without_nul;
use super::json::{JsonText, like_container};
use super::placeholder;
use super::policy::{Policy, Treatment};
use super::root::Root;

/// How deep a trace may be nested; what lies deeper is cut. With the envelope around it a record
/// stays below the 128 levels at which `serde_json`, and others, stop reading.
pub(crate) const MAX_DEPTH: usize = 126;

/// How many values are looked at; in what is left every container is cut. A graph of shared
/// pointers unfolds into more than any record can hold.
const MAX_VALUES: usize = 4_000_000;

/// The longest text that may name the value beside it. What names are is remembered by thread, so
/// that none of the host's longer texts may get there.
const LONGEST_NAME: usize = 96;

/// Takes what the walk meets.
pub(super) trait Sink {
    fn null(&mut self);
    fn boolean(&mut self, value: bool);
    /// A number by its decimal text.
    fn number(&mut self, treatment: Treatment, text: &str);
    fn text(&mut self, treatment: Treatment, text: &str);
    fn bytes(&mut self, treatment: Treatment, len: usize);
    /// What stands here is hidden as the host wants it, and yet tells this.
    fn also(&mut self, treatment: Treatment, text: &str);
    /// What follows, until `end_left_out`, is walked and not written.
    fn begin_left_out(&mut self);
    fn end_left_out(&mut self);
    /// NaN, an infinity, or what lies too deep: nothing can be said about it.
    fn cut(&mut self);

    fn begin(&mut self, container: Container);
    /// The next element of an array.
    fn element(&mut self, index: usize);
    /// The next field of an object; a plain name holds nothing personal by its form.
    fn key(&mut self, index: usize, key: &str, is_plain: bool);
    fn end(&mut self, container: Container);

    /// The place in the output that a later [`Sink::replace`] may go back to.
    fn mark(&self) -> usize;
    /// Everything since `mark` was `len` bytes given as numbers.
    fn replace_with_bytes(&mut self, mark: usize, treatment: Treatment, len: usize);
    /// What follows may get its name later, until it is said that it may not.
    fn watch(&mut self, is_on: bool);
    /// No value that was watched waits for its name any more.
    fn forget_watched(&mut self);
    /// What stands at `from..to`, of a value that was watched, has a name that tells what it is.
    fn rename(&mut self, from: usize, to: usize, treatment: Treatment);

    /// What follows, until `end_embedded`, stands as JSON in this text.
    fn begin_embedded(&mut self);
    fn end_embedded(&mut self, text: &str);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

/// What a walk saw; another one over the same value has to see the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    fingerprint: u64,
    /// Which of the texts that can be an object or an array by their ends are one.
    embedded: Vec<bool>,
}

/// Walks `value` into `sink` for the first time.
///
/// # Errors
/// [`WalkError`] where the value's own `Serialize` fails.
pub(super) fn walk<S, V>(
    policy: &Policy,
    value: &V,
    root: Root,
    sink: &mut S,
) -> Result<Seen, WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    let mut embedded = Vec::new();
    let fingerprint = run(policy, value, root, sink, Embedded::Unknown(&mut embedded))?;
    Ok(Seen { fingerprint, embedded })
}

/// Walks `value` again; what was checked before is not checked twice.
///
/// # Errors
/// [`WalkError`] where the value's own `Serialize` fails, or tells something else than before.
pub(super) fn walk_again<S, V>(
    policy: &Policy,
    value: &V,
    root: Root,
    seen: &Seen,
    sink: &mut S,
) -> Result<(), WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    let fingerprint = run(policy, value, root, sink, Embedded::Known(seen.embedded.iter()))?;
    if fingerprint == seen.fingerprint { Ok(()) } else { Err(WalkError) }
}

fn run<S, V>(
    policy: &Policy,
    value: &V,
    root: Root,
    sink: &mut S,
    embedded: Embedded<'_>,
) -> Result<u64, WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    let mut reached = Vec::new();
    let place = Place::root(policy, &mut reached, root);
    let mut walk = Walk {
        policy,
        sink,
        depth: 0,
        hops: 0,
        values: 0,
        fingerprint: Fingerprint::default(),
        last_was_byte: false,
        named: None,
        buffer: String::new(),
        reached,
        value_spans: Vec::new(),
        embedded,
        is_other_story: false,
    };
    walk.value(place, value)?;
    if place.treatment == Treatment::Drop {
        walk.sink.null();
    }
    if walk.is_other_story { Err(WalkError) } else { Ok(walk.fingerprint.value()) }
}

/// Which texts are JSON: found out by the first walk, known to the second.
enum Embedded<'v> {
    Unknown(&'v mut Vec<bool>),
    Known(std::slice::Iter<'v, bool>),
}

impl Embedded<'_> {
    /// The text as JSON, if it is an object or an array. An error where the walk before met fewer
    /// texts.
    fn json<'t>(&mut self, text: &'t str) -> Result<Option<JsonText<'t>>, WalkError> {
        let Some(text) = like_container(text) else {
            return Ok(None);
        };
        match self {
            Self::Unknown(verdicts) => {
                let json = JsonText::parse(text);
                verdicts.push(json.is_some());
                Ok(json)
            }
            Self::Known(verdicts) => {
                let is_json = verdicts.next().ok_or(WalkError)?;
                Ok(is_json.then(|| JsonText::checked_before(text)))
            }
        }
    }
}

/// The value's own `Serialize` failed. Its message is not kept: it may quote the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WalkError;

impl Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value's Serialize failed")
    }
}

impl std::error::Error for WalkError {}

impl ser::Error for WalkError {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// A text that may name the value beside it: short, and not masked already.
fn may_be_a_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && placeholder::next(text, 0).is_none()
}

struct Walk<'s, S> {
    policy: &'s Policy,
    sink: &'s mut S,
    depth: usize,
    hops: usize,
    /// Elements and fields met so far.
    values: usize,
    fingerprint: Fingerprint,
    /// The value just met was a `u8`: an array of nothing else is a blob.
    last_was_byte: bool,
    /// What the text just met says about the value beside it.
    named: Option<Treatment>,
    /// The text of a key or a number, kept so that they cost no allocation each.
    buffer: String,
    /// Where the open containers stand in the host's paths.
    reached: Vec<u32>,
    /// Where the values of pairs stand in the open containers, whose name may still come.
    value_spans: Vec<(usize, usize)>,
    embedded: Embedded<'s>,
    /// The value told something else than the time before.
    is_other_story: bool,
}

impl<S: Sink> Walk<'_, S> {
    /// Walks a value. One that is left out is walked as well, for what it tells about the rest; its
    /// place stays empty.
    fn value<T: Serialize + ?Sized>(&mut self, place: Place, value: &T) -> Result<(), WalkError> {
        if place.treatment != Treatment::Drop {
            return value.serialize(At { walk: self, place });
        }
        self.sink.begin_left_out();
        let walked = value.serialize(At { walk: self, place: place.left_out() });
        self.sink.end_left_out();
        self.last_was_byte = false;
        walked
    }

    fn null(&mut self) {
        self.fingerprint.mix(1);
        self.last_was_byte = false;
        self.sink.null();
    }

    fn boolean(&mut self, value: bool) {
        self.fingerprint.mix(2 + u64::from(value));
        self.last_was_byte = false;
        self.sink.boolean(value);
    }

    fn number(&mut self, place: Place, text: &str) {
        self.fingerprint.whole(text.as_bytes());
        self.last_was_byte = false;
        if let Some(told) = place.also_tells() {
            self.sink.also(told, text);
        }
        self.sink.number(self.allowed(place, text).treatment, text);
    }

    fn text(&mut self, place: Place, text: &str) {
        let text = &*without_nul(text);
        self.last_was_byte = false;
        if place.names_sibling && may_be_a_name(text) {
            let treatment = self.policy.traits_of(text).decided();
            self.named = (treatment != Treatment::Scan).then_some(treatment);
        }
        let place = self.allowed(place, text);
        if let Some(told) = place.also_tells() {
            self.sink.also(told, text);
        }
        match place.treatment {
            Treatment::Scan => self.fingerprint.sampled(text),
            _ => self.fingerprint.whole(text.as_bytes()),
        }
        self.scanned_text(place, text);
    }

    /// The place of a text that a default rule masks by its key, kept where the host vouches for
    /// all of it.
    fn allowed(&self, place: Place, text: &str) -> Place {
        let is_default = !matches!(place.treatment, Treatment::Scan | Treatment::Id)
            && !place.treatment.is_opaque();
        let is_kept = is_default && self.policy.texts().is_some_and(|rules| rules.keeps(text));
        if is_kept { place.kept() } else { place }
    }

    fn scanned_text(&mut self, place: Place, text: &str) {
        if place.treatment.is_opaque() || self.depth >= MAX_DEPTH {
            self.sink.text(place.treatment, text);
            return;
        }
        match self.embedded.json(text) {
            Ok(Some(json)) => self.embedded_json(place, text, json),
            Ok(None) => self.sink.text(place.treatment, text),
            Err(WalkError) => self.is_other_story = true,
        }
    }

    fn embedded_json(&mut self, place: Place, text: &str, json: JsonText<'_>) {
        self.sink.begin_embedded();
        self.depth += 1;
        // A text that was checked whole cannot fail to serialize.
        let written = json.serialize(At { walk: self, place: place.named(None) });
        self.is_other_story |= written.is_err();
        self.depth -= 1;
        self.sink.end_embedded(text);
        self.last_was_byte = false;
        self.named = None;
    }

    fn bytes(&mut self, place: Place, len: usize) {
        self.fingerprint.mix(len as u64);
        self.last_was_byte = false;
        self.sink.bytes(place.treatment, len);
    }

    fn cut(&mut self) {
        self.fingerprint.mix(4);
        self.last_was_byte = false;
        self.sink.cut();
    }
}
