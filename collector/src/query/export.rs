//! `GET /v1/export`: a list as one answer of any length.
//!
//! It is made page by page, as the reader takes it: nothing is read ahead, so that what lies in
//! memory is one page of rows and a mebibyte of whole records, or one record, whatever the length of
//! the list; and only so many exports are made at once, of all keys and of each. Pages go on
//! behind a place in the order, so that none is given twice and none is left out that was there at
//! the beginning. What cannot be gone on with breaks the connection off: a reader must not take a
//! part for the whole.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::vec::IntoIter;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use epilogue::wire::{JSON, NDJSON};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, Method, Uri, header};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::admin;
use crate::auth::{ClientId, Scope};
use crate::error::ApiError;
use crate::schema;
use crate::store::{Filter, Listed, PageRequest, Sort};
use crate::time;

use super::item::Item;
use super::library::{Library, Refusals};
use super::parameters::{Asked, Filters, When, Whose, wrong};
use super::seats::Seat;

/// How many rows lie in memory at once.
const PAGE: usize = 500;

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Form {
    /// `ndjson`: the whole records as they are stored, one a line. `csv`: what lists tell of them
    /// (RFC 4180), where a text that a spreadsheet would take for a formula has an apostrophe
    /// before it. `json`: the whole records as one array. `ndjson` is the default.
    #[param(value_type = Option<FormatName>, inline)]
    format: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
    Json,
}

impl Format {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => NDJSON,
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => JSON,
        }
    }

    /// What stands before all records.
    fn head(self) -> Option<Bytes> {
        match self {
            Self::Ndjson => None,
            Self::Csv => {
                let mut table = writer();
                let _ = table.write_record(Item::COLUMNS);
                table.into_inner().ok().map(Bytes::from)
            }
            Self::Json => Some(Bytes::from_static(b"[")),
        }
    }

    /// What stands behind them.
    fn end(self) -> Option<Bytes> {
        (self == Self::Json).then_some(Bytes::from_static(b"\n]\n"))
    }
}

schema::choice! {
    /// In which form.
    FormatName, schema::one_of(["ndjson", "csv", "json"])
}

impl Form {
    fn format(&self) -> Result<Format, ApiError> {
        match self.format.as_deref() {
            None | Some("ndjson") => Ok(Format::Ndjson),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            Some(_) => Err(wrong("format is ndjson, csv or json")),
        }
    }
}

/// Exports records, newest first.
///
/// The answer is chunked. Where it breaks off before its last chunk it is not whole: the key was
/// revoked meanwhile, or the store cannot be read. Every export is itself an `audit` record of the
/// client `_collector`. Four exports are made for a key at once, and sixteen for all keys; of more
/// than that there is a 503.
#[utoipa::path(
    get,
    path = "/v1/export",
    tag = "query",
    params(Form, Whose, When, Filters),
    responses(
        (status = 200, description = "All of the records.", content(
            (String = "application/x-ndjson"), (String = "text/csv"), (String = "application/json"),
        ), headers(("Content-Disposition" = String, description = "A name for the file."))),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn export(
    State(library): State<Arc<Library>>,
    method: Method,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let scope = library.scope(&headers).await?;
    answer(library, scope, &method, &uri).await
}

/// The export that the parameters of an address ask for, whoever it is that asks.
pub(crate) async fn answer(
    library: Arc<Library>,
    scope: Scope,
    method: &Method,
    uri: &Uri,
) -> Result<Response, ApiError> {
    let mut asked = Asked::by(uri)?;
    let format = asked.take::<Form>()?.format()?;
    let whose: Whose = asked.take()?;
    let mut filter = asked.take::<Filters>()?.filter()?;
    asked.take::<When>()?.limit(&mut filter)?;
    asked.end()?;
    let own = whose.within(scope.clone())?;
    let time = time::rfc3339(time::now_millis()).replace(['-', ':'], "");
    let name = format!("epilogue-{}Z.{}", &time[..15], format.as_str());
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    // Whoever asks for the head alone is given no record.
    if *method == Method::HEAD {
        return Ok(headers.into_response());
    }
    let seat = library.exports.seat(scope.holder()).ok_or_else(too_many)?;
    let facts = facts(&filter, format);
    let client = whose.client()?;
    let client = client.as_ref().map(ClientId::as_str);
    admin::tell_export(library.store.as_ref(), &scope, client, facts).await?;
    let [head, end] = [format.head(), format.end()].map(|part| stream::iter(part.map(Ok)));
    let records = own.map(|own| Export::new(library, own, filter, format, seat).chunks());
    let records = stream::iter(records).flatten();
    Ok((headers, Body::from_stream(head.chain(records).chain(end))).into_response())
}

fn too_many() -> ApiError {
    ApiError::new(503, "too_many_exports", "as many exports are being made as there is room for")
}

/// What the record of an export tells of it. Of most filters that is the name alone, since a
/// ticket, a user or a word that somebody looks for may tell of a person.
fn facts(filter: &Filter, format: Format) -> Value {
    let mut facts = json!({"format": format.as_str(), "filters": filter.names()});
    let told = [
        ("kind", filter.kind.map(|kind| kind.as_str().to_owned())),
        ("outcome", filter.outcome.map(|outcome| outcome.as_str().to_owned())),
        ("since", filter.since.map(time::rfc3339)),
        ("until", filter.until.map(time::rfc3339)),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            facts[name] = value.into();
        }
    }
    facts
}

/// An export on its way.
struct Export {
    library: Arc<Library>,
    scope: Scope,
    filter: Filter,
    format: Format,
    /// Whether no record was given yet.
    is_new: bool,
    /// What is not given yet of the page that was read last.
    rest: IntoIter<Listed>,
    /// The page behind it; `None` at the end.
    next: Option<PageRequest>,
    _seat: Seat,
}

impl Export {
    fn new(
        library: Arc<Library>,
        scope: Scope,
        filter: Filter,
        format: Format,
        seat: Seat,
    ) -> Self {
        let sort = Sort::default().of(&filter);
        let next = Some(PageRequest { sort, after: None, limit: PAGE });
        let rest = Vec::new().into_iter();
        Self { library, scope, filter, format, is_new: true, rest, next, _seat: seat }
    }

    fn chunks(self) -> impl Stream<Item = io::Result<Bytes>> {
        stream::try_unfold(self, |export| async {
            export.chunk().await.map_err(|_| io::Error::other("the export cannot be gone on with"))
        })
    }

    /// The next chunk, and what is left to do behind it.
    async fn chunk(mut self) -> Result<Option<(Bytes, Self)>, ApiError> {
        loop {
            if self.rest.len() == 0 {
                let Some(page) = self.next.take() else { return Ok(None) };
                self.turn(page).await?;
                continue;
            }
            let chunk = match self.format {
                Format::Ndjson | Format::Json => self.lines().await?,
                Format::Csv => table(self.rest.by_ref().map(Item::from)),
            };
            // Of records that outlived their payload nothing is left to give as a line.
            if !chunk.is_empty() {
                return Ok(Some((chunk.into(), self)));
            }
        }
    }

    /// Reads a page, where the right to it still stands.
    async fn turn(&mut self, request: PageRequest) -> Result<(), ApiError> {
        self.library.auth.still_reads(&self.scope).await?;
        let page = self.library.page(Some(&self.scope), &self.filter, &request).await?;
        self.rest = page.items.into_iter();
        self.next = page.next.map(|next| PageRequest { after: Some(next), ..request });
        Ok(())
    }

    /// The next whole records, one a line.
    async fn lines(&mut self) -> Result<Vec<u8>, ApiError> {
        let some = self.library.next_whole(&self.scope, &mut self.rest).await?;
        let mut lines = Vec::new();
        for payload in some.into_iter().filter_map(|(_, payload)| payload) {
            if self.format == Format::Json {
                let is_first = std::mem::take(&mut self.is_new);
                lines.extend_from_slice(if is_first { b"\n" } else { b",\n" });
            }
            // In JSON such characters stand between values alone, where a space does as well.
            lines.extend(payload.bytes().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            }));
            if self.format == Format::Ndjson {
                lines.push(b'\n');
            }
        }
        Ok(lines)
    }
}

/// Records as lines of a table.
fn table(items: impl Iterator<Item = Item>) -> Vec<u8> {
    let mut table = writer();
    for item in items {
        // Into memory nothing fails to be written, and all lines are of one length.
        let _ = table.write_record(item.cells().map(Cow::into_owned));
    }
    table.into_inner().unwrap_or_default()
}

fn writer() -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new())
}
