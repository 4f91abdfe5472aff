//! Writes what the walk meets as JSON, masked: the only way to bytes that may leave.

use std::collections::{HashMap, HashSet};

use super::entity::Entity;
use super::identities::Identities;
use super::masker::Masker;
use super::path::Path;
use super::policy::{Policy, Treatment};
use super::report::Report;
use super::walk::{Container, Sink};

/// The most cut places that are listed.
const MAX_CUTS: usize = 64;
/// The most keys of one record that are remembered as harmless.
const MAX_HARMLESS_KEYS: usize = 1_024;

/// A place in a record where something was left out or shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) path: String,
    /// `None` where nobody knows: the value was never looked at.
    pub(crate) original_bytes: Option<usize>,
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
    /// Keys that were looked at and hold nothing: the same few stand in every object.
    harmless_keys: HashSet<Box<str>>,
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
            harmless_keys: HashSet::new(),
            masked_keys: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> (Vec<u8>, Report, Vec<Cut>) {
        (self.out, self.masker.report(), self.cuts)
    }

    fn string(&mut self, text: &str) {
        write_string(text, &mut self.out);
    }

    /// The key masked; `None` where it holds nothing.
    fn masked_key(&mut self, key: &str) -> Option<String> {
        if is_own_field(key) || self.harmless_keys.contains(key) || self.masker.names_field(key) {
            return None;
        }
        let masked = self.masker.key(key);
        if masked.is_none() && self.harmless_keys.len() < MAX_HARMLESS_KEYS {
            self.harmless_keys.insert(key.into());
        }
        masked
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
        let count = keys.entry(key.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { key } else { format!("{key}#{count}") }
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
    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    fn boolean(&mut self, value: bool) {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn number(&mut self, treatment: Treatment, text: &str) {
        match self.masker.number(treatment, text) {
            Some(masked) => self.string(&masked),
            None => self.out.extend_from_slice(text.as_bytes()),
        }
    }

    fn text(&mut self, treatment: Treatment, text: &str) {
        match self.masker.placed(treatment, text) {
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

    fn bytes(&mut self, len: usize) {
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

    fn key(&mut self, index: usize, key: &str) {
        if index > 0 {
            self.out.push(b',');
        }
        if let Some(masked) = self.masked_key(key) {
            let masked = self.unlike_the_others(masked);
            self.path.at_key(&masked);
            self.string(&masked);
        } else {
            self.path.at_key(key);
            self.string(key);
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

    fn replace_with_bytes(&mut self, mark: usize, len: usize) {
        self.out.truncate(mark);
        self.bytes(len);
    }

    fn watch(&mut self, _: bool) {}

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
            out: std::mem::take(&mut self.out),
            masked: self.masker.report().total(),
            cuts: self.cut_count,
        });
    }

    fn end_embedded(&mut self, text: &str) {
        let Some(around) = self.around.pop() else {
            return;
        };
        let json = std::mem::replace(&mut self.out, around.out);
        let is_changed =
            self.masker.report().total() != around.masked || self.cut_count != around.cuts;
        if is_changed {
            self.string(&String::from_utf8_lossy(&json));
        } else {
            self.string(text);
        }
    }
}

/// Writes a quoted JSON string. U+0000 becomes U+FFFD: JSONB, where records end up, refuses it.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let written = if memchr::memchr(0, text.as_bytes()).is_some() {
        serde_json::to_writer(&mut *out, &text.replace('\0', "\u{fffd}"))
    } else {
        serde_json::to_writer(&mut *out, text)
    };
    // Writing a string to memory cannot fail.
    debug_assert!(written.is_ok());
}
