//! The second walk over what a kind tells: masked JSON, cut to its limits.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Number;

use crate::mask::{
    self, Cut, Entity, Identities, Known, Masker, Policy, Report, Root, Seen, Treatment,
    Unserializable, Written, write_string,
};
use crate::wire;

use super::super::limit::{self, MAX_LINE_BYTES, fitted, unlike};
use super::fields::Name;
use super::{Fields, MAX_ITEMS, Place, Told, Traced};

/// What may be known of the people in a record.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct People<'a> {
    /// Those that the record tells.
    pub(in super::super) known: &'a Identities,
    /// None: for texts in which a name would be chance.
    pub(in super::super) nobody: &'a Identities,
    /// Nobody else can be in the record.
    pub(in super::super) are_all_known: bool,
}

/// Writes the fields of a kind's own.
#[derive(Debug)]
pub(in super::super) struct Writer<'a> {
    policy: &'a Policy,
    people: People<'a>,
    masker: Masker<'a>,
    form_alone: Masker<'a>,
    in_values: Report,
    cuts: Vec<Cut>,
    seen: std::vec::IntoIter<Seen>,
}

/// JSON, or nothing where the value is left out.
type Json = Result<Option<Vec<u8>>, Unserializable>;

impl<'a> Writer<'a> {
    /// A writer for values of the trace of which this was seen before.
    pub(in super::super) fn new(policy: &'a Policy, people: People<'a>, seen: Vec<Seen>) -> Self {
        Self {
            policy,
            people,
            masker: Masker::new(policy, people.known),
            form_alone: Masker::new(policy, people.nobody),
            in_values: Report::default(),
            cuts: Vec::new(),
            seen: seen.into_iter(),
        }
    }

    /// The fields as an object.
    ///
    /// # Errors
    /// [`Unserializable`] where a value of the trace cannot be sent.
    pub(in super::super) fn write<'t>(
        mut self,
        fields: &Fields<'t>,
        mut place: Place<'t>,
    ) -> Result<Written, Unserializable> {
        let json = self.object(fields, &mut place)?;
        let report = self.masker.report().merged(&self.form_alone.report()).merged(&self.in_values);
        Ok(Written { json, report, cuts: self.cuts })
    }

    fn told<'t>(&mut self, told: &Told<'t>, place: &mut Place<'t>) -> Json {
        Ok(match told {
            Told::Ours(value) => self.unless_dropped(value.to_string().into_bytes(), place),
            Told::Host(value) => self.value(value, place.root()),
            Told::Constant(text) => self.constant(text, place),
            Told::Identifier(text) => self.identifier(text, self.may_name_people(text), place),
            Told::User(text) => self.identifier(text, has_blank(text), place),
            Told::NumericId(number) => self.numeric_id(number, place),
            Told::Line(text) => self.line(text, place),
            Told::HashOf(text) => {
                self.unless_dropped(json_string(&self.policy.hash_of_text(text)), place)
            }
            Told::Way(names) => self.way(names, place),
            Told::LeftOut(bytes) => self.left_out(place, *bytes),
            Told::Traced(value) => return self.traced(value, place),
            // One of which the host drops each element is dropped.
            Told::List(list) => Some(self.list(list, place)?).filter(|json| json != b"[]"),
            Told::Object(fields) => Some(self.object(fields, place)?),
        })
    }

    fn object<'t>(
        &mut self,
        fields: &Fields<'t>,
        place: &mut Place<'t>,
    ) -> Result<Vec<u8>, Unserializable> {
        if fields.len() > MAX_ITEMS {
            self.left_out(place, None);
        }
        let mut json = vec![b'{'];
        let mut written = HashSet::new();
        for (name, told) in fields.iter().take(MAX_ITEMS) {
            let Some(shown) = self.name(*name, &written, place) else {
                continue;
            };
            let value = place.in_field(name.text, &shown, |place| self.told(told, place))?;
            // Nothing is left of an object whose fields were all left out.
            let is_left = |json: &Vec<u8>| json != b"{}" || !matches!(told, Told::Object(_));
            let Some(value) = value.filter(is_left) else {
                continue;
            };
            if json.len() > 1 {
                json.push(b',');
            }
            write_string(&shown, &mut json);
            json.push(b':');
            json.extend_from_slice(&value);
            written.insert(shown);
        }
        json.push(b'}');
        Ok(json)
    }

    /// The name as it is shown; `None` where it may name somebody whom nobody knows.
    fn name(
        &mut self,
        name: Name<'_>,
        written: &HashSet<String>,
        place: &Place<'_>,
    ) -> Option<String> {
        let Name { text, is_ours } = name;
        if is_ours {
            return Some(text.to_owned());
        }
        if self.may_name_people(text) {
            self.left_out(place, Some(text.len()));
            return None;
        }
        let masked = self.masked_name(text);
        let (name, _) = fitted(masked.as_deref().unwrap_or(text), wire::MAX_IDENTIFIER_BYTES);
        Some(unlike(written, name))
    }

    /// The name masked; `None` where it holds nothing, or the host wrote it in a rule.
    fn masked_name(&mut self, name: &str) -> Option<String> {
        if self.policy.names_field(name) { None } else { self.masker.key(name) }
    }

    fn list<'t>(
        &mut self,
        list: &[Told<'t>],
        place: &mut Place<'t>,
    ) -> Result<Vec<u8>, Unserializable> {
        if list.len() > MAX_ITEMS {
            self.left_out(place, None);
        }
        let mut json = vec![b'['];
        for (index, told) in list.iter().take(MAX_ITEMS).enumerate() {
            let element = place.in_element(index, |place| self.told(told, place))?;
            let Some(element) = element else {
                continue;
            };
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(&element);
        }
        json.push(b']');
        Ok(json)
    }

    fn constant(&mut self, text: &str, place: &Place<'_>) -> Option<Vec<u8>> {
        let text = text.replace('\0', "\u{fffd}");
        let masked = if self.is_treated(place) {
            self.text(&text, place.root())
        } else {
            let by_form = self.form_alone.identifier(&text);
            by_form.or_else(|| self.whole(&text, place.root(), self.people.nobody))
        };
        self.kept(masked, text.len(), wire::MAX_IDENTIFIER_BYTES, place)
    }

    fn identifier(&mut self, text: &str, may_be_name: bool, place: &Place<'_>) -> Option<Vec<u8>> {
        let text = text.replace('\0', "\u{fffd}");
        let masked = if self.is_treated(place) {
            self.text(&text, place.root())
        } else if may_be_name {
            self.in_values.add(Entity::Id);
            Some(self.policy.hashed(Entity::Id, &text))
        } else {
            let known = self.masker.identifier(&text);
            known.or_else(|| self.whole(&text, place.root(), self.people.known))
        };
        self.kept(masked, text.len(), wire::MAX_IDENTIFIER_BYTES, place)
    }

    /// A number of a personal form is hashed, so that no two become one.
    fn numeric_id(&mut self, number: &Number, place: &Place<'_>) -> Option<Vec<u8>> {
        let shown = self.value(number, place.root())?;
        let text = number.to_string();
        if shown == text.as_bytes() || self.is_treated(place) {
            return Some(shown);
        }
        Some(json_string(&self.policy.hashed(Entity::Id, &text)))
    }

    /// What is the SDK's own is not masked, but the host may have it left out.
    fn unless_dropped(&self, json: Vec<u8>, place: &Place<'_>) -> Option<Vec<u8>> {
        let treatment = mask::treatment_at(self.policy, place.root());
        (treatment != Treatment::Drop).then_some(json)
    }

    /// A text of no personal form: hashed where it is JSON that holds something personal.
    fn whole(&mut self, text: &str, root: Root<'_>, people: &Identities) -> Option<String> {
        let masked = self.text_among(text, root, people)?;
        Some(if masked == text { masked } else { self.policy.hashed(Entity::Id, text) })
    }

    fn line(&mut self, text: &str, place: &Place<'_>) -> Option<Vec<u8>> {
        if !self.people.are_all_known {
            return self.left_out(place, Some(text.len()));
        }
        let masked = self.text(&limit::line(text), place.root());
        self.kept(masked, text.len(), MAX_LINE_BYTES, place)
    }

    /// What the host drops is left out with its name, here as well.
    fn way(&mut self, names: &[String], place: &Place<'_>) -> Option<Vec<u8>> {
        let bytes = names.iter().map(String::len).sum();
        if names.iter().any(|name| self.may_name_people(name)) {
            return self.left_out(place, Some(bytes));
        }
        if self.is_treated(place) {
            let masked = self.text(&names.join("."), place.root());
            return self.kept(masked, bytes, wire::MAX_IDENTIFIER_BYTES, place);
        }
        let is_dropped = ["before", "after"].into_iter().any(|side| {
            let ours = ["trace", "changes", side].into_iter();
            let ways: Vec<_> =
                ours.chain(names.iter().map(String::as_str)).map(mask::Way::Field).collect();
            mask::treatment_at(self.policy, Root::new(&ways, "")) == Treatment::Drop
        });
        if is_dropped {
            return None;
        }
        let shown: Vec<_> = names
            .iter()
            .map(|name| self.masked_name(name).unwrap_or_else(|| name.clone()))
            .collect();
        self.kept(Some(shown.join(".")), bytes, wire::MAX_IDENTIFIER_BYTES, place)
    }

    fn traced(&mut self, value: &Traced<'_>, place: &Place<'_>) -> Json {
        let seen = self.seen.next().ok_or(Unserializable)?;
        let written = mask::write(self.policy, self.people.known, value, seen, place.root())?;
        let json = self.take(written);
        Ok(match value {
            _ if json == b"null" => None,
            Traced::Preview(_, characters) => {
                let text = serde_json::from_slice::<String>(&json).map_err(|_| Unserializable)?;
                Some(json_string(limit::beginning(&text, *characters)))
            }
            _ => Some(json),
        })
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T, root: Root<'_>) -> Option<Vec<u8>> {
        self.value_among(value, root, self.people.known).filter(|json| json != b"null")
    }

    fn text(&mut self, text: &str, root: Root<'_>) -> Option<String> {
        self.text_among(text, root, self.people.known)
    }

    fn text_among(&mut self, text: &str, root: Root<'_>, people: &Identities) -> Option<String> {
        serde_json::from_slice(&self.value_among(text, root, people)?).ok()
    }

    /// A value that tells the same each time, so that both walks can be done here.
    fn value_among<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        root: Root<'_>,
        people: &Identities,
    ) -> Option<Vec<u8>> {
        let walk = if people.is_empty() { mask::draft } else { mask::collect };
        let seen = walk(self.policy, value, root, &mut Known::default()).ok()?;
        let written = mask::write(self.policy, people, value, seen, root).ok()?;
        Some(self.take(written))
    }

    fn take(&mut self, written: Written) -> Vec<u8> {
        self.in_values = self.in_values.merged(&written.report);
        self.cuts.extend(written.cuts);
        written.json
    }

    /// A rule of the host's, or the name of the field, tells what becomes of what stands here.
    fn is_treated(&self, place: &Place<'_>) -> bool {
        mask::treatment_at(self.policy, place.root()) != Treatment::Scan
    }

    /// An identifier is one word; several may be a name that nobody can know.
    fn may_name_people(&self, text: &str) -> bool {
        !self.people.are_all_known && has_blank(text)
    }

    /// What is kept of a masked text. What has no place, or could not be masked, is left out.
    fn kept(
        &mut self,
        masked: Option<String>,
        original_bytes: usize,
        max: usize,
        place: &Place<'_>,
    ) -> Option<Vec<u8>> {
        let (text, is_cut) = fitted(&masked?, max);
        if is_cut {
            self.left_out(place, Some(original_bytes));
        }
        Some(json_string(&text))
    }

    fn left_out(&mut self, place: &Place<'_>, original_bytes: Option<usize>) -> Option<Vec<u8>> {
        self.cuts.push(Cut { path: place.shown().to_owned(), original_bytes });
        None
    }
}

fn json_string(text: &str) -> Vec<u8> {
    let mut json = Vec::with_capacity(text.len() + 2);
    write_string(text, &mut json);
    json
}

/// An identifier is one word; several may be a name.
fn has_blank(text: &str) -> bool {
    text.trim().contains(char::is_whitespace)
}
