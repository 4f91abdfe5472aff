//! What a server is told at its start: limits and timeouts.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use epilogue::wire::{MAX_RECORD_BYTES, MAX_REQUEST_BYTES, MAX_REQUEST_RECORDS};

use crate::time::Clock;
use crate::tls::Tls;

/// How a server is run.
///
/// ```
/// use epilogue_collector::Config;
///
/// let config = Config { max_connections: 100, ..Config::default() };
/// assert_eq!(config.limits.max_record_bytes, 1 << 20);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// What is taken in.
    pub limits: Limits,
    /// How many connections are kept at once. Where there are more, those that have been idle
    /// longest are closed; where none is idle, a new one waits.
    ///
    /// # Default
    /// 10,240.
    pub max_connections: u32,
    /// How long the head of a request may take, how long a connection may be idle, and how long an
    /// answer may stay unread.
    ///
    /// # Default
    /// 60 seconds.
    pub header_timeout: Duration,
    /// How long what was accepted may take at the end.
    ///
    /// # Default
    /// 30 seconds.
    pub shutdown_timeout: Duration,
    /// How often a key may be used in a second; without a limit where there is none.
    ///
    /// # Default
    /// No limit.
    pub rate: Option<NonZeroU32>,
    /// How to serve https; plain http where there is nothing.
    pub tls: Option<Tls>,
    /// Proxies before this server, which are believed when they tell by `X-Forwarded-For` where a
    /// request comes from. Attempts to log in are counted by that address.
    ///
    /// # Default
    /// None: what a request tells of itself means nothing.
    pub proxies: Vec<IpAddr>,
    /// How people log in.
    pub logins: Logins,
    /// What tells the time to sessions and second factors.
    ///
    /// # Default
    /// The clock of this machine.
    pub clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            max_connections: 10_240,
            header_timeout: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(30),
            rate: None,
            tls: None,
            proxies: Vec::new(),
            logins: Logins::default(),
            clock: Clock::default(),
        }
    }
}

/// What one request may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest record, in bytes; 256 MiB at most, since SQLite takes no value of 10⁹ bytes and
    /// masking may lengthen a record.
    ///
    /// # Default
    /// 1 MiB.
    pub max_record_bytes: usize,
    /// The largest request, in bytes, before and after decompression.
    ///
    /// # Default
    /// 8 MiB.
    pub max_request_bytes: usize,
    /// The most records of a request.
    ///
    /// # Default
    /// 10,000.
    pub max_request_records: usize,
    /// How much of all requests together may lie in memory; what is beyond is answered 503. One key
    /// may have a quarter of it, or what four of the largest requests are, if that is more.
    ///
    /// # Default
    /// 128 MiB.
    pub body_budget_bytes: usize,
    /// How long a body may take to arrive.
    ///
    /// # Default
    /// 30 seconds.
    pub body_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_record_bytes: MAX_RECORD_BYTES,
            max_request_bytes: MAX_REQUEST_BYTES,
            max_request_records: MAX_REQUEST_RECORDS,
            body_budget_bytes: 128 << 20,
            body_timeout: Duration::from_secs(30),
        }
    }
}

/// How people log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logins {
    /// After how long without use a session ends.
    ///
    /// # Default
    /// 12 hours.
    pub idle: Duration,
    /// After how long a session ends, however much it is used.
    ///
    /// # Default
    /// 7 days.
    pub longest: Duration,
    /// Whether providers need a second factor; those who have none set it up before anything else.
    ///
    /// # Default
    /// No. Everybody may have one.
    pub second_factor_of_providers: bool,
    /// Whether clients need one.
    ///
    /// # Default
    /// No.
    pub second_factor_of_clients: bool,
}

impl Default for Logins {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(12 * 3_600),
            longest: Duration::from_secs(7 * 24 * 3_600),
            second_factor_of_providers: false,
            second_factor_of_clients: false,
        }
    }
}
