//! Personal fields in text that is no JSON by itself: `"first_name": "Ann"` behind a prefix,
//! `Customer { first_name: "Ann" }` as a language prints a value, "Date of Birth: 1990-01-02".

use super::super::entity::Entity;
use super::super::keys::{self, KeyRule};
use super::Finding;
use super::pair::{Form, Name, Value};

/// The longest value of a personal field.
const MAX_VALUE: usize = 200;

/// Whether the name is that of a personal field.
pub(super) fn tells(name: &Name<'_>, words: &[&str]) -> bool {
    let is_field = name.is_quoted || name.is_field;
    is_birth(words) || (is_field && !keys::is_secret(words) && entity_of(words).is_some())
}

/// The value, if it is one of the field that `words` name.
pub(super) fn judge(value: &Value<'_>, words: &[&str]) -> Option<Finding> {
    if is_birth(words) {
        return birth(value);
    }
    if value.form != Form::Quoted || value.text.len() > MAX_VALUE {
        return None;
    }
    let entity = entity_of(words)?;
    let is_text = value.text.chars().any(char::is_alphanumeric);
    is_text.then(|| Finding::new(value.start, value.end(), entity))
}

fn entity_of(words: &[&str]) -> Option<Entity> {
    match keys::rule_of(words) {
        KeyRule::Name => Some(Entity::Name),
        KeyRule::Phone => Some(Entity::Phone),
        KeyRule::UserName => Some(Entity::Id),
        KeyRule::Ssn => Some(Entity::Ssn),
        KeyRule::Remove | KeyRule::RemoveCarried => Some(Entity::Removed),
        _ => None,
    }
}

fn is_birth(words: &[&str]) -> bool {
    matches!(words, [.., "birth" | "dob" | "birthdate" | "birthday"])
}

/// A date of birth in any order and with any marks, without the rest of its line.
fn birth(value: &Value<'_>) -> Option<Finding> {
    let digits = value.text.bytes().take(MAX_VALUE).filter(u8::is_ascii_digit).count();
    (4..=8).contains(&digits).then(|| Finding::new(value.start, value.end(), Entity::Removed))
}
