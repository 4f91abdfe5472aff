//! How a client is made from code.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use uuid::Uuid;

use crate::config::{Compression, Config, ConfigError, Destination};
use crate::level::Level;
use crate::mask::{MaskKey, Policy};
use crate::record::{Outcome, Producer};
use crate::ship::{Consent, LevelRule, Link, Loss, Sealer, Shipper, Transport, queue, start, tell};
use crate::wire;

use super::Client;

/// Makes a [`Client`]: where records go and as whom, and everything that has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use epilogue::{Client, Level};
///
/// let logs = Client::builder()
///     .url("https://logs.example.com/v1/logs")
///     .api_key(std::env::var("ACME_LOGS_KEY").unwrap_or_default())
///     .client_id("acme")
///     .environment("production")
///     .full_trace_unless_success()
///     .timeout(Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), epilogue::ConfigError>(())
/// ```
#[derive(Default)]
#[must_use = "a client is made by `build`"]
pub struct ClientBuilder {
    config: Config,
    policy: Option<Policy>,
    rule: Option<LevelRule>,
    transport: Option<Arc<dyn Transport>>,
}

impl ClientBuilder {
    /// A builder with the environment's settings, to be changed.
    ///
    /// # Errors
    /// [`ConfigError`] where a variable holds what it cannot mean.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self { config: Config::from_env()?, ..Self::default() })
    }

    /// The collector's whole address, such as `https://logs.example.com/v1/logs`
    /// (`LOG_COLLECTOR_URL`).
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = Some(url.into());
        self
    }

    /// The client's key (`LOG_COLLECTOR_API_KEY`).
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.config.api_key = Some(key.into());
        self
    }

    /// Who produces the records (`CLIENT_ID`); the key's own client.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.config.client_id = Some(id.into());
        self
    }

    /// `production`, `staging`, … (`LOG_COLLECTOR_ENVIRONMENT`).
    ///
    /// # Default
    /// None.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.config.environment = Some(environment.into());
        self
    }

    /// The workflow of records that do not name theirs.
    ///
    /// # Default
    /// None.
    pub fn workflow_name(mut self, name: impl Into<String>) -> Self {
        self.config.workflow_name = Some(name.into());
        self
    }

    /// Its version (`WORKFLOW_VERSION`).
    ///
    /// # Default
    /// None.
    pub fn workflow_version(mut self, version: impl Into<String>) -> Self {
        self.config.workflow_version = Some(version.into());
        self
    }

    /// How much is sent (`LOG_COLLECTOR_LEVEL`); [`Client::set_level`] changes it later.
    ///
    /// # Default
    /// [`Level::FullTrace`].
    pub fn level(mut self, level: Level) -> Self {
        self.config.level = level;
        self
    }

    /// Decides by each run's outcome how much of it is sent, never more than the level allows.
    /// It runs on the worker; one that panics allows the metrics alone.
    ///
    /// # Default
    /// No rule: the level alone decides.
    pub fn level_rule(
        mut self,
        rule: impl Fn(&Outcome<'_>) -> Level + Send + Sync + 'static,
    ) -> Self {
        self.rule = Some(Arc::new(rule));
        self
    }

    /// Full traces only of what did not end in success; of the rest the metrics.
    pub fn full_trace_unless_success(self) -> Self {
        self.level_rule(
            |outcome| {
                if outcome.is_success() { Level::MetricsOnly } else { Level::FullTrace }
            },
        )
    }

    /// What is masked and how.
    ///
    /// # Default
    /// [`Policy::default`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The key of the masking hashes, in place of the policy's (`LOG_COLLECTOR_MASK_KEY`).
    ///
    /// # Default
    /// The policy's; the default policy makes one for each process.
    pub fn mask_key(mut self, key: MaskKey) -> Self {
        self.config.mask_key = Some(key);
        self
    }

    /// How long a request may take (`LOG_COLLECTOR_TIMEOUT_SECONDS`).
    ///
    /// # Default
    /// 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// How long a connection may take to be made (`LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS`).
    ///
    /// # Default
    /// 3 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout;
        self
    }

    /// How many bytes of sealed records may wait and be under way together
    /// (`LOG_COLLECTOR_BUDGET_BYTES`). Over half of it traces are given up, at the end of it
    /// records.
    ///
    /// # Default
    /// 32 MiB; at least 64 KiB.
    pub fn budget_bytes(mut self, bytes: usize) -> Self {
        self.config.budget_bytes = bytes;
        self
    }

    /// How large one record may be (`LOG_COLLECTOR_MAX_RECORD_BYTES`). A larger one has its
    /// longest texts cut, then goes without its trace.
    ///
    /// # Default
    /// 1 MiB, or half of a smaller budget; at least 4 KiB and no more than the budget.
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.config.max_record_bytes = Some(bytes);
        self
    }

    /// How long a record may wait in memory (`LOG_COLLECTOR_MAX_AGE_SECONDS`).
    ///
    /// # Default
    /// 15 minutes.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.config.max_age = age;
        self
    }

    /// A directory for sealed records that the collector could not be given
    /// (`LOG_COLLECTOR_SPOOL_DIR`): while it does not answer, when the budget is half used, and at
    /// the end of the process. The next chance, or the next process with the same directory,
    /// address and client id, delivers them. Several processes may share it.
    ///
    /// It is made if it is missing, readable by its owner alone. Where it cannot be used, one warning
    /// says so, and records wait in memory as they do without one.
    ///
    /// # Default
    /// None: nothing is written to disk.
    pub fn spool_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.config.spool_dir = Some(directory.into());
        self
    }

    /// How many bytes this process may keep in the spool (`LOG_COLLECTOR_SPOOL_BYTES`). Beyond it
    /// the oldest are dropped, and counted as [`Loss::SpoolFull`].
    ///
    /// # Default
    /// 64 MiB; at least 1 MiB.
    pub fn spool_bytes(mut self, bytes: usize) -> Self {
        self.config.spool_bytes = bytes;
        self
    }

    /// How many requests may be under way together (`LOG_COLLECTOR_IN_FLIGHT`).
    ///
    /// # Default
    /// 4; from 1 to 64.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.config.in_flight = requests;
        self
    }

    /// Which coding a request's body may have, where the collector offers it
    /// (`LOG_COLLECTOR_COMPRESSION`).
    ///
    /// # Default
    /// [`Compression::Auto`].
    pub fn compression(mut self, compression: Compression) -> Self {
        self.config.compression = compression;
        self
    }

    /// One record a request, whatever the collector offers (`LOG_COLLECTOR_BATCH=off`).
    pub fn without_batches(mut self) -> Self {
        self.config.batches = false;
        self
    }

    /// Allows plain `http` to a host that is not this machine: whoever is on the way sees the
    /// key and the records (`LOG_COLLECTOR_ALLOW_PLAINTEXT=true`).
    pub fn allow_plaintext(mut self) -> Self {
        self.config.allow_plaintext = true;
        self
    }

    /// How requests reach the collector.
    ///
    /// # Default
    /// reqwest, where one of the TLS features is on.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Starts the client's worker.
    ///
    /// Where the operating system has no thread to give, the client counts everything as lost to
    /// [`Loss::WorkerGone`], and one warning says so.
    ///
    /// # Errors
    /// [`ConfigError`], which names the setting by its variable, what it holds and what is
    /// expected.
    pub fn build(self) -> Result<Client, ConfigError> {
        let Self { config, policy, rule, transport } = self;
        let destination = config.check()?;
        let transport = match transport {
            Some(transport) => transport,
            None => built_in_transport(&destination, &config)?,
        };
        let (handover, incoming) = queue();
        let consent = Arc::new(Consent::new(config.level));
        let sealer = Arc::new(sealer(&config, destination.client_id.clone(), policy, rule));
        let client = Client::new(Arc::default(), consent, sealer, Some(handover));
        let shared = &client.shared;
        let link = Link {
            sealer: Arc::clone(&shared.sealer),
            counters: Arc::clone(&shared.counters),
            consent: Arc::clone(&shared.consent),
            transport,
            destination,
            sdk: sdk(),
            in_flight: config.in_flight,
            budget_bytes: config.budget_bytes,
            timeout: config.timeout,
        };
        if let Err(error) = start(Shipper::new(link, incoming, &config)) {
            shared.counters.end(Loss::WorkerGone);
            tell("the shipper's thread cannot be started: nothing will be shipped", &error.kind());
        }
        Ok(client)
    }
}

pub(super) fn sealer(
    config: &Config,
    client_id: String,
    policy: Option<Policy>,
    rule: Option<LevelRule>,
) -> Sealer {
    let policy = policy.unwrap_or_default();
    let policy = match &config.mask_key {
        Some(key) => policy.with_key(key.clone()),
        None => policy,
    };
    Sealer {
        policy,
        producer: Producer {
            client_id,
            environment: config.environment.clone(),
            workflow_name: config.workflow_name.clone(),
            workflow_version: config.workflow_version.clone(),
        },
        max_record_bytes: config.record_limit(),
        rule,
    }
}

fn sdk() -> wire::Sdk {
    wire::Sdk {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: Uuid::now_v7().simple().to_string(),
        ..wire::Sdk::default()
    }
}

#[cfg(feature = "http-client")]
fn built_in_transport(
    destination: &Destination,
    config: &Config,
) -> Result<Arc<dyn Transport>, ConfigError> {
    use crate::ship::HttpTransport;
    let transport = HttpTransport::new(destination, config.timeout, config.connect_timeout)?;
    Ok(Arc::new(transport))
}

#[cfg(not(feature = "http-client"))]
fn built_in_transport(_: &Destination, _: &Config) -> Result<Arc<dyn Transport>, ConfigError> {
    Err(ConfigError::NoTransport)
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("config", &self.config)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
