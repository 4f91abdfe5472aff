//! One connection: its requests one after the other, with a timer over each head and over what is not
//! read.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::progress::Progress;
use super::room::Seat;
use crate::login::Peer;

/// The most bytes of a head.
const HEAD_BYTES: usize = 16 << 10;
/// The longest that a timer is set to: what a clock adds must not be beyond its end.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// What every connection is served with.
#[derive(Clone)]
pub(super) struct Connections {
    service: TowerToHyperService<Router>,
    patience: Duration,
    tls: Option<TlsAcceptor>,
    proxies: Arc<[IpAddr]>,
}

impl Connections {
    /// The timer over the head runs while a connection is idle, over a TLS handshake, and over a write
    /// that makes no progress as well.
    pub(super) fn new(
        router: Router,
        patience: Duration,
        tls: Option<TlsAcceptor>,
        proxies: Arc<[IpAddr]>,
    ) -> Self {
        let service = TowerToHyperService::new(router);
        Self { service, patience: patience.min(LONGEST), tls, proxies }
    }

    /// Serves a connection on a task of its own; it keeps its seat until it ends.
    pub(super) fn serve(&self, stream: TcpStream, seat: Seat) {
        // Answers are small, and whoever waits for one is not to wait for a full packet.
        let _ = stream.set_nodelay(true);
        let peer = stream.peer_addr().ok().map(|peer| peer.ip());
        let own = self.clone();
        tokio::spawn(async move {
            match &own.tls {
                None => own.answer(stream, peer, &seat).await,
                Some(tls) => {
                    let shaken = tokio::select! {
                        shaken = timeout(own.patience, tls.accept(stream)) => shaken,
                        () = seat.told_to_go() => return,
                    };
                    let Ok(Ok::<_, io::Error>(stream)) = shaken else { return };
                    own.answer(stream, peer, &seat).await;
                }
            }
        });
    }

    /// How a connection ends is its client's business: there is nobody to tell.
    async fn answer<S>(&self, stream: S, peer: Option<IpAddr>, seat: &Seat)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let guest = seat.guest();
        let service = service_fn(|mut request| {
            let working = guest.work();
            if let Some(peer) = peer {
                let peer = Peer::of(peer, &self.proxies, request.headers());
                request.extensions_mut().insert(peer);
            }
            let answering = self.service.call(request);
            async move {
                let answer = answering.await?;
                // An answer that is still being made is work: its last frame ends it.
                Ok::<_, Infallible>(answer.map(|body| {
                    body.map_frame(move |frame| {
                        let _ = &working;
                        frame
                    })
                }))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(Progress::new(stream, self.patience)), service);
        let mut connection = pin!(connection);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = seat.told_to_go() => connection.as_mut().graceful_shutdown(),
        }
        // Who has been told to go, and reads its last answer drop by drop, goes without the rest.
        tokio::select! {
            _ = connection => {}
            () = seat.is_idle_for(self.patience) => {}
        }
    }
}
