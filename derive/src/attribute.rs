//! What is said in `#[epilogue(…)]`, word by word.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, ExprLit, Lit, LitStr, Result, Token};

use super::near::nearest;

/// One thing that is said, such as `metric = "iterations"`.
pub(crate) struct Said {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        // Any word: `crate` is one of them.
        let name = input.call(Ident::parse_any)?;
        let equals: Option<Token![=]> = input.parse()?;
        let value = equals.map(|_| input.parse()).transpose()?;
        Ok(Self { name, value })
    }
}

impl Said {
    /// All that these attributes say; only what `may_repeat` is said more than once.
    pub(crate) fn all(attributes: &[Attribute], may_repeat: &str) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for attribute in attributes.iter().filter(|other| other.path().is_ident("epilogue")) {
            all.extend(attribute.parse_args_with(Punctuated::<Self, Token![,]>::parse_terminated)?);
        }
        let mut names = HashSet::new();
        let again = all.iter().find(|said| !names.insert(said.name()) && said.name() != may_repeat);
        match again {
            Some(said) => Err(said.error(format!("`{}` is said twice", said.name))),
            None => Ok(all),
        }
    }

    pub(crate) fn name(&self) -> String {
        self.name.to_string()
    }

    /// The word itself.
    pub(crate) fn word(&self) -> &Ident {
        &self.name
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }

    pub(crate) fn error(&self, message: String) -> Error {
        Error::new(self.span(), message)
    }

    /// The word is none of `names`, which are what `whose` takes.
    pub(crate) fn unknown(&self, whose: &str, names: &[&str]) -> Error {
        let hint = match nearest(&self.name(), names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("{whose} takes `{}`", names.join("`, `")),
        };
        self.error(format!("unknown attribute `{}`: {hint}", self.name))
    }

    /// Makes sure that the word stands alone.
    pub(crate) fn alone(&self) -> Result<()> {
        match &self.value {
            None => Ok(()),
            Some(value) => {
                Err(Error::new_spanned(value, format!("`{}` takes no value", self.name)))
            }
        }
    }

    /// What the word is set to.
    pub(crate) fn value(&self) -> Result<&Expr> {
        let missing = || self.error(format!("`{0}` needs a value: `{0} = \"…\"`", self.name));
        self.value.as_ref().ok_or_else(missing)
    }

    /// The text that the word is set to.
    pub(crate) fn text(&self) -> Result<&LitStr> {
        let mut value = self.value()?;
        // What a macro of the host's hands on stands in an invisible group.
        while let Expr::Group(group) = value {
            value = &group.expr;
        }
        match value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
            _ => Err(Error::new_spanned(value, "a text in quotes is expected")),
        }
    }

    /// The text that the word is set to, where it is set to anything.
    pub(crate) fn text_if_any(&self) -> Result<Option<&LitStr>> {
        self.value.is_some().then(|| self.text()).transpose()
    }
}
