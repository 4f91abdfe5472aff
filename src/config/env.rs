//! Settings from environment variables. One that is empty counts as absent.

use std::ffi::OsString;
use std::time::Duration;

use crate::mask::MaskKey;

use super::{Compression, Config, ConfigError, Setting};

impl Config {
    /// The settings of this process's environment, on top of the defaults.
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// The same from any variables.
    pub(crate) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        let read = Reader { variable: &variable };
        let default = Self::default();
        Ok(Self {
            url: read.text(Setting::Url)?,
            api_key: read.text(Setting::ApiKey)?.map(Into::into),
            client_id: read.text(Setting::ClientId)?,
            environment: read.text(Setting::Environment)?,
            workflow_name: None,
            workflow_version: read.text(Setting::WorkflowVersion)?,
            level: read.parsed(Setting::Level, |text| text.parse().ok())?.unwrap_or(default.level),
            mask_key: read.parsed(Setting::MaskKey, |text| MaskKey::new(text).ok())?,
            timeout: read.seconds(Setting::Timeout, default.timeout)?,
            connect_timeout: read.seconds(Setting::ConnectTimeout, default.connect_timeout)?,
            budget_bytes: read.number(Setting::Budget, default.budget_bytes)?,
            max_record_bytes: read.parsed(Setting::MaxRecord, |text| text.parse().ok())?,
            max_age: read.seconds(Setting::MaxAge, default.max_age)?,
            spool_dir: read.text(Setting::SpoolDir)?.map(Into::into),
            spool_bytes: read.number(Setting::SpoolBytes, default.spool_bytes)?,
            in_flight: read.number(Setting::InFlight, default.in_flight)?,
            compression: read.parsed(Setting::Compression, compression)?.unwrap_or_default(),
            batches: read.parsed(Setting::Batch, auto_or_off)?.unwrap_or(default.batches),
            allow_plaintext: read
                .parsed(Setting::AllowPlaintext, boolean)?
                .unwrap_or(default.allow_plaintext),
        })
    }
}

struct Reader<'a, F> {
    variable: &'a F,
}

impl<F: Fn(&str) -> Option<OsString>> Reader<'_, F> {
    fn text(&self, setting: Setting) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.variable)(setting.variable()) else {
            return Ok(None);
        };
        let value =
            value.into_string().map_err(|_| ConfigError::invalid(setting, "(not Unicode)"))?;
        let value = value.trim();
        Ok((!value.is_empty()).then(|| value.to_owned()))
    }

    fn parsed<T>(
        &self,
        setting: Setting,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(setting)?
            .map(|text| parse(&text).ok_or_else(|| ConfigError::invalid(setting, &text)))
            .transpose()
    }

    fn number(&self, setting: Setting, default: usize) -> Result<usize, ConfigError> {
        let number = self.parsed(setting, |text| text.parse().ok())?;
        Ok(number.unwrap_or(default))
    }

    fn seconds(&self, setting: Setting, default: Duration) -> Result<Duration, ConfigError> {
        let parse = |text: &str| {
            let seconds = text.parse().ok()?;
            Duration::try_from_secs_f64(seconds).ok()
        };
        Ok(self.parsed(setting, parse)?.unwrap_or(default))
    }
}

fn compression(text: &str) -> Option<Compression> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Some(Compression::Auto),
        "zstd" => Some(Compression::Zstd),
        "gzip" => Some(Compression::Gzip),
        "off" => Some(Compression::Off),
        _ => None,
    }
}

fn auto_or_off(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "auto" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;

    fn with(name: &'static str, value: &'static str) -> Result<Config, ConfigError> {
        Config::from_variables(|asked| (asked == name).then(|| value.into()))
    }

    #[test]
    fn without_variables_the_defaults_hold() {
        let config = Config::from_variables(|_| None).expect("nothing is wrong");
        assert_eq!(config.level, Level::FullTrace);
        assert_eq!(config.timeout, Duration::from_secs(10));
        assert_eq!(config.budget_bytes, 32 << 20);
        assert!(with("LOG_COLLECTOR_LEVEL", "  ").is_ok_and(|c| c.level == Level::FullTrace));
    }

    #[test]
    fn every_variable_arrives() {
        let is = |name, value, check: fn(&Config) -> bool| {
            let config = with(name, value).expect(name);
            assert!(check(&config), "{name}={value}");
        };
        is("LOG_COLLECTOR_URL", "https://a/", |c| c.url.as_deref() == Some("https://a/"));
        is("LOG_COLLECTOR_API_KEY", "k", |c| c.api_key.is_some());
        is("CLIENT_ID", "acme", |c| c.client_id.as_deref() == Some("acme"));
        is("WORKFLOW_VERSION", "3", |c| c.workflow_version.as_deref() == Some("3"));
        is("LOG_COLLECTOR_ENVIRONMENT", "prod", |c| c.environment.as_deref() == Some("prod"));
        is("LOG_COLLECTOR_LEVEL", "metrics_only", |c| c.level == Level::MetricsOnly);
        is("LOG_COLLECTOR_MASK_KEY", "0123456789abcdef0123456789abcdef", |c| c.mask_key.is_some());
        is("LOG_COLLECTOR_TIMEOUT_SECONDS", "2.5", |c| c.timeout.as_millis() == 2_500);
        is("LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS", "1", |c| c.connect_timeout.as_secs() == 1);
        is("LOG_COLLECTOR_BUDGET_BYTES", "1048576", |c| c.budget_bytes == 1 << 20);
        is("LOG_COLLECTOR_MAX_RECORD_BYTES", "5000", |c| c.max_record_bytes == Some(5_000));
        is("LOG_COLLECTOR_MAX_AGE_SECONDS", "60", |c| c.max_age.as_secs() == 60);
        is("LOG_COLLECTOR_SPOOL_DIR", "/a", |c| c.spool_dir.as_deref() == Some("/a".as_ref()));
        is("LOG_COLLECTOR_SPOOL_BYTES", "2097152", |c| c.spool_bytes == 2 << 20);
        is("LOG_COLLECTOR_IN_FLIGHT", "2", |c| c.in_flight == 2);
        is("LOG_COLLECTOR_COMPRESSION", "GZIP", |c| c.compression == Compression::Gzip);
        is("LOG_COLLECTOR_BATCH", "off", |c| !c.batches);
        is("LOG_COLLECTOR_ALLOW_PLAINTEXT", "true", |c| c.allow_plaintext);
    }

    #[test]
    fn a_wrong_value_is_named_with_what_is_expected() {
        for (name, value) in [
            ("LOG_COLLECTOR_LEVEL", "verbose"),
            ("LOG_COLLECTOR_TIMEOUT_SECONDS", "-1"),
            ("LOG_COLLECTOR_MAX_AGE_SECONDS", "NaN"),
            ("LOG_COLLECTOR_BUDGET_BYTES", "32M"),
            ("LOG_COLLECTOR_COMPRESSION", "brotli"),
            ("LOG_COLLECTOR_BATCH", "yes"),
            ("LOG_COLLECTOR_ALLOW_PLAINTEXT", "perhaps"),
        ] {
            let error = with(name, value).expect_err(name).to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
            assert!(error.contains("expected"), "{error}");
        }
        let error = with("LOG_COLLECTOR_MASK_KEY", "too-short").expect_err("short").to_string();
        assert!(!error.contains("too-short"), "{error}");
    }
}
