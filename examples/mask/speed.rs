//! How fast values are masked, beside `serde_json` writing the same values as they are.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use epilogue::mask::Policy;
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use serde_json::Value;

/// Both ways take turns, so that a busy moment of the machine meets both.
const ROUNDS: usize = 25;
/// A file so small that one pass is over before a clock can tell is passed several times a round.
const ROUND_BYTES: usize = 4 << 20;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The medians of all rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Speed {
    /// What `serde_json` writes for all values together.
    bytes: usize,
    serde_json_mb_per_s: f64,
    masked_mb_per_s: f64,
    ratio: f64,
}

/// Reads JSON lines, plain or gzipped, and measures.
pub(crate) fn of_file(policy: &Policy, path: &Path) -> Result<Speed, Box<dyn Error>> {
    let values = read(path)?;
    if values.is_empty() {
        return Err("there is no value to measure with".into());
    }
    measure(policy, &values)
}

fn read(path: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
    let raw = fs::read(path)?;
    let text = if raw.starts_with(&GZIP_MAGIC) {
        let mut text = String::new();
        MultiGzDecoder::new(raw.as_slice()).read_to_string(&mut text)?;
        text
    } else {
        String::from_utf8(raw)?
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn measure(policy: &Policy, values: &[Value]) -> Result<Speed, Box<dyn Error>> {
    let bytes = values
        .iter()
        .map(|value| serde_json::to_vec(value).map(|json| json.len()))
        .sum::<Result<usize, _>>()?;
    let passes = (ROUND_BYTES / bytes.max(1)).max(1);
    let plain = || -> Result<(), Box<dyn Error>> {
        for value in values {
            black_box(serde_json::to_vec(black_box(value))?);
        }
        Ok(())
    };
    let masked = || -> Result<(), Box<dyn Error>> {
        for value in values {
            black_box(policy.mask(black_box(value))?);
        }
        Ok(())
    };
    let (mut plain_times, mut masked_times) = (Vec::new(), Vec::new());
    // The first round warms caches and tables and is not counted.
    for round in 0..=ROUNDS {
        let times = (timed(passes, plain)?, timed(passes, masked)?);
        if round > 0 {
            plain_times.push(times.0);
            masked_times.push(times.1);
        }
    }
    let megabytes = (bytes * passes) as f64 / 1e6;
    let serde_json_mb_per_s = megabytes / median(plain_times).as_secs_f64();
    let masked_mb_per_s = megabytes / median(masked_times).as_secs_f64();
    let ratio = masked_mb_per_s / serde_json_mb_per_s;
    Ok(Speed { bytes, serde_json_mb_per_s, masked_mb_per_s, ratio })
}

fn timed(
    passes: usize,
    pass: impl Fn() -> Result<(), Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    for _ in 0..passes {
        pass()?;
    }
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
