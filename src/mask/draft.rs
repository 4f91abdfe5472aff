//! The first walk as a sink: it learns what the value knows of people, and writes for as long as
//! nobody is known.
//!
//! Most records of services tell no name under a key. Those are finished with one walk; for the
//! others what was written until the first name came was in vain.

use super::identities::{Identities, Known};
use super::policy::{Policy, Treatment};
use super::traits::Form;
use super::walk::{At, Container, Sink, WalkError, Walkable};
use super::writer::Writer;

/// Learns and writes at once.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    known: &'a mut Known,
    /// None where somebody is known: all has to be written once more.
    writer: Option<Writer<'a>>,
}

impl<'a> Draft<'a> {
    /// A draft whose paths begin with `root`, written for a record in which `nobody` is known.
    pub(super) fn new(
        policy: &'a Policy,
        known: &'a mut Known,
        nobody: &'a Identities,
        root: &str,
    ) -> Self {
        let writer = known.is_empty().then(|| Writer::new(policy, nobody, root));
        Self { known, writer }
    }

    /// What was written, if nobody is known.
    pub(super) fn finish(self) -> Option<Writer<'a>> {
        self.writer.filter(|_| self.known.is_empty())
    }

    /// The writer; it is given up once somebody is known.
    fn while_nobody_is_known(&mut self) -> Option<&mut Writer<'a>> {
        if !self.known.is_empty() {
            self.writer = None;
        }
        self.writer.as_mut()
    }
}

/// Tells both of them.
macro_rules! both {
    ($($method:ident($($given:ident: $type:ty),*);)+) => {$(
        fn $method(&mut self, $($given: $type),*) {
            self.known.$method($($given),*);
            if let Some(writer) = self.while_nobody_is_known() {
                writer.$method($($given),*);
            }
        }
    )+};
}

impl Sink for Draft<'_> {
    /// The places in what is known and in what is written.
    type Mark = (<Known as Sink>::Mark, usize);

    both! {
        null();
        boolean(value: bool);
        number(treatment: Treatment, text: &str);
        text(treatment: Treatment, text: &str);
        bytes(treatment: Treatment, len: usize);
        also(treatment: Treatment, text: &str);
        begin_left_out();
        end_left_out();
        cut();
        begin(container: Container);
        element(index: usize);
        key(index: usize, key: &str, form: Form);
        end(container: Container);
        watch(is_on: bool);
        forget_watched();
        begin_embedded();
        end_embedded(text: &str);
    }

    fn walk_value(value: &dyn Walkable, at: At<'_, '_, '_, Self>) -> Result<(), WalkError> {
        value.walk_draft(at)
    }

    fn mark(&self) -> Self::Mark {
        (self.known.mark(), self.writer.as_ref().map_or(0, Sink::mark))
    }

    fn take_key_back(&mut self, mark: Self::Mark) {
        if let Some(writer) = self.while_nobody_is_known() {
            writer.take_key_back(mark.1);
        }
    }

    fn replace_with_bytes(&mut self, mark: Self::Mark, treatment: Treatment, len: usize) {
        self.known.replace_with_bytes(mark.0, treatment, len);
        if let Some(writer) = self.while_nobody_is_known() {
            writer.replace_with_bytes(mark.1, treatment, len);
        }
    }

    fn rename(&mut self, from: Self::Mark, to: Self::Mark, treatment: Treatment) {
        self.known.rename(from.0, to.0, treatment);
        if let Some(writer) = self.while_nobody_is_known() {
            writer.rename(from.1, to.1, treatment);
        }
    }
}
