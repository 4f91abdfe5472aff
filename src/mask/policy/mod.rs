//! Which value gets which treatment: the default rules by field name, and the host's on top.

mod action;
mod builder;
mod describe;
mod error;
mod path;
mod pattern;
mod reach;
mod texts;
mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::detect::national::Kinds;
use super::entity::Entity;
use super::hash::MaskKey;
use super::pack::Packs;
use super::traits::{self, Form, KeyTraits};

pub use self::action::{Action, Body};
pub use self::builder::PolicyBuilder;
pub use self::error::PolicyError;

pub(crate) use self::reach::{Paths, Reach, Way};
pub(crate) use self::texts::TextRules;
pub(crate) use super::treatment::Treatment;

/// Names and versions the default rules: another version masks something else.
const DEFAULT_NAME: &str = "default/1";
/// The longest name of a policy or of a rule, in bytes: every record tells the policy's.
const MAX_NAME_BYTES: usize = 256;

/// What is masked, and how: a cheap handle to named, versioned rules and a hashing key.
///
/// # Default
/// The default rules with a key of the process's own ([`MaskKey::ephemeral`]).
///
/// ```
/// use epilogue::mask::{Action, Policy};
///
/// let policy = Policy::builder()
///     .hash_key("passenger_ref")
///     .path("notes[*].draft", Action::Drop)
///     .pattern("ticket numbers", r"\bT-\d{4}\b", Action::Mask)
///     .build()?;
/// let masked = policy.mask(&serde_json::json!({
///     "card": "4111 1111 1111 1111",
///     "notes": [{"draft": "No!", "sent": "about T-4711"}],
/// }))?;
/// assert_eq!(masked.json(), r#"{"card":"[CARD]","notes":[{"sent":"about [REMOVED]"}]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Policy {
    rules: Arc<Rules>,
    key: Arc<MaskKey>,
}

#[derive(Debug)]
struct Rules {
    name: Cow<'static, str>,
    card_last_four: bool,
    packs: Packs,
    /// By lower-cased field name.
    keys: BTreeMap<String, Treatment>,
    paths: Paths,
    /// As the host wrote them, for whoever reads the policy.
    written_paths: Vec<(String, Treatment)>,
    texts: Option<TextRules>,
    /// Field names that the host wrote in its rules, in lower case.
    named_fields: HashSet<Box<str>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            name: Cow::Borrowed(DEFAULT_NAME),
            card_last_four: false,
            packs: Packs::default(),
            keys: BTreeMap::new(),
            paths: Paths::default(),
            written_paths: Vec::new(),
            texts: None,
            named_fields: HashSet::new(),
        }
    }
}

impl Policy {
    /// The default rules, to be changed.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Name and version of the rules, such as `default/1`, as every record tells it.
    pub fn name(&self) -> &str {
        &self.rules.name
    }

    /// The id of the hashing key, as every record tells it.
    pub fn key_id(&self) -> &str {
        self.key.key_id()
    }

    /// The same rules with another key.
    #[must_use]
    pub fn with_key(&self, key: MaskKey) -> Self {
        Self { rules: Arc::clone(&self.rules), key: Arc::new(key) }
    }

    pub(crate) fn traits_of(&self, key: &str) -> KeyTraits {
        let mut traits = traits::of(key);
        if !self.rules.packs.is_empty() {
            self.add_packs(key, &mut traits);
        }
        if self.rules.texts.is_some() {
            traits.form = Form::Any;
        }
        if !self.rules.keys.is_empty() {
            traits.host = self.rules.keys.get(&*reach::lower(key)).copied();
        }
        traits
    }

    /// A field may be named after a national identifier, and may be one.
    fn add_packs(&self, key: &str, traits: &mut KeyTraits) {
        if key.bytes().any(|byte| byte.is_ascii_digit()) {
            traits.form = Form::Any;
        }
        if traits.treatment == Treatment::Scan && !traits.is_bare_name {
            if let Some(kinds) = Kinds::named(self.rules.packs, key) {
                traits.treatment = Treatment::National(kinds);
            }
        }
    }

    pub(crate) fn packs(&self) -> Packs {
        self.rules.packs
    }

    /// The rules by path.
    pub(crate) fn paths(&self) -> &Paths {
        &self.rules.paths
    }

    /// The host's rules about texts.
    pub(crate) fn texts(&self) -> Option<&TextRules> {
        self.rules.texts.as_ref()
    }

    /// Whether the host wrote this field name in a rule. Masked, the rule would find it no more.
    pub(crate) fn names_field(&self, key: &str) -> bool {
        !self.rules.named_fields.is_empty() && self.rules.named_fields.contains(&*reach::lower(key))
    }

    /// The placeholder for a value: a keyed hash where values have to stay comparable, a constant
    /// where even that would tell too much.
    pub(crate) fn placeholder(&self, entity: Entity, detail: &str, value: &str) -> String {
        match entity {
            _ if entity.is_hashed() => self.hashed(entity, value),
            Entity::Card if self.rules.card_last_four => last_four(value),
            Entity::Blob => format!("[BLOB:{}]", value.len()),
            _ if detail.is_empty() => format!("[{}]", entity.as_str()),
            _ => format!("[{}:{detail}]", entity.as_str()),
        }
    }

    /// The keyed hash of a text that is not sent.
    pub(crate) fn hash_of_text(&self, text: &str) -> String {
        self.key.hash_of_text(text)
    }

    /// The placeholder that keeps two values apart, whatever they are.
    pub(crate) fn hashed(&self, entity: Entity, value: &str) -> String {
        let entity = entity.as_str();
        format!("[{entity}:{}]", self.key.hash(entity, value))
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { rules: Arc::default(), key: Arc::new(MaskKey::ephemeral()) }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.name())
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

fn last_four(value: &str) -> String {
    let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let shown = &digits[digits.len().saturating_sub(4)..];
    if shown.len() == 4 {
        format!("[CARD:{}]", shown.iter().collect::<String>())
    } else {
        "[CARD]".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_rule_wins_over_the_default() {
        let policy = Policy::builder().keep_key("Password").build().expect("it is well");
        assert_eq!(policy.traits_of("password").decided(), Treatment::Keep);
        assert_eq!(policy.name(), "default/1+host");
    }

    #[test]
    fn a_changed_rule_keeps_its_key_and_a_changed_key_its_rules() {
        let policy = Policy::builder().name("airline/3").build().expect("it is well");
        let key = MaskKey::new("k".repeat(32)).expect("32 bytes");
        let rekeyed = policy.with_key(key);
        assert_eq!(rekeyed.name(), "airline/3");
        assert_ne!(rekeyed.key_id(), policy.key_id());
    }

    #[test]
    fn a_key_says_the_same_before_and_after_it_was_masked() {
        let policy = Policy::default();
        for (key, masked) in [
            ("Bearer +1 202 555 0143 phone", "Bearer [PHONE:0123456789abcdef] phone"),
            ("token of ann@count.id", "token of [EMAIL:0123456789abcdef]"),
            ("phone +1 202 555 0143", "phone [PHONE:0123456789abcdef]"),
        ] {
            let treatment = policy.traits_of(masked).treatment;
            assert_eq!(policy.traits_of(key).treatment, treatment, "{key}");
        }
    }

    #[test]
    fn placeholders_tell_the_type_and_no_value() {
        let policy = Policy::builder().card_last_four(true).build().expect("it is well");
        let card = policy.placeholder(Entity::Card, "", "4111 1111 1111 1234");
        assert_eq!(card, "[CARD:1234]");
        assert_eq!(policy.placeholder(Entity::Secret, "aws", "AKIA"), "[SECRET:aws]");
        assert_eq!(policy.placeholder(Entity::Blob, "", "abc"), "[BLOB:3]");
        assert_eq!(policy.placeholder(Entity::Email, "", "a@b.c").len(), 24);
    }
}
