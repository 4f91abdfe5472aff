//! How a host changes the default rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::super::hash::MaskKey;
use super::super::pack::{Pack, Packs};
use super::path::{self, Step};
use super::reach::Paths;
use super::texts::{Finder, TextRule, TextRules};
use super::{Action, Body, DEFAULT_NAME, MAX_NAME_BYTES, Policy, PolicyError, Rules, Treatment};

/// Changes to the default rules, made with [`Policy::builder`].
///
/// [`Action`] tells what each rule does to what it finds, and which of two rules holds.
#[derive(Debug, Default)]
#[must_use = "a policy is made by `build`"]
pub struct PolicyBuilder {
    name: Option<String>,
    key: Option<MaskKey>,
    card_last_four: bool,
    packs: Packs,
    keys: BTreeMap<String, Treatment>,
    paths: Vec<(String, Treatment)>,
    texts: Vec<TextRule>,
}

impl PolicyBuilder {
    /// Names the rules for whoever reads the records, such as `airline/3`: 1 to 256 bytes without
    /// control characters.
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

    /// Removes what stands under this field name, in any case of its letters: [`Action::Mask`].
    pub fn remove_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Action::Mask)
    }

    /// Hashes what stands under this field name: an identifier that carries a name. It is hashed
    /// wherever else the record tells it, too: [`Action::Hash`].
    pub fn hash_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Action::Hash)
    }

    /// Keeps what stands under this field name as it is; the host vouches for it:
    /// [`Action::Keep`].
    pub fn keep_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Action::Keep)
    }

    /// Leaves the field of this name out: [`Action::Drop`].
    pub fn drop_key(self, key: impl AsRef<str>) -> Self {
        self.treat(key.as_ref(), Action::Drop)
    }

    /// A rule for what stands at a path, such as `trace.steps[*].input` or
    /// `trace.steps[3].output.body`.
    ///
    /// A step is a field (`.name`, in any case of its letters, or `["a name with .signs"]`), any
    /// field (`.*`), an element counted from 0 (`[3]`), any element (`[*]`), or any number of steps
    /// of any kind (`.**`). A path goes on into JSON that stands in a text.
    ///
    /// [`Policy::mask`] counts from the value itself. In a record a path begins with `trace`,
    /// `status_reason` or `tags[*]`; the other fields of the envelope are looked through for
    /// anything personal, and what the host gave as an identifier stays one.
    ///
    /// ```
    /// use epilogue::mask::{Action, Policy};
    ///
    /// let policy = Policy::builder().path("steps[*].input", Action::Mask).build()?;
    /// let masked = policy.mask(&serde_json::json!({"steps": [{"input": "a plain question"}]}))?;
    /// assert_eq!(masked.json(), r#"{"steps":[{"input":"[REMOVED]"}]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn path(mut self, path: impl Into<String>, action: Action) -> Self {
        self.paths.push((path.into(), action.into()));
        self
    }

    /// How much is told of the body of a message, which stands at this path; see
    /// [`path`](Self::path).
    ///
    /// ```
    /// use epilogue::mask::{Body, Policy};
    ///
    /// let policy = Policy::builder().body("mails[*].body", Body::Length).build()?;
    /// let masked = policy.mask(&serde_json::json!({"mails": [{"body": "Dear all, …"}]}))?;
    /// assert_eq!(masked.json(), r#"{"mails":[{"body":"[BLOB:13]"}]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn body(mut self, path: impl Into<String>, body: Body) -> Self {
        self.paths.push((path.into(), body.into()));
        self
    }

    /// A rule for what matches a pattern, in any text and number and in field names: a regular
    /// expression as [`regex`](https://docs.rs/regex) reads it, without look-around and
    /// back-references, so that it takes linear time.
    ///
    /// A text is also searched in its plain form (full-width and invisible characters folded away),
    /// and never in a placeholder. An empty match is none. A number of which a part matches becomes
    /// a placeholder as a whole. A match that could end in several places more than 1 KiB apart
    /// ends in the first of them.
    ///
    /// The rule's name stands in [`Policy::describe`] and in errors.
    pub fn pattern(
        self,
        name: impl Into<String>,
        pattern: impl Into<String>,
        action: Action,
    ) -> Self {
        self.text_rule(name.into(), Finder::Pattern(pattern.into()), action)
    }

    /// A rule for a list of words: whole words in any case, each of which may be several.
    ///
    /// With [`Action::Keep`] the list names what the default rules have to leave:
    ///
    /// ```
    /// use epilogue::mask::{Action, Policy};
    ///
    /// let policy = Policy::builder()
    ///     .words("our own addresses", ["support@acme.example"], Action::Keep)
    ///     .build()?;
    /// let masked = policy.mask("from support@acme.example to maria@example.com")?;
    /// assert!(masked.json().starts_with("\"from support@acme.example to [EMAIL:"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A find that reaches beyond a kept word is masked all the same. Under a field that says what
    /// it holds, such as `email`, a text is left where the whole of it is kept; under one that is
    /// removed, such as `password`, nothing is.
    pub fn words<I>(self, name: impl Into<String>, words: I, action: Action) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let words = words.into_iter().map(Into::into).collect();
        self.text_rule(name.into(), Finder::Words(words), action)
    }

    /// A rule for what a detector of the host's own finds. It gets a text, or the parts of one
    /// between placeholders, and tells byte ranges of it. It runs on the shipper's thread, several
    /// times for a text in which anything is found.
    ///
    /// Where it panics, or tells a range that is none or splits a character, the whole text becomes
    /// `[REMOVED]`.
    ///
    /// ```
    /// use epilogue::mask::{Action, Policy};
    ///
    /// let seats = |text: &str| text.match_indices("12A").map(|(at, seat)| at..at + seat.len()).collect();
    /// let policy = Policy::builder().detector("seats", seats, Action::Mask).build()?;
    /// assert_eq!(policy.mask("in 12A")?.json(), r#""in [REMOVED]""#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn detector(
        self,
        name: impl Into<String>,
        detector: impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'static,
        action: Action,
    ) -> Self {
        self.text_rule(name.into(), Finder::Detector(Arc::new(detector)), action)
    }

    /// Makes the policy.
    ///
    /// # Errors
    /// [`PolicyError`], for the first rule that cannot mean anything.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let names = self.texts.iter().map(|rule| &rule.name).chain(&self.name);
        for name in names {
            check_name(name)?;
        }
        let name = self.policy_name();
        let mut paths = Paths::default();
        let mut named_fields: HashSet<Box<str>> =
            self.keys.keys().map(|key| key.as_str().into()).collect();
        for (path, treatment) in &self.paths {
            let steps = path::parse(path)?;
            paths.insert(&steps, *treatment);
            named_fields.extend(steps.into_iter().filter_map(|step| match step {
                Step::Field(name) => Some(name.into()),
                _ => None,
            }));
        }
        let rules = Rules {
            name,
            card_last_four: self.card_last_four,
            packs: self.packs,
            keys: self.keys,
            paths,
            written_paths: self.paths,
            texts: TextRules::new(self.texts)?,
            named_fields,
        };
        let key = self.key.unwrap_or_else(MaskKey::ephemeral);
        Ok(Policy { rules: Arc::new(rules), key: Arc::new(key) })
    }

    fn policy_name(&self) -> Cow<'static, str> {
        let is_changed = !self.keys.is_empty()
            || !self.paths.is_empty()
            || !self.texts.is_empty()
            || !self.packs.is_empty()
            || self.card_last_four;
        match (&self.name, is_changed) {
            (Some(name), _) => Cow::Owned(name.clone()),
            (None, false) => Cow::Borrowed(DEFAULT_NAME),
            (None, true) => Cow::Owned(format!("{DEFAULT_NAME}+host")),
        }
    }

    fn treat(mut self, key: &str, action: Action) -> Self {
        let treatment = Treatment::from(action);
        self.keys
            .entry(key.to_lowercase())
            .and_modify(|before| *before = before.or_stricter(treatment))
            .or_insert(treatment);
        self
    }

    fn text_rule(mut self, name: String, finder: Finder, action: Action) -> Self {
        self.texts.push(TextRule { name, finder, action });
        self
    }
}

fn check_name(name: &str) -> Result<(), PolicyError> {
    let is_well =
        (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.contains(|c: char| c.is_control());
    if is_well { Ok(()) } else { Err(PolicyError::Name { bytes: name.len() }) }
}
