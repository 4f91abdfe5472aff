//! One connection: its requests one after the other, with a timer over each head.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// The most bytes of a head.
const HEAD_BYTES: usize = 16 << 10;

/// What every connection is served with.
pub(super) struct Connections {
    pub(super) service: TowerToHyperService<Router>,
    pub(super) graceful: GracefulShutdown,
    pub(super) header_timeout: Duration,
    pub(super) tls: Option<TlsAcceptor>,
}

impl Connections {
    /// Serves a connection on a task of its own; it keeps its place until it ends.
    pub(super) fn serve(&self, stream: TcpStream, place: OwnedSemaphorePermit) {
        // Answers are small, and whoever waits for one is not to wait for a full packet.
        let _ = stream.set_nodelay(true);
        let watcher = self.graceful.watcher();
        let service = self.service.clone();
        let (patience, tls) = (self.header_timeout, self.tls.clone());
        tokio::spawn(async move {
            // How a connection ends is its client's business: there is nobody to tell.
            match tls {
                None => {
                    let _ = watcher.watch(connection(stream, service, patience)).await;
                }
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(patience, tls.accept(stream)).await {
                        let _ = watcher.watch(connection(stream, service, patience)).await;
                    }
                }
            }
            drop(place);
        });
    }
}

/// The timer over the head runs while a connection is idle as well.
fn connection<S>(
    stream: S,
    service: TowerToHyperService<Router>,
    patience: Duration,
) -> http1::Connection<TokioIo<S>, TowerToHyperService<Router>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
}
