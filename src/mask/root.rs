//! Where the value of a walk stands in the record.

use super::policy::Way;

/// Where the value of a walk stands in the record; every path begins there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    name: &'static str,
    index: Option<usize>,
}

impl Root {
    /// Nowhere: a value by itself.
    pub(crate) const VALUE: Self = Self { name: "", index: None };
    pub(crate) const TRACE: Self = Self { name: "trace", index: None };
    pub(crate) const STATUS_REASON: Self = Self { name: "status_reason", index: None };

    pub(crate) const fn tag(index: usize) -> Self {
        Self { name: "tags", index: Some(index) }
    }

    pub(super) const fn name(self) -> &'static str {
        self.name
    }

    /// The steps from the record to the value.
    pub(super) fn ways(self) -> impl Iterator<Item = Way<'static>> {
        let field = (!self.name.is_empty()).then_some(Way::Field(self.name));
        field.into_iter().chain(self.index.map(Way::Element))
    }
}
