//! The one walk over a value: what it holds, in order, each leaf with what its place says about
//! it. Collecting identities and writing masked JSON are two sinks of this same walk, so that
//! they can never see different things.

mod compound;
mod fingerprint;
mod memory;
mod parts;
mod place;
mod serializer;
mod text;
mod value;

use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

pub(crate) use self::memory::Seen;
pub(crate) use self::value::AnyValue;

pub(super) use self::parts::At;
pub(super) use self::value::Walkable;

use self::memory::Memory;
use self::place::Place;
use super::json::JsonText;
use super::placeholder;
use super::policy::{Policy, Treatment};
use super::root::Root;
use super::traits::{Form, InPair};

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
pub(super) trait Sink: Sized {
    /// A place in what it makes of that.
    type Mark: Copy;

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
    /// The next field of an object; `form` tells what its name may hold.
    fn key(&mut self, index: usize, key: &str, form: Form);
    fn end(&mut self, container: Container);

    /// The place in the output where something was met that is treated later.
    fn mark(&self) -> Self::Mark;
    /// The key since `mark` is not told: its value turned out to be left out.
    fn take_key_back(&mut self, mark: Self::Mark);
    /// Everything since `mark` was `len` bytes given as numbers.
    fn replace_with_bytes(&mut self, mark: Self::Mark, treatment: Treatment, len: usize);
    /// What follows may get its name later, until it is said that it may not.
    fn watch(&mut self, is_on: bool);
    /// No value that was watched waits for its name any more.
    fn forget_watched(&mut self);
    /// What stands at `from..to`, of a value that was watched, has a name that tells what it is.
    fn rename(&mut self, from: Self::Mark, to: Self::Mark, treatment: Treatment);

    /// What follows, until `end_embedded`, stands as JSON in this text.
    fn begin_embedded(&mut self);
    fn end_embedded(&mut self, text: &str);

    /// Walks a value of the host's into this sink.
    fn walk_value(value: &dyn Walkable, at: At<'_, '_, '_, Self>) -> Result<(), WalkError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    Array,
    Object,
}

/// What the way to a place says about the value there.
pub(super) fn treatment_at(policy: &Policy, root: Root<'_>) -> Treatment {
    Place::root(policy, &mut Vec::new(), root).treatment
}

/// Walks `value` into `sink` for the first time.
///
/// # Errors
/// [`WalkError`] where the value's own `Serialize` fails.
pub(super) fn walk<S, V>(
    policy: &Policy,
    value: &V,
    root: Root<'_>,
    sink: &mut S,
) -> Result<Seen, WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    run(policy, value, root, sink, Memory::default()).and_then(Memory::into_seen)
}

/// Walks `value` again; what was checked before is not checked twice.
///
/// # Errors
/// [`WalkError`] where the value's own `Serialize` fails, or tells something else than before.
pub(super) fn walk_again<S, V>(
    policy: &Policy,
    value: &V,
    root: Root<'_>,
    seen: &Seen,
    sink: &mut S,
) -> Result<(), WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    run(policy, value, root, sink, seen.into()).and_then(Memory::check)
}

fn run<'m, S, V>(
    policy: &Policy,
    value: &V,
    root: Root<'_>,
    sink: &mut S,
    memory: Memory<'m>,
) -> Result<Memory<'m>, WalkError>
where
    S: Sink,
    V: Serialize + ?Sized,
{
    let mut reached = Vec::new();
    let place = Place::root(policy, &mut reached, root);
    let mut walk = Walk {
        policy,
        sink,
        depth: root.depth(),
        hops: 0,
        values: 0,
        last_was_byte: false,
        last_was_left_out: false,
        named: None,
        buffer: String::new(),
        reached,
        value_spans: Vec::new(),
        memory,
    };
    walk.value(place, value)?;
    if walk.take_left_out() {
        walk.sink.null();
    }
    Ok(walk.memory)
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

struct Walk<'s, 'm, S: Sink> {
    policy: &'s Policy,
    sink: &'s mut S,
    depth: usize,
    hops: usize,
    /// Elements and fields met so far.
    values: usize,
    /// The value just met was a `u8`: an array of nothing else is a blob.
    last_was_byte: bool,
    /// Nothing was written of the value just met, and its place is still to be seen to.
    last_was_left_out: bool,
    /// What the text just met says about the value beside it.
    named: Option<Treatment>,
    /// The text of a key or a number, kept so that they cost no allocation each.
    buffer: String,
    /// Where the open containers stand in the host's paths.
    reached: Vec<u32>,
    /// Where the values of pairs stand in the open containers, whose name may still come.
    value_spans: Vec<(S::Mark, S::Mark)>,
    memory: Memory<'m>,
}

impl<S: Sink> Walk<'_, '_, S> {
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
        self.last_was_left_out = true;
        walked
    }

    fn take_left_out(&mut self) -> bool {
        std::mem::take(&mut self.last_was_left_out)
    }

    fn null(&mut self) {
        self.memory.fingerprint.mix(1);
        self.last_was_byte = false;
        self.sink.null();
    }

    fn boolean(&mut self, value: bool) {
        self.memory.fingerprint.mix(2 + u64::from(value));
        self.last_was_byte = false;
        self.sink.boolean(value);
    }

    fn number(&mut self, place: Place, text: &str) {
        self.memory.fingerprint.whole(text.as_bytes());
        self.last_was_byte = false;
        if let Some(told) = place.also_tells() {
            self.sink.also(told, text);
        }
        self.sink.number(self.allowed(place, text).treatment, text);
    }

    fn text(&mut self, place: Place, text: &str) {
        let text = &*self.memory.without_nul(text);
        self.last_was_byte = false;
        if place.names_sibling() && may_be_a_name(text) {
            let traits = self.policy.traits_of(text);
            let treatment = if place.in_pair == InPair::EntityType {
                traits.of_entity(text)
            } else {
                traits.decided()
            };
            self.named = (treatment != Treatment::Scan).then_some(treatment);
        }
        let place = self.allowed(place, text);
        if let Some(told) = place.also_tells() {
            self.sink.also(told, text);
        }
        match place.treatment {
            Treatment::Scan => self.memory.fingerprint.sampled(text),
            _ => self.memory.fingerprint.whole(text.as_bytes()),
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
        match self.memory.json(text) {
            Some(json) => self.embedded_json(place, text, json),
            None => self.sink.text(place.treatment, text),
        }
    }

    fn embedded_json(&mut self, place: Place, text: &str, json: JsonText<'_>) {
        self.sink.begin_embedded();
        self.depth += 1;
        // A text that was checked whole cannot fail to serialize.
        let written = json.serialize(At { walk: self, place: place.named(None) });
        self.memory.is_other_story |= written.is_err();
        self.depth -= 1;
        self.sink.end_embedded(text);
        self.last_was_byte = false;
        self.named = None;
    }

    fn bytes(&mut self, place: Place, len: usize) {
        self.memory.fingerprint.mix(len as u64);
        self.last_was_byte = false;
        self.sink.bytes(place.treatment, len);
    }

    fn cut(&mut self) {
        self.memory.fingerprint.mix(4);
        self.last_was_byte = false;
        self.sink.cut();
    }
}
