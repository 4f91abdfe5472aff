//! What goes into a request, and in which form: plain JSON until the collector offers more.

use std::io::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};
use secrecy::ExposeSecret;

use crate::config::{Compression, Destination};
use crate::record::Payload;
use crate::wire;

/// The largest batch, in bytes before compression: larger ones gain nothing more.
pub(crate) const MAX_BATCH_BYTES: usize = 1 << 20;
/// The most records of a batch: an answer that lists all of them as rejected still fits into the
/// 64 KiB that are read of it.
pub(crate) const MAX_BATCH_RECORDS: usize = 256;
/// Bodies below this many bytes are not worth compressing.
const COMPRESSED_FROM: usize = 8 << 10;
/// zstd's own default: best for its time.
#[cfg(feature = "zstd")]
const ZSTD_LEVEL: i32 = 3;
/// gzip's level 3 makes half of level 1's output on agent runs, in twice the time; level 6 makes
/// it 7 % smaller for another doubling.
const GZIP_LEVEL: u32 = 3;

/// A coding of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    #[cfg(feature = "zstd")]
    Zstd,
    Gzip,
}

impl Coding {
    /// By preference.
    const ALL: &'static [Self] = &[
        #[cfg(feature = "zstd")]
        Self::Zstd,
        Self::Gzip,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    const fn is_allowed(self, compression: Compression, is_loopback: bool) -> bool {
        match compression {
            Compression::Auto => !is_loopback,
            #[cfg(feature = "zstd")]
            Compression::Zstd => matches!(self, Self::Zstd),
            #[cfg(not(feature = "zstd"))]
            Compression::Zstd => false,
            Compression::Gzip => matches!(self, Self::Gzip),
            Compression::Off => false,
        }
    }

    fn encode(self, body: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL),
            Self::Gzip => {
                let level = flate2::Compression::new(GZIP_LEVEL);
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 4), level);
                encoder.write_all(body)?;
                encoder.finish()
            }
        }
    }
}

/// What the collector has offered so far, as far as the settings allow it.
#[derive(Clone, Debug)]
pub(crate) struct Offers {
    batches_allowed: bool,
    codings_allowed: Vec<Coding>,
    batches: bool,
    coding: Option<Coding>,
}

impl Offers {
    pub(crate) fn new(batches: bool, compression: Compression, is_loopback: bool) -> Self {
        let allowed = |coding: &Coding| coding.is_allowed(compression, is_loopback);
        Self {
            batches_allowed: batches,
            codings_allowed: Coding::ALL.iter().copied().filter(allowed).collect(),
            batches: false,
            coding: None,
        }
    }

    /// Several records a request are taken.
    pub(crate) fn batches(&self) -> bool {
        self.batches
    }

    /// Learns from the headers of any answer; what one does not mention stays.
    pub(crate) fn learn(&mut self, headers: &HeaderMap) {
        if let Some(offered) = list(headers, &header::HeaderName::from_static("accept-post")) {
            self.batches = self.batches_allowed && offered.iter().any(|one| one == wire::NDJSON);
        }
        if let Some(offered) = list(headers, &header::ACCEPT_ENCODING) {
            let is_offered = |coding: &&Coding| offered.iter().any(|one| one == coding.as_str());
            self.coding = self.codings_allowed.iter().find(is_offered).copied();
        }
    }

    /// The collector did not know the form after all.
    pub(crate) fn forget(&mut self) {
        self.batches = false;
        self.coding = None;
    }
}

/// The members of a comma-separated header, lower-cased, without parameters; one of weight 0 is
/// no offer (RFC 9110, section 12.4.2).
fn list(headers: &HeaderMap, name: &header::HeaderName) -> Option<Vec<String>> {
    headers.contains_key(name).then(|| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(member)
            .collect()
    })
}

fn member(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let (name, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let weight = parameters.split(';').find_map(|one| one.trim().strip_prefix("q="));
    let is_refused = weight.is_some_and(|weight| weight.trim().parse::<f32>() == Ok(0.0));
    (!is_refused).then(|| name.trim().to_owned())
}

/// A request ready to go, and whether it has the form that every collector takes.
#[derive(Debug)]
pub(crate) struct Composed {
    pub(crate) request: Request<Bytes>,
    pub(crate) is_plain: bool,
}

/// Puts payloads into one request. `plain` asks for the form that every collector takes.
///
/// # Errors
/// [`http::Error`] where the address or key cannot stand in a request, which the settings'
/// check has ruled out.
pub(crate) fn compose(
    payloads: &[&Payload],
    sdk: &wire::Sdk,
    destination: &Destination,
    offers: &Offers,
    plain: bool,
) -> Result<Composed, http::Error> {
    let mut body = Vec::with_capacity(payloads.iter().map(|payload| payload.size()).sum());
    for payload in payloads {
        payload.render_into(sdk, &mut body);
        if payloads.len() > 1 {
            body.push(b'\n');
        }
    }
    let mut request = Request::post(destination.url.uri());
    if let [payload] = payloads {
        request = request
            .header(header::CONTENT_TYPE, wire::JSON)
            .header(wire::IDEMPOTENCY_KEY_HEADER, payload.id().to_string());
    } else {
        request = request.header(header::CONTENT_TYPE, wire::NDJSON);
    }
    let coding = offers.coding.filter(|_| !plain && body.len() >= COMPRESSED_FROM);
    let encoded = coding.and_then(|coding| Some((coding, coding.encode(&body).ok()?)));
    if let Some((coding, encoded)) = encoded {
        request = request.header(header::CONTENT_ENCODING, coding.as_str());
        body = encoded;
    }
    let mut key = HeaderValue::from_str(destination.api_key.expose_secret())?;
    key.set_sensitive(true);
    let is_plain = payloads.len() == 1 && coding.is_none();
    let request = request
        .header(wire::API_KEY_HEADER, key)
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::USER_AGENT, concat!("epilogue/", env!("CARGO_PKG_VERSION")))
        .body(Bytes::from(body))?;
    Ok(Composed { request, is_plain })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CollectorUrl;
    use crate::mask::Policy;
    use crate::{Level, Record};

    fn destination() -> Destination {
        Destination {
            url: CollectorUrl::parse("https://logs.example.com/v1/logs", false).expect("valid"),
            api_key: "the-key".into(),
            client_id: "demo".to_owned(),
        }
    }

    fn offering(offers: &mut Offers, name: &'static str, value: &'static str) {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        offers.learn(&headers);
    }

    fn payload(bytes: usize) -> Payload {
        Record::workflow("1")
            .state("word ".repeat(bytes / 5))
            .seal(&Policy::default(), Level::FullTrace)
    }

    fn composed(payloads: &[&Payload], offers: &Offers, plain: bool) -> Composed {
        let sdk = wire::Sdk::default();
        compose(payloads, &sdk, &destination(), offers, plain).expect("a request")
    }

    #[test]
    fn a_collector_that_offers_nothing_gets_plain_json() {
        let offers = Offers::new(true, Compression::Auto, false);
        let payload = payload(100_000);
        let composed = composed(&[&payload], &offers, false);
        let headers = composed.request.headers();
        assert!(composed.is_plain && !offers.batches());
        assert_eq!(headers[header::CONTENT_TYPE], wire::JSON);
        assert_eq!(headers[wire::IDEMPOTENCY_KEY_HEADER], payload.id().to_string());
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
        assert!(!format!("{composed:?}").contains("the-key"));
    }

    #[test]
    fn what_is_offered_is_used_until_it_is_taken_back() {
        let mut offers = Offers::new(true, Compression::Gzip, true);
        offering(&mut offers, "accept-post", "application/json, application/x-ndjson");
        offering(&mut offers, "accept-encoding", "br, GZIP;q=0.5");
        assert!(offers.batches());
        let (small, large) = (payload(100), payload(100_000));
        let batch = composed(&[&small, &large], &offers, false);
        let headers = batch.request.headers();
        assert_eq!(headers[header::CONTENT_TYPE], wire::NDJSON);
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        assert!(!headers.contains_key(wire::IDEMPOTENCY_KEY_HEADER));
        assert!(composed(&[&large], &offers, true).is_plain);
        assert!(composed(&[&small], &offers, false).is_plain, "too small to compress");

        offering(&mut offers, "x-other", "1");
        assert!(offers.batches(), "what is not mentioned stays");
        offering(&mut offers, "accept-post", "application/json");
        offering(&mut offers, "accept-encoding", "gzip;q=0");
        assert!(!offers.batches());
        assert!(composed(&[&large], &offers, false).is_plain);
    }

    #[test]
    fn nothing_is_compressed_on_this_machine_unless_it_is_asked_for() {
        for (compression, is_loopback, compresses) in [
            (Compression::Auto, true, false),
            (Compression::Auto, false, true),
            (Compression::Gzip, true, true),
            (Compression::Off, false, false),
        ] {
            let mut offers = Offers::new(true, compression, is_loopback);
            offering(&mut offers, "accept-encoding", "zstd, gzip");
            assert_eq!(offers.coding.is_some(), compresses, "{compression:?} {is_loopback}");
        }
    }

    #[test]
    fn a_compressed_body_is_the_body() {
        let mut offers = Offers::new(true, Compression::Auto, false);
        offering(&mut offers, "accept-encoding", "gzip");
        let payload = payload(100_000);
        let request = composed(&[&payload], &offers, false).request;
        let mut text = String::new();
        std::io::Read::read_to_string(
            &mut flate2::read::GzDecoder::new(&request.body()[..]),
            &mut text,
        )
        .expect("gzip");
        assert!(text.starts_with("{\"schema_version\":1") && text.len() > 100_000);
        assert!(request.body().len() < 10_000);
    }
}
