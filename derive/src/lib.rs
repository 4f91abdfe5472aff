//! `#[derive(IntoRecord)]` for epilogue: what is logged of a workflow's final state stands on the
//! fields of the struct.
//!
//! Use it through epilogue's feature `derive`.

mod attribute;
mod container;
mod expand;
mod field;
mod near;
mod role;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error, parse_macro_input};

/// Says on the fields of a struct what is logged of it, and what is masked in it.
///
/// It writes the `IntoRecord` of a workflow's record (`kind: workflow`) for a struct with named
/// fields. **A field that says nothing stands in the record's state** (`trace.state`) under its own
/// name; it needs `Serialize`, the struct does not, and what serde's attributes say on the struct
/// or its fields is not read. All that is said stands in `#[epilogue(…)]`; a field that serde leaves
/// out or tells as something else (`skip`, `skip_serializing`, `serialize_with`, `with`) has to say
/// there where it goes, or its `mask`.
///
/// # Where a field goes
///
/// A field may go to several places: `#[epilogue(metric, state)]`. One that is an `Option` is left
/// out where it is `None`, but for the state, which tells `null`; an `Option` is known by that name.
///
/// | on a field | takes | what becomes of it |
/// | --- | --- | --- |
/// | `ticket_id` | what prints | the ticket, or whatever the unit of work is; every struct has one |
/// | `status` | `Into<Status>` | how the run ended |
/// | `status_reason` | what prints | why it ended so: one line |
/// | `category` | what prints | what the run was about |
/// | `tag`, `tags` | what prints, or several of it | labels |
/// | `metric`, `metric = "name"` | a number | a metric, under the field's name or this one |
/// | `currency` | what prints | the ISO 4217 code of the metric `cost` |
/// | `took` | `Into<Duration>` | how long the run took |
/// | `started_at` | `Into<SystemTime>` | when it started |
/// | `attempt` | `Into<u32>` | which run of the ticket it was, from 1 |
/// | `client_id`, `environment`, `workflow_name`, `workflow_version` | what prints | those of the record |
/// | `input` | `Serialize` | what the run was given |
/// | `steps` | several of what is `Into<AnyStep>` | what it did, in order |
/// | `error`, `errors` | what is `Into<record::Error>`, or several of it | what went wrong |
/// | `final_response` | what prints | what it answered in the end |
/// | `final_confidence` | `Into<f64>` | how sure it was of that |
/// | `state` | `Serialize` | a field of the state; so is a field that goes nowhere else |
/// | `whole_state` | `Serialize` | the state itself: no other field can be in it |
/// | `skip` | anything | nothing: it needs no `Serialize`, and nothing else may be said beside it |
///
/// What prints is anything with `Display`; several are anything that can be iterated over, texts by
/// reference. What serializes is moved, so it is `Send + 'static`. A value that is taken at several
/// places is cloned for all but the last.
///
/// # What is done to it there
///
/// | on a field | meaning |
/// | --- | --- |
/// | `mask` | every text and number in it becomes `[REMOVED]` |
/// | `mask = "hash"` | every text and number in it becomes `[ID:hash]` |
/// | `mask = "drop"` | it is left out |
/// | `mask = "keep"` | it is told as it is: you say that it is nothing personal |
/// | `identity`, `identities` | what it prints (or several of it print) is a name or address, masked wherever the record tells it |
/// | `rename = "name"` | its name in the state |
///
/// `mask` is for `state`, `whole_state` and `input`, and is the rule that `epilogue::mask::marked`
/// puts on a value: it holds over the default rules for that field, and of it and a rule of your
/// policy the stricter holds. Without it the default rules and your policy say what is masked, as
/// everywhere; its paths begin with `trace.state`. `identity` does not say where a field goes.
///
/// # On the struct
///
/// | on the struct | meaning |
/// | --- | --- |
/// | `workflow_name`, `workflow_version`, `environment`, `client_id`, `category`, `currency` `= …` | what every record says, unless a field says something else; any expression, such as `env!("CARGO_PKG_VERSION")` |
/// | `tag = …` | a label of every record; may stand there several times |
/// | `crate = "path"` | where epilogue is found, if not at `::epilogue` |
///
/// # What does not compile
///
/// Enums, tuple structs and structs with a lifetime; for those implement `IntoRecord` by hand. Of a
/// generic struct the bounds that its fields need (`T: Serialize + Send + 'static`, say) stand on the
/// struct itself.
#[proc_macro_derive(IntoRecord, attributes(epilogue))]
pub fn derive_into_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::into_record(&input).unwrap_or_else(Error::into_compile_error).into()
}
