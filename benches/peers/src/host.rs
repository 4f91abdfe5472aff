//! The host: a process with one client, which clones records from a template and hands them over.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::clients::{self, BASELINE, Ship};
use crate::marker;
use crate::scenario::Scenario;
use crate::state::State;
use crate::usage;

/// The argument that makes this executable a host.
pub(crate) const ROLE: &str = "host";

/// What a host tells at its end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Of the hand-over alone, in nanoseconds; without a client, of the clone.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Of the whole process, in seconds.
    pub(crate) cpu: f64,
    pub(crate) peak_rss_bytes: f64,
    /// How long the end took, in seconds.
    pub(crate) end: f64,
}

/// What the host's thread spent on each record, in nanoseconds.
#[derive(Debug, Default)]
struct Costs {
    clones: Vec<u64>,
    handovers: Vec<u64>,
}

/// Plays the host once, and prints what it cost as JSON.
pub(crate) fn play(
    client: &str,
    scenario: &Scenario,
    run: &str,
    url: &str,
) -> Result<(), Box<dyn Error>> {
    let template = State::of_bytes(scenario.bytes);
    let shipping = clients::start(client, url)?;
    let mut costs = produce(&*shipping, scenario, run, &template);
    let ending = Instant::now();
    shipping.finish();
    let end = ending.elapsed().as_secs_f64();
    let of = if client == BASELINE { &mut costs.clones } else { &mut costs.handovers };
    of.sort_unstable();
    let told = Told {
        p50: quantile(of, 500),
        p99: quantile(of, 990),
        cpu: usage::cpu_time().as_secs_f64(),
        peak_rss_bytes: usage::peak_rss_bytes().unwrap_or_default() as f64,
        end,
    };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn produce(shipping: &dyn Ship, scenario: &Scenario, run: &str, template: &State) -> Costs {
    let mut costs = Costs::default();
    costs.clones.reserve(scenario.records);
    costs.handovers.reserve(scenario.records);
    let interval = scenario.interval().unwrap_or_default();
    let mut due = Instant::now();
    for number in 0..scenario.records {
        // What is late is made up for.
        thread::sleep(due.saturating_duration_since(Instant::now()));
        due += interval;
        let ticket = marker::marker(run, number);
        let started = Instant::now();
        let mut state = template.clone();
        let cloned = Instant::now();
        state.ticket_id = ticket;
        let handing_over = Instant::now();
        shipping.ship(state);
        costs.handovers.push(nanoseconds(handing_over.elapsed()));
        costs.clones.push(nanoseconds(cloned - started));
    }
    costs
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The value that this many thousandths do not exceed (nearest rank).
fn quantile(sorted: &[u64], thousandths: usize) -> f64 {
    let rank = (sorted.len() * thousandths).div_ceil(1_000);
    rank.checked_sub(1).and_then(|at| sorted.get(at)).map_or(f64::NAN, |value| *value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let sorted: Vec<u64> = (1..=200).collect();
        assert_eq!((quantile(&sorted, 500), quantile(&sorted, 990)), (100.0, 198.0));
        assert_eq!((quantile(&[7], 1), quantile(&[7], 1_000)), (7.0, 7.0));
        assert!(quantile(&[], 500).is_nan());
    }
}
