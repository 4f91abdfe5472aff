//! Parts of whole records, as pages take them.

use serde_json::Value;
use serde_json::value::RawValue;

/// A part that is a text.
pub(super) fn text(part: Option<Box<RawValue>>) -> Option<String> {
    serde_json::from_str(part?.get()).ok()
}

/// A part, whatever it is.
pub(super) fn value(part: Option<Box<RawValue>>) -> Option<Value> {
    serde_json::from_str(part?.get()).ok()
}
