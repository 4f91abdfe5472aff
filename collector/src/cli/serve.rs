//! `serve`: the server, from its options to its end.

use std::error::Error;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum, value_parser};
use epilogue_collector::store;
use epilogue_collector::{Clock, Config, Limits, Logins, Tls, TlsError};
use futures_util::FutureExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

use super::files;
use super::first;
use super::options::StoreOptions;

/// How many times the largest request has room in memory: as it came, without its coding, as
/// records, and once more.
const LARGEST_AT_ONCE: usize = 4;

/// What is told where nobody says otherwise. The store tells by itself when it fails, once; the library
/// below it would tell it at every connection, in the database's own words.
const TOLD: &str = "warn,sqlx=off";

/// How to serve.
#[derive(Args, Debug)]
pub(super) struct ServeOptions {
    /// The address to listen on; port 0 picks a free one.
    #[arg(long, env = "EPILOGUE_LISTEN", default_value = "127.0.0.1:8088")]
    pub(super) listen: SocketAddr,
    /// The certificate with its chain, as PEM; serves https.
    #[arg(long, env = "EPILOGUE_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM.
    #[arg(long, env = "EPILOGUE_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The address of a proxy or balancer before this server, or several with commas between them: what
    /// it tells by X-Forwarded-For is believed, and attempts to log in are counted by it.
    #[arg(long = "proxy", env = "EPILOGUE_PROXY", value_delimiter = ',', value_name = "ADDRESS")]
    proxies: Vec<IpAddr>,
    /// How many requests a second a key may make; without a limit where this is not given.
    #[arg(long, env = "EPILOGUE_RATE")]
    rate: Option<NonZeroU32>,
    /// How many connections are kept at once; beyond that, idle ones are closed.
    #[arg(long, env = "EPILOGUE_MAX_CONNECTIONS", default_value_t = Config::default().max_connections)]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    max_connections: u32,
    /// How many seconds the head of a request may take, a connection be idle, or an answer stay unread.
    #[arg(long, env = "EPILOGUE_HEADER_TIMEOUT_SECONDS", default_value = "60", value_parser = seconds())]
    header_timeout_seconds: u64,
    /// How many seconds a body may take to arrive.
    #[arg(long, env = "EPILOGUE_BODY_TIMEOUT_SECONDS", default_value = "30", value_parser = seconds())]
    body_timeout_seconds: u64,
    /// How many seconds what was accepted may take at the end.
    #[arg(long, env = "EPILOGUE_SHUTDOWN_TIMEOUT_SECONDS", default_value = "30", value_parser = seconds())]
    shutdown_timeout_seconds: u64,
    /// The largest record, in bytes; 256 MiB at most.
    #[arg(long, env = "EPILOGUE_MAX_RECORD_BYTES", default_value_t = Limits::default().max_record_bytes)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=256 << 20))]
    max_record_bytes: usize,
    /// The largest request, in bytes, before and after decompression.
    #[arg(long, env = "EPILOGUE_MAX_REQUEST_BYTES", default_value_t = Limits::default().max_request_bytes)]
    #[arg(value_parser = bytes())]
    max_request_bytes: usize,
    /// The most records of a request.
    #[arg(long, env = "EPILOGUE_MAX_REQUEST_RECORDS", default_value_t = Limits::default().max_request_records)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    max_request_records: usize,
    /// After how many minutes without use a session of the dashboard ends.
    #[arg(long, env = "EPILOGUE_SESSION_IDLE_MINUTES", default_value = "720")]
    #[arg(value_parser = value_parser!(u64).range(1..=60 * 24 * 365))]
    session_idle_minutes: u64,
    /// After how many days a session of the dashboard ends, however much it is used.
    #[arg(long, env = "EPILOGUE_SESSION_DAYS", default_value = "7")]
    #[arg(value_parser = value_parser!(u64).range(1..=365))]
    session_days: u64,
    /// Who needs a second factor to log in; nobody where this is not given. Anybody may have one.
    #[arg(long, env = "EPILOGUE_REQUIRE_TOTP")]
    require_totp: Option<Required>,
}

/// Of whom a second factor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Required {
    Provider,
    Client,
    All,
}

/// A time that makes sense: a day at most.
fn seconds() -> RangedU64ValueParser {
    value_parser!(u64).range(1..=24 * 3_600)
}

/// A size that makes sense: 1 GiB at most.
fn bytes() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1 << 30)
}

impl ServeOptions {
    /// The configuration that the options say.
    pub(super) fn config(&self) -> Result<Config, Box<dyn Error>> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(tls(certificate, key)?),
            _ => None,
        };
        let limits = Limits {
            max_record_bytes: self.max_record_bytes,
            max_request_bytes: self.max_request_bytes,
            max_request_records: self.max_request_records,
            body_timeout: Duration::from_secs(self.body_timeout_seconds),
            body_budget_bytes: Limits::default()
                .body_budget_bytes
                .max(self.max_request_bytes.saturating_mul(LARGEST_AT_ONCE)),
        };
        let max_connections = files::connections(self.max_connections);
        if max_connections < self.max_connections {
            tracing::warn!(max_connections, "the limit of open files allows fewer connections");
        }
        Ok(Config {
            limits,
            max_connections,
            header_timeout: Duration::from_secs(self.header_timeout_seconds),
            shutdown_timeout: Duration::from_secs(self.shutdown_timeout_seconds),
            rate: self.rate,
            tls,
            proxies: self.proxies.clone(),
            logins: self.logins(),
            clock: Clock::default(),
        })
    }
}

impl ServeOptions {
    fn logins(&self) -> Logins {
        let asks = |own| self.require_totp.is_some_and(|whom| whom == own || whom == Required::All);
        Logins {
            idle: Duration::from_secs(self.session_idle_minutes * 60),
            longest: Duration::from_secs(self.session_days * 24 * 3_600),
            second_factor_of_providers: asks(Required::Provider),
            second_factor_of_clients: asks(Required::Client),
        }
    }
}

/// Serves until the process is told to end.
pub(super) async fn serve(
    place: &StoreOptions,
    options: &ServeOptions,
) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(TOLD));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let config = options.config()?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    // Before the store: where nobody can listen, no keys are made.
    let listener = listen(options.listen).await?;
    let mut signals = Signals::listen()?;
    super::make_directory(place)?;
    let store = store::open(place.store.as_deref(), &place.data).await?;
    let address = format!("{scheme}://{}", listener.local_addr()?);
    for line in first::made(store.as_ref(), &address).await? {
        say(&line)?;
    }
    say(&format!("listening on {address}"))?;
    let (end, ended) = oneshot::channel();
    let serving = epilogue_collector::run(listener, store, config, ended.map(drop));
    let told_twice = async {
        signals.next().await;
        let _ = end.send(());
        signals.next().await;
    };
    tokio::select! {
        () = serving => Ok(()),
        () = told_twice => Err("told twice to end: what was under way is cut off".into()),
    }
}

/// Listens on an address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))
}

/// The certificate of https.
fn tls(certificate: &Path, key: &Path) -> Result<Tls, String> {
    Tls::from_pem_files(certificate, key).map_err(|error| {
        let path = if error == TlsError::Certificate { certificate } else { key };
        format!("{}: {error}", path.display())
    })
}

/// A line that is there at once, whoever reads it.
fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// SIGTERM and ctrl-c: both tell the process to end.
struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            term: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    /// Ready at the next of them.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.term.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
