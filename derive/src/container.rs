//! The struct as a whole: what is said on it, and how its fields go together.

use std::collections::HashMap;

use proc_macro2::Ident;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Path, Result, parse_quote};

use super::attribute::Said;
use super::field::{Field, Use};
use super::role::TICKET_ID;

const CRATE: &str = "crate";
const TAG: &str = "tag";

/// What every record of this struct says.
const CONSTANTS: [&str; 7] =
    ["workflow_name", "workflow_version", "category", TAG, "currency", "environment", "client_id"];

/// The struct with what is said on it and on its fields.
pub(crate) struct Container<'a> {
    /// Where epilogue is found.
    pub(crate) krate: Path,
    /// What every record says, each with the method that takes it.
    pub(crate) constants: Vec<(Ident, Expr)>,
    pub(crate) fields: Vec<Field<'a>>,
}

impl<'a> Container<'a> {
    pub(crate) fn parse(input: &'a DeriveInput) -> Result<Self> {
        let fields = named_fields(input)?;
        let mut parsed =
            Self { krate: parse_quote!(::epilogue), constants: Vec::new(), fields: Vec::new() };
        let mut errors = Errors::default();
        errors.keep(parsed.attributes(&input.attrs));
        for field in fields {
            parsed.fields.extend(errors.keep(field));
        }
        errors.into_result()?;
        parsed.check(&input.ident)?;
        Ok(parsed)
    }

    fn attributes(&mut self, attributes: &[Attribute]) -> Result<()> {
        for said in Said::all(attributes, TAG)? {
            match said.name().as_str() {
                CRATE => self.krate = said.text()?.parse()?,
                name if CONSTANTS.contains(&name) => {
                    self.constants.push((said.word().clone(), said.value()?.clone()));
                }
                _ => {
                    let names = [CONSTANTS.as_slice(), &[CRATE]].concat();
                    return Err(said.unknown("a struct", &names));
                }
            }
        }
        Ok(())
    }

    fn check(&self, ident: &Ident) -> Result<()> {
        let mut errors = Errors::default();
        if !self.uses().any(|(_, used)| used.role.name == TICKET_ID) {
            let hint = "put `#[epilogue(ticket_id)]` on the field that tells which ticket it was";
            errors.add(Error::new(ident.span(), format!("no field is the `ticket_id`: {hint}")));
        }
        let mut taken = HashMap::new();
        for (field, used) in self.uses() {
            let Some(place) = used.alone_in() else {
                continue;
            };
            if let Some(first) = taken.insert(place, field.ident) {
                errors.add(Error::new(used.span, twice(used, first)));
            }
        }
        self.check_state(&mut errors);
        errors.into_result()
    }

    /// What is the whole of the state leaves no room beside it.
    fn check_state(&self, errors: &mut Errors) {
        let Some((whole, _)) = self.uses().find(|(_, used)| used.role.name == "whole_state") else {
            return;
        };
        for (field, used) in self.uses().filter(|(_, used)| used.is_in_state()) {
            let message = format!(
                "`{}` would stand in the state beside `{}`, which is the whole of it: say `skip` \
                 here, or `state` there",
                field.ident, whole.ident
            );
            errors.add(Error::new(used.span, message));
        }
    }

    fn uses(&self) -> impl Iterator<Item = (&Field<'a>, &Use)> {
        self.fields.iter().flat_map(|field| field.uses.iter().map(move |used| (field, used)))
    }

    /// The field that tells the ticket.
    pub(crate) fn ticket(&self) -> Option<&Field<'a>> {
        self.uses().find(|(_, used)| used.role.name == TICKET_ID).map(|(field, _)| field)
    }
}

/// Two fields want to stand where there is room for one.
fn twice(used: &Use, first: &Ident) -> String {
    let role = used.role.name;
    if used.role.is_one {
        return format!("`{role}` stands on `{first}` already, and a record has one");
    }
    let name = used.name.value();
    if used.is_in_state() {
        format!("the state has a field `{name}` already: `{first}`")
    } else {
        format!("there is a {role} `{name}` already: `{first}`")
    }
}

/// The fields of a struct that has names for them.
fn named_fields(input: &DeriveInput) -> Result<Vec<Result<Field<'_>>>> {
    if let Some(lifetime) = input.generics.lifetimes().next() {
        let hint = "a record outlives what shipped it: own the values, or borrow them for 'static";
        return Err(Error::new_spanned(lifetime, hint));
    }
    let hint = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                let named =
                    fields.named.iter().filter_map(|field| Some((field, field.ident.as_ref()?)));
                return Ok(named.map(|(field, ident)| Field::parse(field, ident)).collect());
            }
            Fields::Unnamed(_) => "the fields of a tuple struct have no names: give them some",
            Fields::Unit => "a struct without fields tells nothing: give it some",
        },
        Data::Enum(_) => {
            "an enum has no fields of its own: derive it on a struct that holds the enum"
        }
        Data::Union(_) => "nobody knows what a union holds: derive it on a struct",
    };
    let by_hand = "or implement `epilogue::IntoRecord` by hand";
    Err(Error::new(input.ident.span(), format!("{hint}, {by_hand}")))
}

/// All that is wrong, told at once.
#[derive(Default)]
struct Errors(Option<Error>);

impl Errors {
    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
