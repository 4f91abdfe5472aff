//! What this process has used so far, as Linux tells it; other systems tell nothing here.

use std::fs;

/// Linux gives times to programs in hundredths of a second, whatever its own clock ticks at
/// (`USER_HZ`, proc(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// User and system time of all threads, also those that have ended.
pub(crate) fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, which may hold anything, also `)`.
    let fields = stat.rsplit_once(')')?.1;
    let times: Vec<u64> =
        fields.split_whitespace().skip(11).take(2).map_while(|time| time.parse().ok()).collect();
    (times.len() == 2).then(|| times.iter().sum::<u64>() as f64 / TICKS_PER_SECOND)
}

/// The most memory that was resident at one time.
pub(crate) fn peak_rss_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = peak.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
