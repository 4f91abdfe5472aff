//! Where the value of a walk stands in the record.

use super::policy::Way;

/// Where the value of a walk stands in the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root<'a> {
    ways: &'a [Way<'a>],
    path: &'a str,
}

impl Root<'static> {
    /// Nowhere: a value by itself.
    pub(crate) const VALUE: Self = Self { ways: &[], path: "" };
    pub(crate) const TRACE: Self = Self { ways: &[Way::Field("trace")], path: "trace" };
    pub(crate) const STATUS_REASON: Self =
        Self { ways: &[Way::Field("status_reason")], path: "status_reason" };
}

impl<'a> Root<'a> {
    /// A place by the steps that lead to it. The paths of what is cut there begin with `path`, so
    /// nothing personal may stand in it.
    pub(crate) const fn new(ways: &'a [Way<'a>], path: &'a str) -> Self {
        Self { ways, path }
    }

    pub(super) const fn path(self) -> &'a str {
        self.path
    }

    /// How many arrays and objects are around the value, beside those that a trace has around it.
    pub(super) const fn depth(self) -> usize {
        self.ways.len().saturating_sub(1)
    }

    /// The steps from the record to the value.
    pub(super) fn ways(self) -> impl Iterator<Item = Way<'a>> {
        self.ways.iter().copied()
    }
}
