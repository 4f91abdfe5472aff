//! What can be wrong with the settings, said by name and without a secret.

use std::fmt;

use crate::mask::{Identities, Masker, Policy};

/// A setting, by its environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// `LOG_COLLECTOR_URL`
    Url,
    /// `LOG_COLLECTOR_API_KEY`
    ApiKey,
    /// `CLIENT_ID`
    ClientId,
    /// `WORKFLOW_VERSION`
    WorkflowVersion,
    /// `LOG_COLLECTOR_LEVEL`
    Level,
    /// `LOG_COLLECTOR_ENVIRONMENT`
    Environment,
    /// `LOG_COLLECTOR_MASK_KEY`
    MaskKey,
    /// `LOG_COLLECTOR_TIMEOUT_SECONDS`
    Timeout,
    /// `LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS`
    ConnectTimeout,
    /// `LOG_COLLECTOR_BUDGET_BYTES`
    Budget,
    /// `LOG_COLLECTOR_MAX_RECORD_BYTES`
    MaxRecord,
    /// `LOG_COLLECTOR_MAX_AGE_SECONDS`
    MaxAge,
    /// `LOG_COLLECTOR_SPOOL_DIR`
    SpoolDir,
    /// `LOG_COLLECTOR_SPOOL_BYTES`
    SpoolBytes,
    /// `LOG_COLLECTOR_IN_FLIGHT`
    InFlight,
    /// `LOG_COLLECTOR_COMPRESSION`
    Compression,
    /// `LOG_COLLECTOR_BATCH`
    Batch,
    /// `LOG_COLLECTOR_ALLOW_PLAINTEXT`
    AllowPlaintext,
}

impl Setting {
    /// The environment variable that sets it.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Url => "LOG_COLLECTOR_URL",
            Self::ApiKey => "LOG_COLLECTOR_API_KEY",
            Self::ClientId => "CLIENT_ID",
            Self::WorkflowVersion => "WORKFLOW_VERSION",
            Self::Level => "LOG_COLLECTOR_LEVEL",
            Self::Environment => "LOG_COLLECTOR_ENVIRONMENT",
            Self::MaskKey => "LOG_COLLECTOR_MASK_KEY",
            Self::Timeout => "LOG_COLLECTOR_TIMEOUT_SECONDS",
            Self::ConnectTimeout => "LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS",
            Self::Budget => "LOG_COLLECTOR_BUDGET_BYTES",
            Self::MaxRecord => "LOG_COLLECTOR_MAX_RECORD_BYTES",
            Self::MaxAge => "LOG_COLLECTOR_MAX_AGE_SECONDS",
            Self::SpoolDir => "LOG_COLLECTOR_SPOOL_DIR",
            Self::SpoolBytes => "LOG_COLLECTOR_SPOOL_BYTES",
            Self::InFlight => "LOG_COLLECTOR_IN_FLIGHT",
            Self::Compression => "LOG_COLLECTOR_COMPRESSION",
            Self::Batch => "LOG_COLLECTOR_BATCH",
            Self::AllowPlaintext => "LOG_COLLECTOR_ALLOW_PLAINTEXT",
        }
    }

    /// What it may hold.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Url => {
                "the collector's whole https address, such as \
                 https://logs.example.com/v1/logs, without user info"
            }
            Self::ApiKey => "the client's key, in visible ASCII",
            Self::ClientId => "the client's name, of 1 to 256 bytes",
            Self::WorkflowVersion | Self::Environment => "text",
            Self::Level => "OFF, METRICS_ONLY or FULL_TRACE",
            Self::MaskKey => "at least 32 random bytes as text",
            Self::Timeout | Self::ConnectTimeout | Self::MaxAge => "seconds above 0, at most 86400",
            Self::Budget => "bytes, at least 65536",
            Self::MaxRecord => "bytes, at least 4096 and no more than the budget",
            Self::SpoolDir => "a directory that this process may write to",
            Self::SpoolBytes => "bytes, at least 1048576",
            Self::InFlight => "a number from 1 to 64",
            Self::Compression => "auto, zstd (needs the feature `zstd`), gzip or off",
            Self::Batch => "auto or off",
            Self::AllowPlaintext => "true or false",
        }
    }

    const fn is_secret(self) -> bool {
        matches!(self, Self::ApiKey | Self::MaskKey)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.variable())
    }
}

/// A client cannot be built. Trying again helps only after the setting was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting that has no default is absent or empty.
    #[error("{setting} is not set; expected {}", setting.expected())]
    Missing {
        /// Which one.
        setting: Setting,
    },
    /// A setting holds what it cannot mean.
    #[error("{setting} is {holds}; expected {}", setting.expected())]
    Invalid {
        /// Which one.
        setting: Setting,
        /// What it holds; never a secret.
        holds: String,
    },
    /// Plain `http` would show the key and the records to the network.
    #[error(
        "LOG_COLLECTOR_URL is {url}, plain http to a host that is not loopback; expected https, \
         or LOG_COLLECTOR_ALLOW_PLAINTEXT=true"
    )]
    Plaintext {
        /// The address, without its query.
        url: String,
    },
    /// This build of the crate has no HTTP client, and the host gave no transport.
    #[error(
        "no transport: enable one of the features `rustls`, `rustls-no-provider` and \
         `native-tls`, or give the builder a `Transport`"
    )]
    NoTransport,
    /// The feature `rustls-no-provider` is on, and the process has installed no crypto provider.
    #[error(
        "no crypto provider: call `rustls::crypto::CryptoProvider::install_default` before the \
         client is built, or enable the feature `rustls`"
    )]
    NoCryptoProvider,
}

impl ConfigError {
    pub(super) fn invalid(setting: Setting, holds: &str) -> Self {
        if setting.is_secret() {
            return Self::secret(setting);
        }
        Self::Invalid { setting, holds: format!("`{}`", harmless(holds)) }
    }

    pub(super) fn secret(setting: Setting) -> Self {
        Self::Invalid { setting, holds: "something else (not shown)".to_owned() }
    }
}

/// The text without what may be secret in it: user info, query, and whatever the masking engine
/// knows.
pub(super) fn harmless(text: &str) -> String {
    const SHOWN: usize = 100;
    // User info goes first: a password may hold what begins a query.
    let text = match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) if rest.contains('@') => {
            format!("{scheme}://{host}")
        }
        (_, Some((_, host))) => host.to_owned(),
        _ => text.to_owned(),
    };
    let text = text.split(['?', '#']).next().unwrap_or_default().to_owned();
    let (policy, identities) = (Policy::default(), Identities::default());
    let masked = Masker::new(&policy, &identities).text(&text).unwrap_or(text);
    masked.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_variable_what_it_holds_and_what_is_expected() {
        let error = ConfigError::invalid(Setting::Level, "VERBOSE").to_string();
        assert_eq!(
            error,
            "LOG_COLLECTOR_LEVEL is `VERBOSE`; expected OFF, METRICS_ONLY or FULL_TRACE"
        );
    }

    #[test]
    fn no_secret_is_shown() {
        let url = "https://maria:hunter2@logs.example.com/v1?sig=abc";
        assert_eq!(harmless(url), "https://logs.example.com/v1");
        assert_eq!(harmless("maria:hunter2@logs"), "logs");
        assert_eq!(harmless("https://maria:hunter2#x@logs/v1"), "https://logs/v1");
        assert_eq!(harmless("https://maria:hunter2?x@logs/v1"), "https://logs/v1");
        assert_eq!(harmless("maria:hunter2@https://logs"), "https://logs");
        let error = ConfigError::invalid(Setting::ApiKey, "s3cret").to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}
