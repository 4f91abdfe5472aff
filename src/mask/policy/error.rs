//! What can be wrong with the host's rules.

/// A policy cannot be built from these rules. Trying again helps only after the rule was changed.
///
/// Its message tells the rule's name and what is wrong with it: nothing but what the host wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The name of the policy or of a rule is empty, longer than 256 bytes or holds a control
    /// character.
    #[error(
        "a name of {bytes} bytes; expected one of 1 to {} without control characters",
        super::MAX_NAME_BYTES
    )]
    Name {
        /// How long it is.
        bytes: usize,
    },
    /// A path does not parse.
    #[error(
        "the path `{path}` at byte {at}: {problem}; expected something like \
         `trace.steps[*].input`"
    )]
    Path {
        /// The path.
        path: String,
        /// Where it goes wrong.
        at: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// A pattern does not compile.
    #[error("the pattern of the rule `{name}`: {problem}")]
    Pattern {
        /// The rule's name.
        name: String,
        /// What the parser says of it.
        problem: String,
    },
    /// A pattern is longer than 4 KiB, or takes more than 1 MiB when it is compiled.
    #[error("the pattern of the rule `{name}` is too large")]
    LargePattern {
        /// The rule's name.
        name: String,
    },
    /// A list of words is empty.
    #[error("the rule `{name}` has no words")]
    NoWords {
        /// The rule's name.
        name: String,
    },
    /// A word of a list has no character that can be seen.
    #[error("the rule `{name}` has an empty word")]
    EmptyWord {
        /// The rule's name.
        name: String,
    },
    /// The lists of words hold more than 16 MiB together.
    #[error("the lists of words are too large together")]
    TooManyWords,
}
