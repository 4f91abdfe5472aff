//! What each client sends to, and the answer that satisfies it.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};

/// Where epilogue sends to; the other clients choose their paths themselves.
pub(crate) const EPILOGUE_PATH: &str = "/epilogue";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Whose request it is, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Epilogue,
    Otlp,
    Loki,
    Sentry,
    Other,
}

impl Protocol {
    pub(super) fn of(path: &str) -> Self {
        match path {
            EPILOGUE_PATH => Self::Epilogue,
            "/v1/logs" | "/v1/traces" => Self::Otlp,
            "/loki/api/v1/push" => Self::Loki,
            _ if path.ends_with("/envelope/") => Self::Sentry,
            _ => Self::Other,
        }
    }

    /// Success, in the protocol's own words.
    pub(super) fn success(self, request: &HeaderMap) -> Response<Full<Bytes>> {
        let body = match self {
            Self::Epilogue => return offers(),
            Self::Loki => return status(StatusCode::NO_CONTENT),
            // OTLP answers in the coding of the request; an empty message is no bytes.
            Self::Otlp if request.get(CONTENT_TYPE) != Some(&JSON) => {
                let mut answer = status(StatusCode::OK);
                let coding = HeaderValue::from_static("application/x-protobuf");
                answer.headers_mut().insert(CONTENT_TYPE, coding);
                return answer;
            }
            Self::Otlp => "{}",
            Self::Sentry => r#"{"id":"00000000000000000000000000000000"}"#,
            Self::Other => r#"{"status":1}"#,
        };
        let mut answer = Response::new(Full::from(body));
        answer.headers_mut().insert(CONTENT_TYPE, JSON);
        answer
    }
}

/// Batches and compression, as epilogue's own collector allows them.
fn offers() -> Response<Full<Bytes>> {
    let mut answer = status(StatusCode::OK);
    let headers = answer.headers_mut();
    let batches = HeaderValue::from_static("application/json, application/x-ndjson");
    headers.insert("accept-post", batches);
    headers.insert("accept-encoding", HeaderValue::from_static("zstd, gzip"));
    answer
}

pub(super) fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
