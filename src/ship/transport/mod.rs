//! How a request reaches the collector: one trait, so that a host can bring its own client.

#[cfg(feature = "http-client")]
mod http;

use std::future::Future;
use std::pin::Pin;

use ::http::{Request, Response};
use bytes::Bytes;

#[cfg(feature = "http-client")]
pub(crate) use self::http::HttpTransport;

/// A future that the shipper's thread drives.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Sends one request and returns the collector's answer.
///
/// The built-in one uses reqwest; a host with a client of its own implements this and gives it to
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport), with no TLS feature of this
/// crate enabled. Requests carry all their headers; the key is marked as sensitive. An
/// implementation follows no redirect, because the key would follow, sends the body with its
/// `Content-Length`, never chunked, and reads at most 64 KiB of the answer's body. Retries are
/// not its business.
///
/// It is called inside a current-thread Tokio runtime on the shipper's own thread, so it must not
/// block; timers work there, and so does networking where the host's build enables Tokio's
/// feature `net`. Tasks that it spawns rest while no request is under way.
///
/// ```
/// use bytes::Bytes;
/// use epilogue::transport::{BoxFuture, Transport, TransportError};
/// use http::{Request, Response};
///
/// /// Writes what would be sent to standard output.
/// #[derive(Debug)]
/// struct Print;
///
/// impl Transport for Print {
///     fn send(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
///         Box::pin(async move {
///             println!("{} bytes for {}", request.body().len(), request.uri());
///             Ok(Response::new(Bytes::new()))
///         })
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends the request.
    ///
    /// # Errors
    /// [`TransportError`] where no complete answer came. Every answer is `Ok`, whatever its
    /// status.
    fn send(&self, request: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>>;
}

/// No answer came. Each kind is tried again, by the shipper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection could be made: name resolution, TCP or TLS.
    #[error("no connection")]
    Connect,
    /// The connection or the answer took too long.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke, or what came was not HTTP.
    #[error("no valid answer")]
    Broken,
    /// The HTTP client could not be made.
    #[error("no HTTP client")]
    Client,
}
