//! What is asked for on the command line.

use std::time::Duration;

pub(crate) const USAGE: &str =
    "usage: overhead [--records N] [--trace-bytes B] [--threads T] [--rate R] [--url URL]";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) records: usize,
    pub(crate) trace_bytes: usize,
    pub(crate) threads: usize,
    /// The time between two records of all threads together; `None` is as fast as it goes.
    pub(crate) interval: Option<Duration>,
    pub(crate) url: Option<String>,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options =
            Self { records: 10_000, trace_bytes: 20_000, threads: 1, interval: None, url: None };
        while let Some(argument) = arguments.next() {
            let value = arguments.next()?;
            match argument.as_str() {
                "--records" => options.records = positive(&value)?,
                "--trace-bytes" => options.trace_bytes = positive(&value)?,
                "--threads" => options.threads = positive(&value)?,
                "--rate" => options.interval = Some(interval(&value)?),
                "--url" => options.url = Some(value),
                _ => return None,
            }
        }
        Some(options)
    }
}

fn positive(value: &str) -> Option<usize> {
    value.parse().ok().filter(|number| *number > 0)
}

fn interval(rate: &str) -> Option<Duration> {
    let rate: f64 = rate.parse().ok()?;
    Duration::try_from_secs_f64(1.0 / rate).ok().filter(|interval| !interval.is_zero())
}
