//! `POST /v1/logs`: from a request to stored records, by the contract in `epilogue::wire`.

mod accounts;
pub(crate) mod again;
mod body;
mod budget;
mod characters;
mod depth;
mod details;
pub(crate) mod errors;
mod kinds;
mod lost;
mod masking;
mod outcome;
mod record;
mod refusal;
mod split;

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use bytes::Bytes;
use epilogue::wire::{API_KEY_HEADER, Answer, Rejection};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::auth::{Auth, AuthError, ClientId, Ingest};
use crate::config::Limits;
use crate::error::ApiError;
use crate::metrics;
use crate::store::{Entry, Store, StoreError, Stored};

use self::body::{Arriving, Coding};
use self::budget::{Budget, Share};
use self::masking::Masking;
use self::record::Rules;
use self::refusal::{Refusal, Refusals};
use self::split::Shape;

/// From how many bytes on a body is worked on beside the tasks that serve connections.
const LARGE: usize = 64 << 10;
/// The largest record that any setting allows: SQLite refuses values of 10⁹ bytes, and with them all
/// that share a transaction. Masking may lengthen a record.
const MAX_RECORD_BYTES: usize = 256 << 20;
/// How many times the largest request may arrive after it was refused.
const PASSING: usize = 4;

/// What taking records in needs.
#[derive(Debug)]
pub(crate) struct Intake {
    auth: Arc<Auth<dyn Store>>,
    store: Arc<dyn Store>,
    limits: Limits,
    masking: Masking,
    budget: Budget,
}

impl Intake {
    pub(crate) fn new(auth: Arc<Auth<dyn Store>>, store: Arc<dyn Store>, limits: Limits) -> Self {
        let max_record_bytes = limits.max_record_bytes.min(MAX_RECORD_BYTES);
        let limits = Limits { max_record_bytes, ..limits };
        let budget = Budget::new(&limits);
        Self { auth, store, limits, masking: Masking::default(), budget }
    }
}

/// Says in an answer what is taken, as the contract wants of every answer.
pub(crate) fn offer(headers: &mut HeaderMap) {
    let accept_post = http::HeaderName::from_static("accept-post");
    headers.insert(accept_post, HeaderValue::from_static(split::MEDIA_TYPES));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(body::CODINGS));
}

/// Stores the records of a request.
///
/// 200 means committed and synced. A batch is taken record by record: what is refused is listed, and
/// the rest is stored. A record that was stored before is counted and stays as it is. The body may
/// be compressed: `Content-Encoding: zstd` or `gzip`.
#[utoipa::path(
    post,
    path = "/v1/logs",
    tag = "ingest",
    request_body(content(
        (crate::schema::Submission = "application/json"), (String = "application/x-ndjson"),
    ), description = "One record, an array of them, or one a line."),
    responses(
        (status = 200, description = "Stored.", body = crate::schema::Answer),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn post(
    State(intake): State<Arc<Intake>>,
    request: Request,
) -> Result<Json<Answer>, ApiError> {
    let begun = Instant::now();
    let result = take(intake, request).await;
    let status = result.as_ref().map_or_else(|error| error.status().as_u16(), |_| 200);
    metrics::ingest(status, begun.elapsed());
    result.map(Json)
}

async fn take(intake: Arc<Intake>, request: Request) -> Result<Answer, ApiError> {
    let (head, body) = request.into_parts();
    let mut body = Arriving::new(body, &head.headers);
    let result = answered(&intake, &head.headers, &mut body).await;
    if let Err(error) = &result {
        if error.status() != StatusCode::REQUEST_TIMEOUT {
            let most = intake.limits.max_request_bytes.saturating_mul(PASSING);
            body::let_pass(body, most).await;
        }
    }
    result
}

async fn answered(
    intake: &Arc<Intake>,
    headers: &HeaderMap,
    body: &mut Arriving,
) -> Result<Answer, ApiError> {
    let presented = headers.get(API_KEY_HEADER).map(HeaderValue::as_bytes);
    let rights = intake.auth.ingest(presented).await?;
    let received = receive(intake, &rights, headers, body).await;
    let is_stored = received.as_ref().is_ok_and(|(read, _)| !read.entries.is_empty());
    if !is_stored {
        // The store asks for the key of what it stores, and nobody for that of the rest.
        if let Err(error @ AuthError::UnknownKey) = intake.auth.still_stores(&rights).await {
            return Err(error.into());
        }
    }
    let (read, share) = received?;
    let client = rights.client().clone();
    let answer = store(intake, rights, read, share).await?;
    metrics::answered(client.as_str(), &answer);
    Ok(answer)
}

/// What a body in this form holds.
async fn receive(
    intake: &Arc<Intake>,
    rights: &Ingest,
    headers: &HeaderMap,
    body: &mut Arriving,
) -> Result<(Read, Share), ApiError> {
    let form = Form { ndjson: split::is_ndjson(headers)?, coding: Coding::of(headers)? };
    let Limits { max_request_bytes, body_timeout, .. } = intake.limits;
    let share = intake.budget.share(rights.key());
    let (body, share) = body::read(body, max_request_bytes, body_timeout, share).await?;
    metrics::received(body.len());
    work(intake, rights, form, body, share).await
}

/// How a body is to be read.
#[derive(Clone, Copy, Debug)]
struct Form {
    ndjson: bool,
    coding: Coding,
}

/// What was read from a body.
#[derive(Debug, Default)]
struct Read {
    entries: Vec<Entry>,
    rejected: Vec<Rejection>,
}

async fn work(
    intake: &Arc<Intake>,
    rights: &Ingest,
    form: Form,
    body: Bytes,
    mut share: Share,
) -> Result<(Read, Share), ApiError> {
    let (own, client) = (Arc::clone(intake), rights.client().clone());
    let is_large = body.len() > LARGE || form.coding != Coding::Plain;
    let work = move || {
        let read = own.read(&client, form, body, &mut share)?;
        Ok::<_, Refusal>((read, share))
    };
    if !is_large {
        return Ok(work()?);
    }
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| ApiError::internal("the request could not be read"))??)
}

impl Intake {
    fn read(
        &self,
        client: &ClientId,
        form: Form,
        body: Bytes,
        share: &mut Share,
    ) -> Result<Read, Refusal> {
        let limits = &self.limits;
        let body = body::decoded(form.coding, body, limits.max_request_bytes, share)?;
        let body =
            std::str::from_utf8(&body).map_err(|_| Refusal::malformed("the body is not UTF-8"))?;
        let stands = Shape::of(form.ndjson, body);
        let texts = split::split(stands, body, limits.max_request_records)?;
        // The records are copied out of the body, and both are there for a while.
        share.grow(body.len())?;
        let masking = &self.masking;
        let rules = Rules { client, max_record_bytes: limits.max_record_bytes, masking };
        if stands == Shape::Single {
            let entries = vec![record::read(texts[0], &rules)?];
            return Ok(Read { entries, rejected: Vec::new() });
        }
        divide(&texts, &rules)
    }
}

/// A batch is taken record by record. One that is too large refuses it all: sent by itself, it may
/// be stored without its trace.
fn divide(texts: &[&str], rules: &Rules<'_>) -> Result<Read, Refusal> {
    let mut read = Read { entries: Vec::with_capacity(texts.len()), rejected: Vec::new() };
    let mut foreign = 0;
    for (index, text) in texts.iter().enumerate() {
        let refusal = match record::read(text, rules) {
            Ok(entry) => {
                read.entries.push(entry);
                continue;
            }
            Err(refusal) if refusal.status == 413 => return Err(refusal.at(index)),
            Err(refusal) => refusal,
        };
        foreign += usize::from(refusal.status == 403);
        let mut rejection = Rejection::default();
        rejection.index = index;
        rejection.record_id = record::readable_id(text);
        rejection.error = refusal.message;
        read.rejected.push(rejection);
    }
    if foreign == texts.len() { Err(Refusal::foreign_client()) } else { Ok(read) }
}

/// Stores what was read; the answer is given when it is committed.
async fn store(
    intake: &Intake,
    rights: Ingest,
    read: Read,
    share: Share,
) -> Result<Answer, ApiError> {
    let stored = match read.entries {
        entries if entries.is_empty() => Vec::new(),
        entries => append(intake, rights, entries, share).await?,
    };
    let duplicates = stored.iter().filter(|stored| **stored == Stored::Duplicate).count();
    let mut answer = Answer::default();
    answer.accepted = (stored.len() - duplicates) as u64;
    answer.duplicates = duplicates as u64;
    answer.rejected = read.rejected;
    Ok(answer)
}

/// On a task of its own, which holds the share for as long as the records are in memory: a client that
/// hangs up ends its request, and not what waits to be written.
async fn append(
    intake: &Intake,
    rights: Ingest,
    entries: Vec<Entry>,
    mut share: Share,
) -> Result<Vec<Stored>, ApiError> {
    share.wait()?;
    let store = Arc::clone(&intake.store);
    let appending = tokio::spawn(async move {
        let stored = store.append(rights, entries).await;
        drop(share);
        stored
    });
    let stored =
        appending.await.map_err(|_| ApiError::internal("the records could not be stored"))?;
    if stored == Err(StoreError::Revoked) {
        intake.auth.forget();
    }
    Ok(stored?)
}
