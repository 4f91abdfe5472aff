//! Writes what the walk meets as JSON, masked: the only way to bytes that may leave.

use std::collections::HashMap;

use super::entity::Entity;
use super::escape::{write_bare, write_string};
use super::identities::Identities;
use super::json::{JsonText, like_container, trim_start};
use super::masker::Masker;
use super::path::Path;
use super::placeholder;
use super::policy::{Policy, Treatment};
use super::report::Report;
use super::traits::Form;
use super::walk::{At, Container, Sink, WalkError, Walkable};

/// The most cut places that are listed.
const MAX_CUTS: usize = 64;
/// How often JSON may stand in a text in JSON with its masked numbers as texts. Each level doubles
/// the backslashes before a quote, and a number brought none of its own.
const MAX_QUOTING_LEVELS: usize = 3;

/// A place in a record where something was left out or shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) path: String,
    /// `None` where nobody knows: the value was never looked at.
    pub(crate) original_bytes: Option<usize>,
}

/// Masked JSON with its report.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) json: Vec<u8>,
    pub(crate) report: Report,
    pub(crate) cuts: Vec<Cut>,
}

/// The sink that writes masked JSON.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    masker: Masker<'a>,
    out: Vec<u8>,
    path: Path,
    cuts: Vec<Cut>,
    /// All of them, listed or not.
    cut_count: u64,
    /// The texts around the JSON that is being written into one.
    around: Vec<Around>,
    /// Buffers of texts that are written, to be used again.
    spare: Vec<Vec<u8>>,
    /// Masked keys of the open objects, with their depth and how often each came: two that mask
    /// alike must stay two.
    masked_keys: Vec<(usize, HashMap<String, u32>)>,
    /// What had been written before the values that are being left out.
    left_out: Vec<Before>,
}

#[derive(Debug)]
struct Before {
    len: usize,
    report: Report,
    cut_count: u64,
    listed_cuts: usize,
}

#[derive(Debug)]
struct Around {
    out: Vec<u8>,
    masked: u64,
    cuts: u64,
}

impl<'a> Writer<'a> {
    /// A writer whose paths begin with `root`.
    pub(crate) fn new(policy: &'a Policy, identities: &'a Identities, root: &str) -> Self {
        Self {
            masker: Masker::new(policy, identities),
            out: Vec::with_capacity(1_024),
            path: Path::new(root),
            cuts: Vec::new(),
            cut_count: 0,
            around: Vec::new(),
            spare: Vec::new(),
            masked_keys: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Written {
        Written { json: self.out, report: self.masker.report(), cuts: self.cuts }
    }

    fn string(&mut self, text: &str) {
        write_string(text, &mut self.out);
    }

    /// The key masked; `None` where it holds nothing.
    fn masked_key(&mut self, key: &str, form: Form) -> Option<String> {
        let masked = match form {
            Form::Any => self.masker.key(key),
            Form::Word(word) if !self.masker.may_know(word) => return None,
            Form::Plain | Form::Word(_) => self.masker.plain_key(key),
        };
        masked.filter(|_| !is_own_field(key) && !self.masker.names_field(key))
    }

    /// Two keys that mask alike get a number, so that neither hides the other.
    fn unlike_the_others(&mut self, key: String) -> String {
        let depth = self.path.depth();
        if self.masked_keys.last().is_none_or(|(at, _)| *at != depth) {
            self.masked_keys.push((depth, HashMap::new()));
        }
        let Some((_, keys)) = self.masked_keys.last_mut() else {
            return key;
        };
        let mut unlike = key.clone();
        while keys.contains_key(&unlike) {
            let count = keys.entry(key.clone()).or_insert(1);
            *count += 1;
            unlike = format!("{key}#{count}");
        }
        keys.insert(unlike.clone(), 1);
        unlike
    }
}

/// The fields that every trace has: words that tell nobody's name, even where somebody is called
/// State or Price, and that readers look for.
fn is_own_field(key: &str) -> bool {
    matches!(
        key,
        "input" | "steps" | "errors" | "final_response" | "content" | "confidence" | "state"
    ) || matches!(
        key,
        "id" | "parent"
            | "type"
            | "name"
            | "start_ms"
            | "duration_ms"
            | "status"
            | "attempt"
            | "output"
            | "error"
            | "attributes"
            | "step"
            | "message"
            | "stack"
            | "handled"
    ) || matches!(
        key,
        "decision"
            | "iteration"
            | "thought"
            | "action"
            | "observation"
            | "call_id"
            | "arguments"
            | "result"
            | "provider"
            | "model"
            | "input_tokens"
            | "output_tokens"
            | "query"
            | "cache_read_tokens"
            | "reasoning_tokens"
            | "cost"
            | "amount"
            | "currency"
            | "finish_reason"
            | "documents"
            | "score"
    )
}

impl Sink for Writer<'_> {
    type Mark = usize;

    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    fn boolean(&mut self, value: bool) {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn number(&mut self, treatment: Treatment, text: &str) {
        match self.masker.number(treatment, text) {
            // The quotes of a text would be longer than any number here.
            Some(_) if self.around.len() > MAX_QUOTING_LEVELS => self.null(),
            Some(masked) => self.string(&masked),
            None => self.out.extend_from_slice(text.as_bytes()),
        }
    }

    fn text(&mut self, treatment: Treatment, text: &str) {
        if treatment == Treatment::Scan && !begins_container(text) {
            self.masker.write_text(text, &mut self.out);
            return;
        }
        match self.masker.placed(treatment, text) {
            // Broken JSON that is whole without what was masked: nobody walked it.
            Some(masked) if is_container(&masked) => {
                self.string("[REMOVED]");
            }
            Some(masked) => self.string(&masked),
            None => self.string(text),
        }
    }

    fn also(&mut self, _: Treatment, _: &str) {}

    fn begin_left_out(&mut self) {
        self.left_out.push(Before {
            len: self.out.len(),
            report: self.masker.report(),
            cut_count: self.cut_count,
            listed_cuts: self.cuts.len(),
        });
    }

    fn end_left_out(&mut self) {
        let Some(before) = self.left_out.pop() else {
            return;
        };
        self.out.truncate(before.len);
        self.cuts.truncate(before.listed_cuts);
        self.cut_count = before.cut_count;
        self.masker.rewind(before.report);
        self.masker.count(Entity::Removed);
    }

    fn bytes(&mut self, treatment: Treatment, len: usize) {
        if matches!(treatment, Treatment::Remove | Treatment::RemoveEverywhere) {
            self.masker.count(Entity::Removed);
            return self.string("[REMOVED]");
        }
        self.masker.count(Entity::Blob);
        self.string(&format!("[BLOB:{len}]"));
    }

    fn cut(&mut self) {
        self.null();
        self.cut_count += 1;
        if self.cuts.len() < MAX_CUTS {
            self.cuts.push(Cut { path: self.path.to_string(), original_bytes: None });
        }
    }

    fn begin(&mut self, container: Container) {
        self.path.open();
        self.out.push(match container {
            Container::Array => b'[',
            Container::Object => b'{',
        });
    }

    fn element(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        self.path.at_index(index);
    }

    fn key(&mut self, index: usize, key: &str, form: Form) {
        if index > 0 {
            self.out.push(b',');
        }
        // A key that was masked before may be what another is masked to.
        let is_plain = form != Form::Any;
        let is_masked = || !is_plain && placeholder::next(key, 0).is_some();
        let masked_before = || is_masked().then(|| key.to_owned());
        if let Some(masked) = self.masked_key(key, form).or_else(masked_before) {
            let masked = self.unlike_the_others(masked);
            self.path.at_key(&masked);
            self.string(&masked);
        } else {
            self.path.at_key(key);
            if is_plain { write_bare(key, &mut self.out) } else { self.string(key) }
        }
        self.out.push(b':');
    }

    fn end(&mut self, container: Container) {
        let depth = self.path.depth();
        while self.masked_keys.last().is_some_and(|(at, _)| *at >= depth) {
            self.masked_keys.pop();
        }
        self.path.close();
        self.out.push(match container {
            Container::Array => b']',
            Container::Object => b'}',
        });
    }

    fn mark(&self) -> usize {
        self.out.len()
    }

    fn take_key_back(&mut self, mark: usize) {
        self.out.truncate(mark);
    }

    fn replace_with_bytes(&mut self, mark: usize, treatment: Treatment, len: usize) {
        self.out.truncate(mark);
        self.bytes(treatment, len);
    }

    fn watch(&mut self, _: bool) {}
    fn forget_watched(&mut self) {}

    fn rename(&mut self, from: usize, to: usize, treatment: Treatment) {
        let written = &self.out[from..to];
        let masked = match written.first() {
            Some(b'"') => {
                let text: String = serde_json::from_slice(written).unwrap_or_default();
                self.masker.placed(treatment, &text)
            }
            Some(b'{' | b'[') => {
                self.masker.count(Entity::Removed);
                Some("[REMOVED]".to_owned())
            }
            Some(b'-' | b'0'..=b'9') => {
                let text = String::from_utf8_lossy(written).into_owned();
                self.masker.number(treatment, &text)
            }
            _ => None,
        };
        if let Some(masked) = masked {
            let behind = self.out.split_off(to);
            self.out.truncate(from);
            self.string(&masked);
            self.out.extend_from_slice(&behind);
        }
    }

    fn begin_embedded(&mut self) {
        self.around.push(Around {
            out: std::mem::replace(&mut self.out, self.spare.pop().unwrap_or_default()),
            masked: self.masker.report().total(),
            cuts: self.cut_count,
        });
    }

    fn walk_value(value: &dyn Walkable, at: At<'_, '_, '_, Self>) -> Result<(), WalkError> {
        value.walk_writer(at)
    }

    fn end_embedded(&mut self, text: &str) {
        let Some(around) = self.around.pop() else {
            return;
        };
        let mut json = std::mem::replace(&mut self.out, around.out);
        let is_changed =
            self.masker.report().total() != around.masked || self.cut_count != around.cuts;
        if is_changed {
            self.string(&String::from_utf8_lossy(&json));
        } else {
            self.string(text);
        }
        json.clear();
        self.spare.push(json);
    }
}

fn begins_container(text: &str) -> bool {
    trim_start(text).starts_with(['{', '['])
}

fn is_container(text: &str) -> bool {
    like_container(text).and_then(JsonText::parse).is_some()
}
