//! How to ask the index for words.

use std::fmt::Write;

use crate::auth::{Clients, Scope};
use crate::store::page::Filter;
use crate::store::words::label;

/// The expression that finds the records of a scope with all of these words, and with what else
/// the filter wants to be equal.
///
/// The index then finds what has all of it by steps from one to the next, where the rows of
/// everything with a common word would have to be looked at otherwise.
pub(super) fn expression(scope: &Scope, filter: &Filter, words: &str) -> String {
    let client = match scope.clients() {
        Clients::One(client) => Some(label("client_id", client.as_str())),
        Clients::All => None,
    };
    let labels = filter.equal().map(|(name, text)| label(name, text));
    let mut expression = String::new();
    for label in client.into_iter().chain(labels) {
        let _ = write!(expression, "labels : {label} AND ");
    }
    // Without a word nothing is found, and with this empty one there is an expression all the same.
    expression.push_str("text : (\"\" ");
    for word in words.split(|end: char| end.is_whitespace() || end.is_control()) {
        // In quotes every character stands for itself but the quotation mark.
        let _ = write!(expression, "\"{}\" ", word.replace('"', "\"\""));
    }
    expression.push(')');
    expression
}
