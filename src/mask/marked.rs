//! A rule that stands on a value itself, not in the policy.
//!
//! The walk of this crate learns of the rule by the name under which the value serializes. Any
//! other serializer takes such a name for a mere wrapper, so the value shows itself to the walk
//! alone.

use std::cell::Cell;
use std::fmt;

use serde::{Serialize, Serializer};

use super::policy::Action;

const KEEP: &str = "$epilogue::keep";
const HASH: &str = "$epilogue::hash";
const MASK: &str = "$epilogue::mask";
const DROP: &str = "$epilogue::drop";

/// A value with a rule of its own, wherever it stands in a record; made by [`marked`].
///
/// It serializes for the masking of this crate alone. Any other serializer finds `[REMOVED]` in its
/// place, or nothing where it is to be dropped; only what is to be kept is shown to all. Its `Debug`
/// tells the rule and no content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Marked<T> {
    value: T,
    action: Action,
}

/// Puts a rule on a value: what happens to it wherever it stands in a record.
///
/// It counts as a rule of the host's for that field, such as
/// [`PolicyBuilder::hash_key`](super::PolicyBuilder::hash_key). Where the policy has another of the
/// host's for the value, or for what it stands in, the stricter of the two holds. Over the default
/// rules for the field it holds, so that [`Action::Keep`] vouches for what stands there; what a
/// default rule hides with all that is in it stays hidden.
///
/// [`Policy::describe`](super::Policy::describe) does not tell it: it does not stand in the policy.
///
/// ```
/// use epilogue::mask::{Action, Marked, Policy, marked};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Order { customer: Marked<String>, part: Marked<&'static str>, notes: Marked<Vec<String>> }
///
/// let order = Order {
///     customer: marked("C-1017".to_owned(), Action::Mask),
///     part: marked("4111 1111 1111 1111", Action::Keep),
///     notes: marked(vec!["call back".to_owned()], Action::Drop),
/// };
/// let masked = Policy::default().mask(&order)?;
/// assert_eq!(masked.json(), r#"{"customer":"[REMOVED]","part":"4111 1111 1111 1111"}"#);
/// # Ok::<(), epilogue::mask::Unserializable>(())
/// ```
pub fn marked<T>(value: T, action: Action) -> Marked<T> {
    Marked { value, action }
}

impl<T> Marked<T> {
    /// The rule that stands on it.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The value without its rule.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> fmt::Debug for Marked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marked").field("action", &self.action).finish_non_exhaustive()
    }
}

impl<T: Serialize> Serialize for Marked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = match self.action {
            Action::Keep => KEEP,
            Action::Hash => HASH,
            Action::Mask => MASK,
            Action::Drop => DROP,
        };
        serializer.serialize_newtype_struct(name, &Veiled(self))
    }
}

/// The rule that this name of a wrapper stands for.
pub(super) fn action_of(name: &str) -> Option<Action> {
    match name {
        KEEP => Some(Action::Keep),
        HASH => Some(Action::Hash),
        MASK => Some(Action::Mask),
        DROP => Some(Action::Drop),
        _ => None,
    }
}

thread_local! {
    /// The walk has understood the rule of the value that is about to serialize.
    static IS_RECOGNISED: Cell<bool> = const { Cell::new(false) };
    /// Another serializer was not shown a value.
    static HAS_VEILED: Cell<bool> = const { Cell::new(false) };
}

/// A value shows itself to the walk alone, and this was another serializer.
pub(super) fn veil() {
    HAS_VEILED.set(true);
}

/// Serializes by another serializer, and tells whether that was shown everything.
pub(crate) fn shown_all<T>(serialize: impl FnOnce() -> T) -> (T, bool) {
    HAS_VEILED.set(false);
    let done = serialize();
    (done, !HAS_VEILED.take())
}

/// What a serializer finds under the name of a rule: the value, if it is the walk that asks.
struct Veiled<'a, T>(&'a Marked<T>);

impl<T: Serialize> Serialize for Veiled<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Marked { value, action } = self.0;
        if IS_RECOGNISED.take() || *action == Action::Keep {
            return value.serialize(serializer);
        }
        veil();
        if *action == Action::Drop {
            serializer.serialize_unit()
        } else {
            serializer.serialize_str("[REMOVED]")
        }
    }
}

/// A value whose rule the walk has understood.
pub(super) struct Recognised<'a, T: ?Sized>(pub(super) &'a T);

impl<T: Serialize + ?Sized> Serialize for Recognised<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        IS_RECOGNISED.set(true);
        let done = self.0.serialize(serializer);
        // Whoever borrowed the name for something else leaves it set.
        IS_RECOGNISED.set(false);
        done
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde_json::{json, to_value};

    use super::super::{Policy, Unserializable};
    use super::*;

    const ALL: [Action; 4] = [Action::Keep, Action::Hash, Action::Mask, Action::Drop];

    #[test]
    fn another_serializer_is_shown_only_what_is_to_be_kept() {
        let shown = ALL.map(|action| to_value(marked("Maria", action)).expect("it serializes"));
        assert_eq!(shown, [json!("Maria"), json!("[REMOVED]"), json!("[REMOVED]"), json!(null)]);
    }

    /// Asks another serializer for the text of what it holds.
    struct AsText(Marked<&'static str>);
    impl Serialize for AsText {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&serde_json::to_string(&self.0).unwrap_or_default())
        }
    }

    /// Has the name of a rule and none on it.
    struct Borrowed;
    impl Serialize for Borrowed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_newtype_struct(KEEP, "no rule")
        }
    }

    #[test]
    fn the_walk_shows_a_value_to_nobody_else() {
        let inner = marked(AsText(marked("Maria", Action::Hash)), Action::Keep);
        let masked = Policy::default().mask(&(inner, Borrowed)).expect("it serializes");
        assert_eq!(masked.json(), r#"["\"[REMOVED]\"","no rule"]"#);
        let after = to_value(marked("Maria", Action::Mask)).expect("it serializes");
        assert_eq!(after, "[REMOVED]");
    }

    /// Another rule each time it is asked.
    struct TwoRules(AtomicBool);
    impl Serialize for TwoRules {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let is_second = self.0.fetch_xor(true, Ordering::Relaxed);
            let action = if is_second { Action::Keep } else { Action::Mask };
            marked("correct-horse-42", action).serialize(serializer)
        }
    }

    #[test]
    fn another_rule_the_second_time_is_another_story() {
        let masked = Policy::default().mask(&TwoRules(false.into()));
        assert_eq!(masked.err(), Some(Unserializable));
    }
}
