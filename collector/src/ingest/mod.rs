//! `POST /v1/logs`: from a request to stored records, by the contract in `epilogue::wire`.

mod accounts;
mod body;
mod budget;
mod characters;
mod depth;
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
use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use epilogue::wire::{API_KEY_HEADER, Answer, Rejection};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::auth::{Auth, ClientId, Ingest};
use crate::config::Limits;
use crate::error::ApiError;
use crate::metrics;
use crate::store::{Entry, Store, Stored};

use self::body::Coding;
use self::budget::{Budget, Share};
use self::masking::Masking;
use self::record::Rules;
use self::refusal::{Refusal, Refusals};
use self::split::Shape;

/// From how many bytes on a body is worked on beside the tasks that serve connections.
const LARGE: usize = 64 << 10;
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
        let budget = Budget::new(limits.body_budget_bytes);
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
    let (head, mut body) = request.into_parts();
    let (rights, form, body, share) = match receive(&intake, &head.headers, &mut body).await {
        Ok(received) => received,
        Err(error) => {
            // Whoever waits to be asked for the body has not sent it, and is not asked.
            let is_sent = !head.headers.contains_key(header::EXPECT);
            if is_sent && error.status() != StatusCode::REQUEST_TIMEOUT {
                body::let_pass(&mut body, intake.limits.max_request_bytes.saturating_mul(PASSING))
                    .await;
            }
            return Err(error);
        }
    };
    metrics::received(body.len());
    let (read, share) = work(&intake, &rights, form, body, share).await?;
    let client = rights.client().clone();
    let answer = store(&intake, rights, read).await?;
    metrics::answered(client.as_str(), &answer);
    drop(share);
    Ok(answer)
}

/// The body, from whoever may send one in this form.
async fn receive(
    intake: &Intake,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<(Ingest, Form, Bytes, Share), ApiError> {
    let presented = headers.get(API_KEY_HEADER).map(HeaderValue::as_bytes);
    let rights = intake.auth.ingest(presented).await?;
    let form = Form { ndjson: split::is_ndjson(headers)?, coding: Coding::of(headers)? };
    let Limits { max_request_bytes, body_timeout, .. } = intake.limits;
    let (body, share) = body::read(body, max_request_bytes, body_timeout, &intake.budget).await?;
    Ok((rights, form, body, share))
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
    Ok(done.map_err(|_| ApiError::new(500, "internal", "the request could not be read"))??)
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
async fn store(intake: &Intake, rights: Ingest, read: Read) -> Result<Answer, ApiError> {
    let stored = match read.entries {
        entries if entries.is_empty() => Vec::new(),
        entries => intake.store.append(rights, entries).await?,
    };
    let duplicates = stored.iter().filter(|stored| **stored == Stored::Duplicate).count();
    let mut answer = Answer::default();
    answer.accepted = (stored.len() - duplicates) as u64;
    answer.duplicates = duplicates as u64;
    answer.rejected = read.rejected;
    Ok(answer)
}
