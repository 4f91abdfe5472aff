//! How much of a record leaves the process.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much of a record is sent, ordered from least to most.
///
/// Printed and parsed as `OFF`, `METRICS_ONLY` and `FULL_TRACE` (parsing ignores ASCII case).
///
/// # Default
/// [`Level::FullTrace`].
///
/// ```
/// use epilogue::Level;
///
/// assert_eq!("metrics_only".parse(), Ok(Level::MetricsOnly));
/// assert_eq!(Level::FullTrace.to_string(), "FULL_TRACE");
/// assert!(Level::Off < Level::MetricsOnly);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// Nothing is sent; what is handed over is counted as skipped.
    Off,
    /// The envelope with its metrics; no trace.
    MetricsOnly,
    /// The envelope and the masked trace.
    #[default]
    FullTrace,
}

impl Level {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::MetricsOnly => "METRICS_ONLY",
            Self::FullTrace => "FULL_TRACE",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A level as it stands on the wire.
impl PartialEq<Level> for String {
    fn eq(&self, level: &Level) -> bool {
        self == level.as_str()
    }
}

/// The text was none of `OFF`, `METRICS_ONLY` and `FULL_TRACE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected OFF, METRICS_ONLY or FULL_TRACE")]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        [Self::Off, Self::MetricsOnly, Self::FullTrace]
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or(UnknownLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_reads_what_it_prints() {
        for level in [Level::Off, Level::MetricsOnly, Level::FullTrace] {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert_eq!("OFF".to_owned(), Level::Off);
        assert_eq!("verbose".parse::<Level>(), Err(UnknownLevel));
    }
}
