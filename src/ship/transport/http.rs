//! The built-in transport: reqwest, made when it is first needed.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use crate::config::{ConfigError, Destination};

use super::{BoxFuture, Transport, TransportError};

/// How much of an answer is read.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// HTTP by reqwest.
pub(crate) struct HttpTransport {
    timeout: Duration,
    connect_timeout: Duration,
    is_https: bool,
    /// Made at the first request: reading the system's certificates takes longer than sealing a
    /// record, and must not hold up the first one.
    client: Arc<OnceLock<Option<reqwest::Client>>>,
}

impl HttpTransport {
    /// # Errors
    /// [`ConfigError::NoTransport`] and [`ConfigError::NoCryptoProvider`] where https cannot
    /// work in this build or process.
    pub(crate) fn new(
        destination: &Destination,
        timeout: Duration,
        connect_timeout: Duration,
    ) -> Result<Self, ConfigError> {
        let is_https = destination.url.is_https();
        check_tls(is_https)?;
        Ok(Self { timeout, connect_timeout, is_https, client: Arc::default() })
    }

    fn build(&self) -> Option<reqwest::Client> {
        let builder = reqwest::Client::builder()
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        // A proxy would see everything of a plain request.
        let builder = if self.is_https { builder } else { builder.no_proxy() };
        builder.build().ok()
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let client = self.client.get_or_init(|| self.build()).clone();
        Box::pin(async move {
            let client = client.ok_or(TransportError::Client)?;
            let request =
                reqwest::Request::try_from(request).map_err(|_| TransportError::Client)?;
            let answer = client.execute(request).await.map_err(|error| kind(&error))?;
            read(answer).await
        })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// The answer with the beginning of its body: nobody has to send us more than we ask for.
async fn read(mut answer: reqwest::Response) -> Result<Response<Bytes>, TransportError> {
    let mut body = BytesMut::new();
    while body.len() < MAX_ANSWER_BYTES {
        match answer.chunk().await.map_err(|error| kind(&error))? {
            Some(chunk) => body.extend_from_slice(&chunk),
            None => break,
        }
    }
    body.truncate(MAX_ANSWER_BYTES);
    let mut response = Response::new(body.freeze());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

/// The kind alone: reqwest's own text tells the address with its query.
fn kind(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        TransportError::Timeout
    } else if error.is_connect() {
        TransportError::Connect
    } else {
        TransportError::Broken
    }
}

/// reqwest panics where it finds no crypto provider, for plain http as well; the host hears of it
/// while it can act.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]
fn check_tls(_: bool) -> Result<(), ConfigError> {
    match rustls::crypto::CryptoProvider::get_default() {
        Some(_) => Ok(()),
        None => Err(ConfigError::NoCryptoProvider),
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[expect(clippy::unnecessary_wraps, reason = "without a provider of its own it can fail")]
fn check_tls(_: bool) -> Result<(), ConfigError> {
    Ok(())
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
fn check_tls(is_https: bool) -> Result<(), ConfigError> {
    if is_https { Err(ConfigError::NoTransport) } else { Ok(()) }
}
