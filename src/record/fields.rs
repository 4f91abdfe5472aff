//! An object of values of many types, for a state that is no type of its own.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::value::Value;

/// An object made of the host's values, each moved and each of its own type.
///
/// It serves as a [state](super::Record::state) where not all of a host's struct is to be logged,
/// or not all of it serializes. Like every value of a record it serializes on the shipper's thread,
/// and for the masking of this crate alone. A name that is given twice stands there twice. Its
/// `Debug` tells how many fields there are and no content.
///
/// ```
/// use epilogue::{Level, Record, mask::Policy, record::Fields};
///
/// let state = Fields::new().field("orders", vec!["A-1017"]).field("attempts", 2);
/// let record = Record::workflow("12345").state(state);
/// let json = record.seal(&Policy::default(), Level::FullTrace).render();
/// assert!(json.contains(r#""state":{"orders":["A-1017"],"attempts":2}"#));
/// ```
#[derive(Default)]
#[must_use = "fields are a value for a record, such as its state"]
pub struct Fields(Vec<(Cow<'static, str>, Value)>);

impl Fields {
    /// An object without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field: any value, moved.
    pub fn field(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Serialize + Send + 'static,
    ) -> Self {
        self.0.push((name.into(), Value::new(value)));
        self
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("len", &self.0.len()).finish_non_exhaustive()
    }
}
