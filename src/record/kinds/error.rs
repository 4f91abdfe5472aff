//! What can be wrong with a record of a kind, said by field and without its content.

use std::fmt;

/// Why a record is not what its kind asks for. It names the field and what is expected there, and
/// quotes nothing. Sending it again changes nothing.
///
/// ```
/// use epilogue::record::{KindError, SyncDirection};
///
/// let error = "sideways".parse::<SyncDirection>().unwrap_err();
/// assert_eq!(error.field(), "task_sync.sync_direction");
/// assert!(matches!(error, KindError::Unknown { expected: ["Import", "Export", "Bidirectional"], .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KindError {
    /// A field that the kind requires is missing or empty.
    Missing {
        /// The field, from the record on.
        field: &'static str,
    },
    /// A text is none of those that the field may hold.
    Unknown {
        /// The field, from the record on.
        field: &'static str,
        /// All that it may hold.
        expected: &'static [&'static str],
    },
    /// A number lies outside of what the field may hold, or is none.
    OutOfRange {
        /// The field, from the record on.
        field: &'static str,
        /// What it may hold, in words.
        expected: &'static str,
    },
    /// A position in a text lies before the one where the same part begins.
    EndsBeforeStart {
        /// The field, from the record on.
        field: &'static str,
    },
}

impl KindError {
    /// The field that is wrong, such as `task_sync.sync_direction`.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Missing { field }
            | Self::Unknown { field, .. }
            | Self::OutOfRange { field, .. }
            | Self::EndsBeforeStart { field } => field,
        }
    }

    /// An error where a required text is empty.
    pub(super) fn unless_given(field: &'static str, text: &str) -> Result<(), Self> {
        if text.trim().is_empty() { Err(Self::Missing { field }) } else { Ok(()) }
    }

    /// An error where a confidence is none.
    pub(super) fn unless_confidence(
        field: &'static str,
        confidence: Option<f64>,
    ) -> Result<(), Self> {
        match confidence {
            Some(value) if !(0.0..=1.0).contains(&value) => {
                Err(Self::OutOfRange { field, expected: "a number from 0 to 1" })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for KindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "{field}: expected a value"),
            Self::Unknown { field, expected } => {
                write!(f, "{field}: expected one of {}", expected.join(", "))
            }
            Self::OutOfRange { field, expected } => write!(f, "{field}: expected {expected}"),
            Self::EndsBeforeStart { field } => {
                write!(f, "{field}: expected a position behind the start")
            }
        }
    }
}

impl std::error::Error for KindError {}
