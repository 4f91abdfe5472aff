//! What a client has to get through: how many records, how large, how fast, to what collector.

use std::time::Duration;

/// What the collector does from its start on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    AnswersAfter(Duration),
    /// Its port is closed for so long, and opens then.
    Refuses(Duration),
    /// It takes requests and answers none for so long, breaks them off then, and answers later ones.
    Hangs(Duration),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The title of its table.
    pub(crate) title: &'static str,
    pub(crate) records: usize,
    /// The JSON of one record's state.
    pub(crate) bytes: usize,
    /// Records a second; `None` is as fast as the producing thread can.
    pub(crate) rate: Option<u32>,
    pub(crate) fault: Fault,
    /// Runs with `--full` alone.
    pub(crate) is_long: bool,
}

impl Scenario {
    /// The time between two records.
    pub(crate) fn interval(&self) -> Option<Duration> {
        self.rate.map(|rate| Duration::from_secs(1) / rate)
    }

    /// How long a client may take in all before it is killed.
    pub(crate) fn deadline(&self) -> Duration {
        let producing = self.interval().map_or(Duration::ZERO, |each| each * records(self));
        producing + Duration::from_mins(1)
    }
}

fn records(scenario: &Scenario) -> u32 {
    u32::try_from(scenario.records).unwrap_or(u32::MAX)
}

const SECOND: Duration = Duration::from_secs(1);

const BURST: Scenario = Scenario {
    name: "",
    title: "",
    records: 0,
    bytes: 0,
    rate: None,
    fault: Fault::None,
    is_long: false,
};

const PACED: Scenario = Scenario { bytes: 20_000, rate: Some(150), ..BURST };

pub(crate) const ALL: [Scenario; 8] = [
    Scenario {
        name: "burst-2k",
        title: "A burst of 20,000 records of 2 KB",
        records: 20_000,
        bytes: 2_000,
        ..BURST
    },
    Scenario {
        name: "burst-20k",
        title: "A burst of 5,000 records of 20 KB",
        records: 5_000,
        bytes: 20_000,
        ..BURST
    },
    Scenario {
        name: "burst-200k",
        title: "A burst of 500 records of 200 KB",
        records: 500,
        bytes: 200_000,
        ..BURST
    },
    Scenario {
        name: "slow",
        title: "500 records of 20 KB a second, 2,500 in all, each answer after 20 ms",
        records: 2_500,
        rate: Some(500),
        fault: Fault::AnswersAfter(Duration::from_millis(20)),
        ..PACED
    },
    Scenario {
        name: "refused-6s",
        title: "150 records of 20 KB a second, 1,000 in all, the collector's port closed for 6 s",
        records: 1_000,
        fault: Fault::Refuses(SECOND.saturating_mul(6)),
        ..PACED
    },
    Scenario {
        name: "refused-45s",
        title: "150 records of 20 KB a second, 7,500 in all, the collector's port closed for 45 s",
        records: 7_500,
        fault: Fault::Refuses(SECOND.saturating_mul(45)),
        is_long: true,
        ..PACED
    },
    Scenario {
        name: "hanging-45s",
        title: "150 records of 20 KB a second, 7,500 in all, no answer for 45 s",
        records: 7_500,
        fault: Fault::Hangs(SECOND.saturating_mul(45)),
        is_long: true,
        ..PACED
    },
    Scenario {
        name: "end-hanging",
        title: "150 records of 20 KB in one second, no answer ever",
        records: 150,
        fault: Fault::Hangs(SECOND.saturating_mul(3_600)),
        is_long: true,
        ..PACED
    },
];

pub(crate) fn named(name: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.name == name)
}
