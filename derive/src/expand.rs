//! Writes the `impl` that somebody would have written by hand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Path, Result};

use super::container::Container;
use super::field::{Field, Use};
use super::role::{TICKET_ID, Takes};
use super::types::is_option;

/// The `impl IntoRecord` of the struct.
pub(crate) fn into_record(input: &DeriveInput) -> Result<TokenStream> {
    let container = Container::parse(input)?;
    let (ident, krate) = (&input.ident, &container.krate);
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let bindings = container.fields.iter().map(bound);
    let ticket = container.ticket().map(ticket);
    let constants = container.constants.iter().map(|(setter, value)| {
        quote! { record = record.#setter(#value); }
    });
    let fields = container.fields.iter().map(|field| statements(field, krate));
    let is_in_state = container.fields.iter().flat_map(|field| &field.uses).any(Use::is_in_state);
    let (before, behind) = is_in_state.then(|| state(krate)).unzip();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #krate::IntoRecord for #ident #ty_generics #where_clause {
            fn into_record(self) -> #krate::Record {
                let Self { #(#bindings),* } = self;
                let mut record = #krate::Record::workflow(#ticket);
                #before
                #(#constants)*
                #(#fields)*
                #behind
                record
            }
        }
    })
}

/// What makes the state of its fields, before them and behind them.
fn state(krate: &Path) -> (TokenStream, TokenStream) {
    (
        quote! { let mut state = #krate::record::Fields::new(); },
        quote! { record = record.state(state); },
    )
}

/// The field in the pattern that takes the struct apart.
fn bound(field: &Field<'_>) -> TokenStream {
    let ident = field.ident;
    if field.uses.is_empty() {
        return quote! { #ident: _ };
    }
    let binding = binding(field);
    quote! { #ident: #binding }
}

/// A name of our own: the host may have constants that are called like its fields.
fn binding(field: &Field<'_>) -> Ident {
    format_ident!("__{}", field.ident, span = Span::call_site())
}

fn ticket(field: &Field<'_>) -> TokenStream {
    let binding = binding(field);
    quote_spanned! {place(field)=> ::std::string::ToString::to_string(&#binding) }
}

/// Everything that becomes of a field. What only looks at the value comes before what takes it.
fn statements(field: &Field<'_>, krate: &Path) -> TokenStream {
    let (taking, looking): (Vec<_>, Vec<_>) = field
        .uses
        .iter()
        .filter(|used| used.role.name != TICKET_ID)
        .partition(|used| used.role.takes.is_owned());
    let binding = binding(field);
    let last = field.times_taken().saturating_sub(1);
    let looking = looking.into_iter().map(|used| (used, quote! { &#binding }));
    let taking = taking.into_iter().enumerate().map(|(index, used)| {
        let is_last = index == last;
        let taken =
            if is_last { quote!(#binding) } else { quote!(::core::clone::Clone::clone(&#binding)) };
        (used, taken)
    });
    looking.chain(taking).map(|(used, value)| statement(field, used, &value, krate)).collect()
}

/// One place that the value of a field goes to. An `Option` goes there if there is one; in the state
/// it stands as it is.
fn statement(field: &Field<'_>, used: &Use, value: &TokenStream, krate: &Path) -> TokenStream {
    let handed_over = handed_over(field, used, krate);
    if is_option(field.ty) && !used.is_in_state() {
        quote_spanned! {place(field)=>
            if let ::core::option::Option::Some(value) = #value { #handed_over }
        }
    } else {
        quote_spanned! {place(field)=> { let value = #value; #handed_over } }
    }
}

/// Hands `value` over to the method that takes it.
fn handed_over(field: &Field<'_>, used: &Use, krate: &Path) -> TokenStream {
    let (place, name) = (place(field), &used.name);
    let setter = Ident::new(used.role.setter, place);
    let text = quote_spanned! {place=> ::std::string::ToString::to_string(&value) };
    match used.role.takes {
        Takes::Text => quote_spanned! {place=> record = record.#setter(#text); },
        Takes::Texts => {
            quote_spanned! {place=> for value in value { record = record.#setter(#text); } }
        }
        Takes::Converted => {
            quote_spanned! {place=> record = record.#setter(::core::convert::Into::into(value)); }
        }
        Takes::AsIs => quote_spanned! {place=> record = record.#setter(value); },
        Takes::Each => {
            quote_spanned! {place=> for value in value { record = record.#setter(value); } }
        }
        Takes::Metric => quote_spanned! {place=> record = record.#setter(#name, value); },
        Takes::Whole => {
            let value = marked(field, krate);
            quote_spanned! {place=> record = record.#setter(#value); }
        }
        Takes::Named => {
            let value = marked(field, krate);
            quote_spanned! {place=> state = state.#setter(#name, #value); }
        }
    }
}

/// `value` with the rule that stands on its field.
fn marked(field: &Field<'_>, krate: &Path) -> TokenStream {
    let place = place(field);
    match &field.mask {
        None => quote_spanned!(place=> value),
        Some(action) => {
            quote_spanned! {place=> #krate::mask::marked(value, #krate::mask::Action::#action) }
        }
    }
}

/// Code of ours that errors show where the field's type stands.
fn place(field: &Field<'_>) -> Span {
    Span::call_site().located_at(field.ty.span())
}
