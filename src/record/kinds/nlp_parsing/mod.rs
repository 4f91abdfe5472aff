//! `nlp_parsing`: a text from which a parser read something.

mod entity;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use self::entity::ParsedEntity;

use super::super::told::{Fields, Told, Traced};
use super::super::{Ending, Record};
use super::closed::closed_set;
use super::{Event, Kind, KindError, milliseconds};

/// So many characters of the text are told.
const PREVIEW: usize = 200;

closed_set! {
    /// How the parsing of a text ended.
    ///
    /// # Default
    /// [`ParsingStatus::Failed`] where there are details of an error, else
    /// [`ParsingStatus::Success`].
    ParsingStatus of "nlp_parsing.status" {
        /// It has not ended.
        Pending = "Pending",
        /// The text was read.
        Success = "Success",
        /// It was not.
        Failed = "Failed",
        /// Some of it was.
        Partial = "Partial",
    }
}

/// What the parsing of a text has of its own.
#[derive(Default)]
pub struct NlpParsing {
    source_text: String,
    source_document: Option<String>,
    parser_version: Option<Cow<'static, str>>,
    status: Option<ParsingStatus>,
    confidence_score: Option<f64>,
    error_details: Option<String>,
    entities: Vec<ParsedEntity>,
}

impl fmt::Debug for NlpParsing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NlpParsing")
            .field("status", &self.status)
            .field("confidence_score", &self.confidence_score)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// A text from which a parser read something. Of the text only a keyed hash is sent, and in
    /// the trace its first 200 characters, masked as a whole before they are cut.
    ///
    /// ```
    /// use std::time::Duration;
    /// use epilogue::Record;
    /// use epilogue::record::ParsedEntity;
    ///
    /// let record = Record::nlp_parsing("Invoice 4711 of Maria Lindqvist")
    ///     .parser_version("2.3.1")
    ///     .took(Duration::from_millis(35))
    ///     .confidence_score(0.91)
    ///     .entity(ParsedEntity::new("INVOICE_NUMBER", "4711").at(8..12))
    ///     .entity(ParsedEntity::new("PERSON", "Maria Lindqvist").at(16..31).confidence(0.98))
    ///     .build()?;
    /// # drop(record);
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn nlp_parsing(source_text: impl Into<String>) -> Event<NlpParsing> {
        let source_text = source_text.into();
        Event::of("nlp_parsing", NlpParsing { source_text, ..NlpParsing::default() })
    }
}

impl Event<NlpParsing> {
    /// How it ended.
    ///
    /// # Default
    /// See [`ParsingStatus`].
    pub fn status(mut self, status: ParsingStatus) -> Self {
        self.kind.status = Some(status);
        self
    }

    /// The text could not be read, and this is what was said.
    pub fn failed(self, details: impl Into<String>) -> Self {
        self.status(ParsingStatus::Failed).error_details(details)
    }

    /// The document that the text comes from, by its id.
    pub fn source_document(mut self, id: impl Into<String>) -> Self {
        self.kind.source_document = Some(id.into());
        self
    }

    /// Which parser read it.
    pub fn parser_version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.kind.parser_version = Some(version.into());
        self
    }

    /// How sure the parser is of all together, from 0 to 1.
    pub fn confidence_score(mut self, confidence: f64) -> Self {
        self.kind.confidence_score = Some(confidence);
        self
    }

    /// What went wrong: one line, masked, at most 1,024 bytes.
    pub fn error_details(mut self, details: impl Into<String>) -> Self {
        self.kind.error_details = Some(details.into());
        self
    }

    /// Something that was found. At every level it is counted by its type; what it is stands in
    /// the trace alone.
    pub fn entity(mut self, entity: ParsedEntity) -> Self {
        self.kind.entities.push(entity);
        self
    }
}

impl NlpParsing {
    /// How often each type was found, in alphabetical order.
    fn entity_counts(&self) -> Fields<'_> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for entity in &self.entities {
            *counts.entry(entity.entity_type()).or_default() += 1;
        }
        let counts = counts.into_iter();
        counts.fold(Fields::default(), |fields, (name, count)| {
            fields.named(name, Told::Ours(count.into()))
        })
    }

    fn has_text(&self) -> bool {
        !self.source_text.is_empty()
    }
}

impl Kind for NlpParsing {
    fn ending(&self) -> Ending {
        let default = match self.error_details {
            Some(_) => ParsingStatus::Failed,
            None => ParsingStatus::Success,
        };
        let status = self.status.unwrap_or(default);
        Ending::new(status.as_str(), status == ParsingStatus::Success)
    }

    fn fields(&self, took: Option<Duration>) -> Fields<'_> {
        let hash = self.has_text().then_some(Told::HashOf(&self.source_text));
        Fields::default()
            .add("source_text_hash", hash)
            .identifier("source_document", self.source_document.as_deref())
            .constant("parser_version", self.parser_version.as_deref())
            .ours("processing_time_ms", took.map(milliseconds))
            .number("confidence_score", self.confidence_score)
            .line("error_details", self.error_details.as_deref())
            .object("entity_counts", self.entity_counts())
    }

    fn traced(&self) -> Fields<'_> {
        let preview = Told::Traced(Traced::Preview(&self.source_text, PREVIEW));
        let entities = Told::Traced(Traced::Entities(&self.entities));
        Fields::default()
            .add("source_text_preview", self.has_text().then_some(preview))
            .add("parsed_entities", (!self.entities.is_empty()).then_some(entities))
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("nlp_parsing.source_text", &self.source_text)?;
        let confidence = self.confidence_score;
        KindError::unless_confidence("nlp_parsing.confidence_score", confidence)?;
        self.entities.iter().try_for_each(ParsedEntity::check)
    }
}
