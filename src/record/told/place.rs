//! Where in the record a value of a kind's own stands.

use std::fmt::{self, Write as _};

use crate::mask::{Root, Way};

/// The way from the record to a value, for the host's rules, and as it may be shown.
#[derive(Debug)]
pub(in super::super) struct Place<'a> {
    ways: Vec<Way<'a>>,
    shown: String,
}

impl<'a> Place<'a> {
    /// A field of the record.
    pub(in super::super) fn field(name: &'static str) -> Self {
        Self { ways: vec![Way::Field(name)], shown: name.to_owned() }
    }

    pub(in super::super) fn root(&self) -> Root<'_> {
        Root::new(&self.ways, &self.shown)
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Does something in the field of this name, which is shown as `shown`.
    pub(super) fn in_field<T>(
        &mut self,
        name: &'a str,
        shown: &str,
        task: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.inside(Way::Field(name), format_args!(".{shown}"), task)
    }

    /// Does something in this element.
    pub(super) fn in_element<T>(&mut self, index: usize, task: impl FnOnce(&mut Self) -> T) -> T {
        self.inside(Way::Element(index), format_args!("[{index}]"), task)
    }

    fn inside<T>(
        &mut self,
        way: Way<'a>,
        step: fmt::Arguments<'_>,
        task: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let shown = self.shown.len();
        self.ways.push(way);
        // Writing to a String cannot fail.
        let _ = self.shown.write_fmt(step);
        let done = task(self);
        self.ways.pop();
        self.shown.truncate(shown);
        done
    }
}
