//! Which value gets which treatment: the default rules by field name, and the host's on top.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::detect::national::Kinds;
use super::entity::Entity;
use super::hash::MaskKey;
use super::pack::{Pack, Packs};
use super::traits::{self, KeyTraits};

/// Names and versions the default rules: another version masks something else.
const DEFAULT_NAME: &str = "default/1";

/// What is masked, and how: a cheap handle to named, versioned rules and a hashing key.
///
/// # Default
/// The default rules with a key of the process's own ([`MaskKey::ephemeral`]).
///
/// ```
/// use epilogue::mask::Policy;
///
/// let policy = Policy::builder().hash_key("passenger_ref").build();
/// let masked = policy.mask(&serde_json::json!({"card": "4111 1111 1111 1111", "seats": 2}))?;
/// assert_eq!(masked.json(), r#"{"card":"[CARD]","seats":2}"#);
/// # Ok::<(), epilogue::mask::Unserializable>(())
/// ```
#[derive(Clone)]
pub struct Policy {
    rules: Arc<Rules>,
}

struct Rules {
    name: Cow<'static, str>,
    key: MaskKey,
    card_last_four: bool,
    packs: Packs,
    /// By lower-cased field name.
    host_keys: HashMap<String, Treatment>,
}

/// What happens to the value at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Looked through for anything personal.
    Scan,
    /// Left as it is: the host vouches for it.
    Keep,
    /// Removed, every leaf under it.
    Remove,
    /// Removed, and masked wherever else the record tells it.
    RemoveEverywhere,
    /// A person's name.
    Name,
    /// An email address, whatever it looks like.
    Email,
    /// A phone number, however it is written.
    Phone,
    /// A card number, complete or not.
    Card,
    /// A social security number.
    Ssn,
    /// An account number.
    Iban,
    /// A network address.
    Ip,
    /// Somebody's user name.
    UserName,
    /// An identifier that the host says carries a name.
    Id,
    /// One of these national identifiers, if it has their form.
    National(Kinds),
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
        self.rules.key.key_id()
    }

    /// The same rules with another key.
    #[must_use]
    pub fn with_key(&self, key: MaskKey) -> Self {
        Self {
            rules: Arc::new(Rules {
                name: self.rules.name.clone(),
                key,
                card_last_four: self.rules.card_last_four,
                packs: self.rules.packs,
                host_keys: self.rules.host_keys.clone(),
            }),
        }
    }

    pub(crate) fn packs(&self) -> Packs {
        self.rules.packs
    }

    pub(crate) fn traits_of(&self, key: &str) -> KeyTraits {
        let mut traits = traits::of(key);
        if !self.rules.packs.is_empty() {
            self.add_packs(key, &mut traits);
        }
        if !self.rules.host_keys.is_empty() {
            if let Some(treatment) = self.rules.host_keys.get(&key.to_lowercase()) {
                traits.treatment = *treatment;
                traits.is_bare_name = false;
            }
        }
        traits
    }

    /// A field may be named after a national identifier, and may be one.
    fn add_packs(&self, key: &str, traits: &mut KeyTraits) {
        traits.is_plain &= !key.bytes().any(|byte| byte.is_ascii_digit());
        if traits.treatment == Treatment::Scan && !traits.is_bare_name {
            if let Some(kinds) = Kinds::named(self.rules.packs, key) {
                traits.treatment = Treatment::National(kinds);
            }
        }
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

    /// The placeholder that keeps two values apart, whatever they are.
    pub(crate) fn hashed(&self, entity: Entity, value: &str) -> String {
        let entity = entity.as_str();
        format!("[{entity}:{}]", self.rules.key.hash(entity, value))
    }
}

impl Default for Policy {
    fn default() -> Self {
        PolicyBuilder::default().build()
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

/// Changes to the default rules, made with [`Policy::builder`].
#[derive(Debug, Default)]
#[must_use = "a policy is made by `build`"]
pub struct PolicyBuilder {
    name: Option<String>,
    key: Option<MaskKey>,
    card_last_four: bool,
    packs: Packs,
    host_keys: HashMap<String, Treatment>,
}

impl PolicyBuilder {
    /// Names the rules for whoever reads the records, such as `airline/3`.
    ///
    /// # Default
    /// `default/1`, with `+host` behind it where a rule was added.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The hashing key.
    ///
    /// # Default
    /// [`MaskKey::ephemeral`].
    pub fn key(mut self, key: MaskKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Shows the last four digits of a card, `[CARD:1111]`.
    ///
    /// # Default
    /// Off.
    pub fn card_last_four(mut self, shown: bool) -> Self {
        self.card_last_four = shown;
        self
    }

    /// Finds the national identifiers of a country, too: `[NATIONAL:de]`.
    ///
    /// # Default
    /// No pack.
    pub fn pack(mut self, pack: Pack) -> Self {
        self.packs.add(pack);
        self
    }

    /// The same for several countries, or for all of them: `packs(Pack::ALL)`.
    pub fn packs(self, packs: &[Pack]) -> Self {
        packs.iter().fold(self, |builder, pack| builder.pack(*pack))
    }

    /// Removes what stands under this field name, in any case of its letters.
    pub fn remove_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Treatment::RemoveEverywhere)
    }

    /// Hashes what stands under this field name: an identifier that carries a name. It is hashed
    /// wherever else the record tells it, too.
    pub fn hash_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Treatment::Id)
    }

    /// Keeps what stands under this field name as it is; the host vouches for it.
    pub fn keep_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Treatment::Keep)
    }

    /// Makes the policy.
    pub fn build(self) -> Policy {
        let changed = !self.host_keys.is_empty() || self.card_last_four || !self.packs.is_empty();
        let name = match (self.name, changed) {
            (Some(name), _) => Cow::Owned(name),
            (None, false) => Cow::Borrowed(DEFAULT_NAME),
            (None, true) => Cow::Owned(format!("{DEFAULT_NAME}+host")),
        };
        Policy {
            rules: Arc::new(Rules {
                name,
                key: self.key.unwrap_or_else(MaskKey::ephemeral),
                card_last_four: self.card_last_four,
                packs: self.packs,
                host_keys: self.host_keys,
            }),
        }
    }

    fn treat(mut self, key: &str, treatment: Treatment) -> Self {
        self.host_keys.insert(key.to_lowercase(), treatment);
        self
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
        let policy = Policy::builder().keep_key("Password").build();
        assert_eq!(policy.traits_of("password").treatment, Treatment::Keep);
        assert_eq!(policy.name(), "default/1+host");
    }

    #[test]
    fn a_changed_rule_keeps_its_key_and_a_changed_key_its_rules() {
        let policy = Policy::builder().name("airline/3").build();
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
        let policy = Policy::builder().card_last_four(true).build();
        let card = policy.placeholder(Entity::Card, "", "4111 1111 1111 1234");
        assert_eq!(card, "[CARD:1234]");
        assert_eq!(policy.placeholder(Entity::Secret, "aws", "AKIA"), "[SECRET:aws]");
        assert_eq!(policy.placeholder(Entity::Blob, "", "abc"), "[BLOB:3]");
        assert_eq!(policy.placeholder(Entity::Email, "", "a@b.c").len(), 24);
    }
}
