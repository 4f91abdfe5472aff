//! A field of the struct, and what is said on it.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Error, LitStr, Meta, Result, Token, Type};

use super::attribute::Said;
use super::near::nearest;
use super::role::{Role, STATE, STATUS, TICKET_ID, Takes};
use super::types::{is_option, is_plain, is_text};

const SKIP: &str = "skip";
const RENAME: &str = "rename";
const MASK: &str = "mask";

/// The words for what is done to a value, with the names of the actions.
const MASKS: [(&str, &str); 4] =
    [("hash", "Hash"), (MASK, "Mask"), ("drop", "Drop"), ("keep", "Keep")];

/// Serde's words for a field that it leaves out, or tells as something else.
const HIDES: [&str; 4] = ["skip", "skip_serializing", "serialize_with", "with"];

/// A field of the struct, and what is said on it.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    /// Where its value goes; nowhere if it is skipped.
    pub(crate) uses: Vec<Use>,
    /// The action that stands on its value.
    pub(crate) mask: Option<Ident>,
}

/// One of the places where the value of a field goes.
pub(crate) struct Use {
    pub(crate) role: &'static Role,
    /// The name that it has there, where it has one.
    pub(crate) name: LitStr,
    pub(crate) span: Span,
}

impl<'a> Field<'a> {
    pub(crate) fn parse(field: &'a syn::Field, ident: &'a Ident) -> Result<Self> {
        let said = Said::all(&field.attrs, "")?;
        let mut parsed = Self { ident, ty: &field.ty, uses: Vec::new(), mask: None };
        let mut rename = None;
        for said in &said {
            match said.name().as_str() {
                SKIP => said.alone()?,
                RENAME => rename = Some(said.text()?.clone()),
                MASK => parsed.mask = Some(action(said)?),
                name => parsed.uses.push(Use::parse(said, Role::named(name), ident)?),
            }
        }
        if let Some(skip) = said.iter().find(|said| said.name() == SKIP) {
            nothing_beside(skip, &said)?;
            return Ok(parsed);
        }
        if !parsed.uses.iter().any(|used| used.role.is_told()) {
            if parsed.mask.is_none() {
                unless_serde_hides(field)?;
            }
            parsed.uses.push(Use { role: &STATE, name: own_name(ident), span: ident.span() });
        }
        parsed.check(&said)?;
        if let Some(name) = rename {
            parsed.rename(&name)?;
        }
        Ok(parsed)
    }

    /// The state is where the fields stand under names.
    fn rename(&mut self, name: &LitStr) -> Result<()> {
        let Some(in_state) = self.uses.iter_mut().find(|used| used.is_in_state()) else {
            let hint = "a metric is named by `metric = \"…\"`";
            return Err(Error::new_spanned(
                name,
                format!("`rename` names a field of the state, where this one is not; {hint}"),
            ));
        };
        in_state.name = name.clone();
        Ok(())
    }

    fn check(&self, said: &[Said]) -> Result<()> {
        for used in &self.uses {
            self.check_type(used)?;
        }
        let shown = self.uses.iter().find(|u| u.role.is_told() && !u.role.takes.is_serialized());
        match (shown, said.iter().find(|said| said.name() == MASK)) {
            (Some(shown), Some(mask)) => Err(mask.error(format!(
                "`mask` is for what is told as it serializes (`state`, `whole_state`, `input`); \
                 `{}` has its own rules",
                shown.role.name
            ))),
            _ => Ok(()),
        }
    }

    /// What can be told by the name of the type is told better than by the compiler.
    fn check_type(&self, used: &Use) -> Result<()> {
        let wrong = match used.role.name {
            TICKET_ID if is_option(self.ty) => {
                "every record has a `ticket_id`, and an `Option` may have none"
            }
            STATUS if is_text(self.ty) || is_plain(self.ty) => {
                "a status is an `epilogue::Status`, or what becomes one: \
                 `impl From<…> for epilogue::Status`"
            }
            _ if used.role.takes == Takes::Metric && (is_text(self.ty) || is_bool(self.ty)) => {
                "a metric is a number; a text can be a `category`, a `tag` or part of the state"
            }
            _ => return Ok(()),
        };
        Err(Error::new_spanned(self.ty, wrong))
    }

    /// How often the value itself is needed.
    pub(crate) fn times_taken(&self) -> usize {
        self.uses.iter().filter(|used| used.role.takes.is_owned()).count()
    }
}

impl Use {
    fn parse(said: &Said, role: Option<&'static Role>, ident: &Ident) -> Result<Self> {
        let Some(role) = role else {
            let names: Vec<_> = Role::names().chain([MASK, RENAME, SKIP]).collect();
            return Err(said.unknown("a field", &names));
        };
        let name = match role.takes {
            Takes::Metric => said.text_if_any()?.cloned(),
            _ => said.alone().map(|()| None)?,
        };
        let name = name.unwrap_or_else(|| own_name(ident));
        Ok(Self { role, name, span: said.span() })
    }

    pub(crate) fn is_in_state(&self) -> bool {
        self.role.takes == Takes::Named
    }

    /// What no other field may be as well.
    pub(crate) fn alone_in(&self) -> Option<(&'static str, String)> {
        match self.role.takes {
            Takes::Metric | Takes::Named => Some((self.role.name, self.name.value())),
            _ if self.role.is_one => Some((self.role.name, String::new())),
            _ => None,
        }
    }
}

/// What serde does not tell as it is must not be told because it says nothing here.
fn unless_serde_hides(field: &syn::Field) -> Result<()> {
    for attribute in field.attrs.iter().filter(|other| other.path().is_ident("serde")) {
        // What serde itself does not understand is for it to say.
        let Ok(words) = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        else {
            continue;
        };
        let hides = |word: &&Meta| HIDES.iter().any(|name| word.path().is_ident(name));
        if let Some(word) = words.iter().find(hides) {
            let hint = "say `#[epilogue(skip)]` to leave it out of the record as well, or \
                        `#[epilogue(state)]` to tell it as its type serializes";
            return Err(Error::new_spanned(
                word.path(),
                format!("what serde's attributes say is not read here: {hint}"),
            ));
        }
    }
    Ok(())
}

/// A word is `skip`, so it is the only one.
fn nothing_beside(skip: &Said, said: &[Said]) -> Result<()> {
    match said.iter().find(|said| said.name() != SKIP) {
        None => Ok(()),
        Some(beside) => Err(skip.error(format!(
            "`skip` leaves the field out, and `{}` does not; `mask = \"drop\"` leaves out a value \
             that is in the state",
            beside.name()
        ))),
    }
}

/// The action of `mask`, or of `mask = "hash"` and the like.
fn action(said: &Said) -> Result<Ident> {
    let Some(text) = said.text_if_any()? else {
        return Ok(Ident::new("Mask", said.span()));
    };
    let written = text.value();
    let known = MASKS.iter().find(|(word, _)| *word == written);
    known.map(|(_, action)| Ident::new(action, text.span())).ok_or_else(|| {
        let words = MASKS.map(|(word, _)| word);
        let hint = match nearest(&written, &words) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("it is one of `{}`", words.join("`, `")),
        };
        Error::new_spanned(text, format!("unknown mask `{written}`: {hint}"))
    })
}

fn own_name(ident: &Ident) -> LitStr {
    LitStr::new(&ident.unraw().to_string(), ident.span())
}

fn is_bool(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("bool"))
}
