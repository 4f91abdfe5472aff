//! The server: an accept loop of its own, whose timeouts fire and whose end loses nothing.

mod connection;
mod health;
mod openapi;
mod routes;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{interval, sleep, timeout};

use crate::auth::Auth;
use crate::config::Config;
use crate::metrics;
use crate::store::Store;
use crate::tls::Tls;

/// How often what is no longer needed is forgotten.
const TIDYING: Duration = Duration::from_secs(60);
/// After which pause a connection is accepted again, where there are too many open files.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is ready; then finishes what was accepted, and closes the store.
///
/// ```no_run
/// use epilogue_collector::{Config, run, store};
/// use tokio::net::TcpListener;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = store::open(None, std::path::Path::new("./epilogue-data")).await?;
/// let listener = TcpListener::bind("127.0.0.1:8088").await?;
/// run(listener, store, Config::default(), std::future::pending()).await;
/// # Ok(())
/// # }
/// ```
pub async fn run(
    listener: TcpListener,
    store: Arc<dyn Store>,
    config: Config,
    shutdown: impl Future<Output = ()> + Send,
) {
    metrics::tidy();
    let auth = Arc::new(Auth::new(Arc::clone(&store), config.rate));
    let router = routes::routes(Arc::clone(&store), &auth, config.limits);
    let connections = connection::Connections {
        service: TowerToHyperService::new(router),
        graceful: GracefulShutdown::new(),
        header_timeout: config.header_timeout,
        tls: config.tls.as_ref().map(Tls::acceptor),
    };
    let room = Arc::new(Semaphore::new(config.max_connections));
    let mut tidying = interval(TIDYING);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = accept(&listener, &room) => match accepted {
                Ok((stream, place)) => connections.serve(stream, place),
                Err(_) => sleep(BREATH).await,
            },
            _ = tidying.tick() => {
                auth.tidy();
                metrics::tidy();
            }
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    // What takes longer is cut off: a sender that waits for ever must not keep the server.
    let _ = timeout(config.shutdown_timeout, connections.graceful.shutdown()).await;
    store.close().await;
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}
