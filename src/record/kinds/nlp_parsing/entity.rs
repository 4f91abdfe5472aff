//! What was found in a text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::super::KindError;

/// Something that a parser found in a text. Its `Debug` tells its place and no content.
///
/// Its value is masked as its type says: of a `PERSON` as a name, of an `EMAIL` as an address, and
/// so on, there and wherever else the record tells it. A type that says nothing leaves the value to
/// be looked through like any text.
///
/// ```
/// use epilogue::record::ParsedEntity;
///
/// let entity = ParsedEntity::new("PERSON", "Maria Lindqvist").at(8..23).confidence(0.98);
/// # drop(entity);
/// ```
#[derive(Clone, PartialEq, Serialize)]
#[must_use = "an entity is added to a parsing with `entity`"]
pub struct ParsedEntity {
    entity_type: Cow<'static, str>,
    entity_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_position: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_position: Option<usize>,
    #[serde(skip_serializing_if = "is_no_number")]
    confidence: Option<f64>,
}

impl ParsedEntity {
    /// A thing of this type, such as `PERSON` or `INVOICE_NUMBER`, as it stands in the text.
    pub fn new(entity_type: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self {
            entity_type: entity_type.into(),
            entity_value: value.into(),
            start_position: None,
            end_position: None,
            confidence: None,
        }
    }

    /// Where it stands in the text, as the parser counts.
    pub fn at(mut self, positions: Range<usize>) -> Self {
        self.start_position = Some(positions.start);
        self.end_position = Some(positions.end);
        self
    }

    /// How sure the parser is, from 0 to 1.
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = Some(confidence);
        self
    }

    pub(super) fn entity_type(&self) -> &str {
        &self.entity_type
    }

    pub(super) fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("nlp_parsing.parsed_entities.entity_type", &self.entity_type)?;
        if self.end_position < self.start_position {
            let field = "nlp_parsing.parsed_entities.end_position";
            return Err(KindError::EndsBeforeStart { field });
        }
        KindError::unless_confidence("nlp_parsing.parsed_entities.confidence", self.confidence)
    }
}

impl fmt::Debug for ParsedEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedEntity")
            .field("start_position", &self.start_position)
            .field("end_position", &self.end_position)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
fn is_no_number(confidence: &Option<f64>) -> bool {
    !confidence.is_some_and(f64::is_finite)
}
