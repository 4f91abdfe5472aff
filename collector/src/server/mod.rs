//! The server: an accept loop of its own, whose timeouts fire and whose end loses nothing.

mod connection;
mod health;
mod openapi;
mod progress;
mod room;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, sleep, timeout};

use crate::auth::{Auth, SecondFactorRule};
use crate::config::Config;
use crate::login::Desk;
use crate::metrics;
use crate::store::Store;
use crate::tls::Tls;

use self::connection::Connections;
use self::room::Room;

/// How often what is no longer needed is forgotten.
const TIDYING: Duration = Duration::from_secs(60);
/// After which pause a connection is accepted again, where there are too many open files.
const BREATH: Duration = Duration::from_millis(100);
/// How many idle connections are closed then.
const MANY: usize = 64;

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
    let (auth, desk) = reception(&store, &config);
    let is_https = config.tls.is_some();
    let router = routes::routes(&store, &auth, &desk, config.limits, is_https);
    let tls = config.tls.as_ref().map(Tls::acceptor);
    let proxies = config.proxies.as_slice().into();
    let connections = Connections::new(router, config.header_timeout, tls, proxies);
    let room = Room::new(config.max_connections.max(1));
    tokio::select! {
        () = accept(listener, &connections, &room) => {}
        () = tidy(&auth, &desk) => {}
        () = shutdown => {}
    }
    // What takes longer is cut off: a sender that waits for ever must not keep the server.
    let emptied = async {
        room.empty().await;
        auth.note_uses().await
    };
    let _ = timeout(config.shutdown_timeout, emptied).await;
    store.close().await;
}

/// Who tells callers apart, and who lets people in.
fn reception(store: &Arc<dyn Store>, config: &Config) -> (Arc<Auth<dyn Store>>, Arc<Desk>) {
    let rule = SecondFactorRule {
        of_providers: config.logins.second_factor_of_providers,
        of_clients: config.logins.second_factor_of_clients,
    };
    let auth = Auth::new(Arc::clone(store), config.rate).clock(config.clock.clone());
    let auth = Arc::new(auth.second_factor(rule));
    let clock = config.clock.clone();
    let desk = Desk::new(Arc::clone(&auth), Arc::clone(store), config.logins, clock);
    (auth, Arc::new(desk))
}

/// Serves whoever connects, for as long as somebody waits for it.
async fn accept(listener: TcpListener, connections: &Connections, room: &Room) {
    for number in 0.. {
        let stream = newcomer(&listener, room).await;
        connections.serve(stream, room.seat(number).await);
    }
}

/// The next connection.
async fn newcomer(listener: &TcpListener, room: &Room) -> TcpStream {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            return stream;
        }
        room.make_room(MANY);
        sleep(BREATH).await;
    }
}

/// Forgets what is no longer needed, again and again.
async fn tidy(auth: &Arc<Auth<dyn Store>>, desk: &Arc<Desk>) {
    let mut tidying = interval(TIDYING);
    loop {
        tidying.tick().await;
        auth.tidy();
        metrics::tidy();
        tokio::spawn(note(Arc::clone(auth), Arc::clone(desk)));
    }
}

/// Has the store note what was gathered, and forget what is over. Where it cannot just now, it is
/// done the next time; that it fails, the store tells by itself.
async fn note(auth: Arc<Auth<dyn Store>>, desk: Arc<Desk>) {
    let _ = auth.note_uses().await;
    let _ = desk.tidy().await;
}
