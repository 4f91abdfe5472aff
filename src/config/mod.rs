//! What a client is made of: plain data, from code or from the environment, checked once.

mod env;
mod error;
mod url;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

pub use self::error::{ConfigError, Setting};

pub(crate) use self::url::CollectorUrl;

use crate::level::Level;
use crate::mask::MaskKey;
use crate::wire;

/// The longest time that any setting may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The least that a budget can be: a few records of the smallest limit.
const SMALLEST_BUDGET: usize = 64 << 10;
/// The least that a spool can be: a few of its files.
const SMALLEST_SPOOL: usize = 1 << 20;
/// The smallest limit of a record that leaves room for an envelope.
const SMALLEST_RECORD: usize = 4 << 10;
/// More requests at once would be an attack.
const MOST_IN_FLIGHT: usize = 64;

/// Which coding a request's body may have, where the collector offers it.
///
/// # Default
/// [`Compression::Auto`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// zstd or gzip as offered, from 8 KiB on, and not toward a loopback address.
    #[default]
    Auto,
    /// zstd alone, where it is offered, toward a loopback address as well. Needs the feature
    /// `zstd`.
    Zstd,
    /// gzip alone, where it is offered, toward a loopback address as well.
    Gzip,
    /// None.
    Off,
}

/// The settings of a client.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) url: Option<String>,
    pub(crate) api_key: Option<SecretString>,
    pub(crate) client_id: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) workflow_name: Option<String>,
    pub(crate) workflow_version: Option<String>,
    pub(crate) level: Level,
    pub(crate) mask_key: Option<MaskKey>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) budget_bytes: usize,
    /// `None` is the default, which depends on the budget.
    pub(crate) max_record_bytes: Option<usize>,
    pub(crate) max_age: Duration,
    pub(crate) spool_dir: Option<PathBuf>,
    pub(crate) spool_bytes: usize,
    pub(crate) in_flight: usize,
    pub(crate) compression: Compression,
    pub(crate) batches: bool,
    pub(crate) allow_plaintext: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: None,
            api_key: None,
            client_id: None,
            environment: None,
            workflow_name: None,
            workflow_version: None,
            level: Level::default(),
            mask_key: None,
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            budget_bytes: 32 << 20,
            max_record_bytes: None,
            max_age: Duration::from_secs(15 * 60),
            spool_dir: None,
            spool_bytes: 64 << 20,
            in_flight: 4,
            compression: Compression::Auto,
            batches: true,
            allow_plaintext: false,
        }
    }
}

/// Where records go, and as whom: what of the settings has no default.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) url: CollectorUrl,
    pub(crate) api_key: SecretString,
    pub(crate) client_id: String,
}

impl Config {
    /// Checks everything that can be wrong, and tells where records go.
    pub(crate) fn check(&self) -> Result<Destination, ConfigError> {
        self.check_bounds()?;
        let url = required(Setting::Url, self.url.as_deref())?;
        let url = CollectorUrl::parse(url, self.allow_plaintext)?;
        let api_key = self.api_key.as_ref().map(|key| key.expose_secret().trim());
        let api_key = required(Setting::ApiKey, api_key)?;
        if !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ConfigError::secret(Setting::ApiKey));
        }
        let client_id = required(Setting::ClientId, self.client_id.as_deref())?;
        if client_id.len() > wire::MAX_IDENTIFIER_BYTES {
            return Err(ConfigError::invalid(Setting::ClientId, client_id));
        }
        if self.compression == Compression::Zstd && !cfg!(feature = "zstd") {
            return Err(ConfigError::invalid(Setting::Compression, "zstd"));
        }
        Ok(Destination { url, api_key: api_key.into(), client_id: client_id.to_owned() })
    }

    /// How large one record may be: what was asked for, or the wire's limit, but no more than half
    /// the budget.
    pub(crate) fn record_limit(&self) -> usize {
        let default = wire::MAX_RECORD_BYTES.min(self.budget_bytes / 2).max(SMALLEST_RECORD);
        self.max_record_bytes.unwrap_or(default)
    }

    fn check_bounds(&self) -> Result<(), ConfigError> {
        let times = [
            (Setting::Timeout, self.timeout),
            (Setting::ConnectTimeout, self.connect_timeout),
            (Setting::MaxAge, self.max_age),
        ];
        for (setting, time) in times {
            if time.is_zero() || time > LONGEST {
                return Err(ConfigError::invalid(setting, &time.as_secs_f64().to_string()));
            }
        }
        let numbers = [
            (Setting::Budget, self.budget_bytes, SMALLEST_BUDGET, usize::MAX),
            (Setting::MaxRecord, self.record_limit(), SMALLEST_RECORD, self.budget_bytes),
            (Setting::InFlight, self.in_flight, 1, MOST_IN_FLIGHT),
            (Setting::SpoolBytes, self.spool_bytes, SMALLEST_SPOOL, usize::MAX),
        ];
        for (setting, number, least, most) in numbers {
            if !(least..=most).contains(&number) {
                return Err(ConfigError::invalid(setting, &number.to_string()));
            }
        }
        Ok(())
    }
}

fn required(setting: Setting, value: Option<&str>) -> Result<&str, ConfigError> {
    value.map(str::trim).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing { setting })
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("url", &self.url.as_deref().map(error::harmless))
            .field("client_id", &self.client_id.as_deref().map(error::harmless))
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Config {
        Config {
            url: Some("https://logs.example.com/v1/logs".to_owned()),
            api_key: Some("key".into()),
            client_id: Some("acme".to_owned()),
            ..Config::default()
        }
    }

    #[test]
    fn the_defaults_are_complete_but_for_where_and_as_whom() {
        assert!(complete().check().is_ok());
        for (setting, broken) in [
            (Setting::Url, Config { url: None, ..complete() }),
            (Setting::ApiKey, Config { api_key: Some(" ".into()), ..complete() }),
            (Setting::ClientId, Config { client_id: None, ..complete() }),
        ] {
            assert!(
                matches!(broken.check(), Err(ConfigError::Missing { setting: s }) if s == setting)
            );
        }
    }

    #[test]
    fn a_smaller_budget_needs_no_other_setting() {
        let small = Config { budget_bytes: SMALLEST_BUDGET, ..complete() };
        assert!(small.check().is_ok());
        assert_eq!(small.record_limit(), SMALLEST_BUDGET / 2);
        assert_eq!(complete().record_limit(), wire::MAX_RECORD_BYTES);
        let own = Config { max_record_bytes: Some(5_000), ..small };
        assert_eq!(own.record_limit(), 5_000);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_its_name() {
        for (setting, broken) in [
            (Setting::Timeout, Config { timeout: Duration::ZERO, ..complete() }),
            (Setting::Budget, Config { budget_bytes: 1, ..complete() }),
            (Setting::MaxRecord, Config { max_record_bytes: Some(1 << 40), ..complete() }),
            (Setting::InFlight, Config { in_flight: 0, ..complete() }),
            (Setting::ApiKey, Config { api_key: Some("a\nb".into()), ..complete() }),
        ] {
            let error = broken.check().expect_err("it is out of bounds").to_string();
            assert!(error.contains(setting.variable()), "{error}");
        }
    }
}
