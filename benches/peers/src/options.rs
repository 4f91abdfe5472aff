//! What is asked for on the command line.

use crate::clients::{self, BASELINE};
use crate::scenario::{self, Scenario};

pub(crate) const USAGE: &str = "usage: run [--rounds N] [--full] [--scenario NAME]… [CLIENT]…";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) scenarios: Vec<&'static Scenario>,
    pub(crate) clients: Vec<&'static str>,
}

impl Options {
    /// `None` where an argument means nothing.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let (mut rounds, mut is_full) = (3, false);
        let (mut scenarios, mut clients) = (Vec::new(), Vec::new());
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--rounds" => rounds = arguments.next()?.parse().ok().filter(|count| *count > 0)?,
                "--full" => is_full = true,
                "--scenario" => scenarios.push(scenario::named(&arguments.next()?)?),
                name => clients.push(clients::names().find(|known| *known == name)?),
            }
        }
        if scenarios.is_empty() {
            scenarios.extend(scenario::ALL.iter().filter(|scenario| is_full || !scenario.is_long));
        }
        if clients.is_empty() {
            clients.extend(clients::names());
        }
        // The others' processor time is told without what the baseline takes.
        clients.retain(|name| *name != BASELINE);
        clients.insert(0, BASELINE);
        Some(Self { rounds, scenarios, clients })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_baseline_always_runs_and_runs_first() {
        let options = parse("--rounds 5 --scenario slow spawn epilogue").expect("these are known");
        assert_eq!(options.clients, [BASELINE, "spawn", "epilogue"]);
        assert_eq!((options.rounds, options.scenarios[0].name), (5, "slow"));
        assert_eq!(parse("clone").expect("it is known").clients, [BASELINE]);
    }

    #[test]
    fn long_scenarios_run_where_they_are_asked_for() {
        let names = |line| parse(line).expect("these are known").scenarios.len();
        assert!(names("") < names("--full"));
        assert_eq!(names("--full"), scenario::ALL.len());
        assert_eq!(names("--scenario hanging-45s"), 1);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for line in ["--rounds 0", "--rounds", "--scenario none", "nobody", "--ful"] {
            assert!(parse(line).is_none(), "{line}");
        }
    }
}
