//! Judging one request: who sends it, what it holds, and what is to be stored.

use std::collections::HashSet;

use crate::wire::{
    API_KEY_HEADER, Envelope, JSON, LOGS_PATH, MAX_REQUEST_RECORDS, NDJSON, Rejection,
};

use super::check::{Record, check, readable_id};
use super::coding::{DecodeError, decode};
use super::conduct;
use super::http::{Framing, Head};
use super::offers::token;
use super::refusal::Refusal;
use super::rules::Rules;
use super::split::{Shape, split};

/// A request whose body has been read.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
    /// Whether the body was longer than what is kept of it.
    pub(super) cut: bool,
}

/// What is to be done with a request.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing is stored.
    Refused(Refusal),
    /// Records, each with its place in the request, and those that are refused.
    Taken { records: Vec<(usize, Record)>, rejected: Vec<Rejection> },
}

/// A request after all checks.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) decoded: Vec<u8>,
    /// The valid records, also where the request is refused; none where they are only counted.
    pub(super) envelopes: Vec<Envelope>,
    pub(super) verdict: Verdict,
    pub(super) violations: Vec<String>,
}

/// Judges a request; `offered` is what any answer has offered so far.
pub(super) fn judge(rules: &Rules, offered: &HashSet<String>, received: &Received) -> Judged {
    let head = &received.head;
    let mut judged = Judged {
        decoded: Vec::new(),
        envelopes: Vec::new(),
        verdict: Verdict::Taken { records: Vec::new(), rejected: Vec::new() },
        violations: conduct::of_head(head, offered),
    };
    // The body is looked at even where the door stays shut, so that a test sees what came.
    let taken = take(rules, offered, received, &mut judged);
    let verdict = admit(rules, head).and(taken).unwrap_or_else(Verdict::Refused);
    if let Verdict::Refused(refusal) = &verdict {
        if refusal.is_violation() {
            judged.violations.push(format!("answered {}: {}", refusal.status, refusal.message));
        }
    }
    judged.verdict = verdict;
    judged
}

/// The address, the method and the key.
fn admit(rules: &Rules, head: &Head) -> Result<(), Refusal> {
    if head.path.split('?').next() != Some(LOGS_PATH) {
        return Err(Refusal::new(404, "not_found", "there is nothing at this path"));
    }
    if head.method != "POST" {
        return Err(Refusal::new(405, "method_not_allowed", "records are sent with POST"));
    }
    match head.header(API_KEY_HEADER) {
        Some(key) if rules.lets_in(key) => Ok(()),
        Some(_) => Err(Refusal::new(401, "unknown_key", "the key is not known")),
        None => Err(Refusal::new(401, "no_key", "X-API-Key is missing")),
    }
}

/// The body, from its headers to its records.
fn take(
    rules: &Rules,
    offered: &HashSet<String>,
    received: &Received,
    judged: &mut Judged,
) -> Result<Verdict, Refusal> {
    check_framing(received)?;
    let ndjson = is_ndjson(rules, &received.head)?;
    judged.decoded = decoded(rules, received)?;
    let body = std::str::from_utf8(&judged.decoded)
        .map_err(|_| Refusal::new(400, "malformed_body", "the body is not UTF-8"))?;
    let shape = Shape::of(ndjson, body);
    if shape == Shape::Array && !rules.batches {
        return Err(unsupported("only one record a request is taken"));
    }
    let texts = split(shape, body)?;
    if texts.len() > MAX_REQUEST_RECORDS {
        return Err(too_large("the request holds too many records"));
    }
    let checked: Vec<_> = texts.iter().map(|text| check(text, rules)).collect();
    if !rules.counting_only {
        judged.envelopes = checked.iter().flatten().map(|it| it.envelope.clone()).collect();
    }
    let ids: Vec<_> = checked.iter().flatten().map(|it| it.envelope.record_id).collect();
    let batch = conduct::of_batch(&received.head, shape, &ids, texts.len(), offered);
    judged.violations.extend(batch);
    judged.violations.extend(oddities(&checked));
    verdict(shape, &texts, checked)
}

fn check_framing(received: &Received) -> Result<(), Refusal> {
    match received.head.framing() {
        Framing::Chunked | Framing::Absent => {
            Err(Refusal::new(411, "length_required", "Content-Length is missing"))
        }
        Framing::Invalid => {
            Err(Refusal::new(400, "malformed_request", "Content-Length is not one number"))
        }
        Framing::Length(_) if received.cut => Err(too_large("the request is too large")),
        Framing::Length(_) => Ok(()),
    }
}

fn is_ndjson(rules: &Rules, head: &Head) -> Result<bool, Refusal> {
    match token(head.header("content-type").unwrap_or_default()).as_str() {
        JSON => Ok(false),
        NDJSON if rules.batches => Ok(true),
        _ => Err(unsupported("the media type is not taken")),
    }
}

fn decoded(rules: &Rules, received: &Received) -> Result<Vec<u8>, Refusal> {
    let header = received.head.header("content-encoding").unwrap_or("identity");
    let coding = header.trim().to_ascii_lowercase();
    if coding == "identity" {
        return Ok(received.body.clone());
    }
    if !rules.takes_coding(&coding) {
        return Err(unsupported("the coding is not taken"));
    }
    decode(&coding, &received.body, rules.max_request_bytes).map_err(|error| match error {
        DecodeError::UnknownCoding => unsupported("the coding is not known"),
        DecodeError::TooLarge => too_large("the request is too large after decompression"),
        DecodeError::Malformed(_) => {
            Refusal::new(400, "malformed_body", "the body is not in its coding")
        }
    })
}

fn oddities(checked: &[Result<Record, Refusal>]) -> impl Iterator<Item = String> {
    checked.iter().enumerate().flat_map(|(index, result)| {
        let found = match result {
            Ok(record) => record.oddities.clone(),
            Err(refusal) if refusal.is_violation() => vec![format!("refused: {}", refusal.message)],
            Err(_) => Vec::new(),
        };
        found.into_iter().map(move |what| format!("record {index}: {what}"))
    })
}

/// A single record stands for the request; a batch is taken record by record, unless one is too
/// large (only the producer can divide or shorten) or all are another client's.
fn verdict(
    shape: Shape,
    texts: &[&str],
    mut checked: Vec<Result<Record, Refusal>>,
) -> Result<Verdict, Refusal> {
    if shape == Shape::Single {
        let record = checked.swap_remove(0)?;
        return Ok(Verdict::Taken { records: vec![(0, record)], rejected: Vec::new() });
    }
    let refusals =
        || checked.iter().enumerate().filter_map(|(at, it)| Some((at, it.as_ref().err()?)));
    if let Some((index, refusal)) = refusals().find(|(_, refusal)| refusal.status == 413) {
        return Err(refusal.clone().at(index));
    }
    if refusals().filter(|(_, refusal)| refusal.status == 403).count() == checked.len() {
        return Err(Refusal::new(403, "foreign_client", "every record is another client's"));
    }
    Ok(divide(texts, checked))
}

fn divide(texts: &[&str], checked: Vec<Result<Record, Refusal>>) -> Verdict {
    let mut records = Vec::new();
    let mut rejected = Vec::new();
    for (index, result) in checked.into_iter().enumerate() {
        match result {
            Ok(record) => records.push((index, record)),
            Err(refusal) => rejected.push(Rejection {
                index,
                record_id: readable_id(texts[index]),
                error: refusal.message,
            }),
        }
    }
    Verdict::Taken { records, rejected }
}

fn unsupported(message: &str) -> Refusal {
    Refusal::new(415, "unsupported_media_type", message)
}

fn too_large(message: &str) -> Refusal {
    Refusal::new(413, "request_too_large", message)
}
