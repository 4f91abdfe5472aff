//! Word of a run that is open: if its process is killed, the next one tells of it.

use std::time::SystemTime;

use crate::level::Level;
use crate::record::{Record, Status, Unsealed};
use crate::ship::HandedOver;

use super::{Client, Shared};

impl Client {
    /// Leaves word that a run is open: `record` is what is known of it at its begin, under the id
    /// that the record of its end will have.
    ///
    /// Where there is a spool directory the worker keeps it there until that record is delivered,
    /// spooled or lost. If the process ends before, the next one with the same directory ships it,
    /// as a run that crashed. It counts as no record here, never takes a record's place, and is
    /// dropped where there is no spool or a great many wait already.
    #[allow(dead_code, reason = "for the guard of a run")]
    pub(crate) fn open_run(&self, record: Record) {
        let Shared { counters, consent, worker, .. } = &*self.shared;
        let worker = worker.as_ref().filter(|worker| worker.takes_open_runs());
        let Some(worker) = worker.filter(|_| !counters.has_ended()) else {
            return;
        };
        let generation = consent.now();
        if consent.since(generation) == Level::Off {
            return;
        }
        let unsealed = Unsealed::new(record.status(Status::Crashed), SystemTime::now());
        // One that is refused is missed only if the process is killed.
        let _ = worker.push(HandedOver { unsealed, generation, is_open_run: true });
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use uuid::Uuid;

    use super::*;
    use crate::testing::MockCollector;

    /// No passing test waits this long.
    const LONG: Duration = Duration::from_secs(20);
    /// The test that is run once more, in a process of its own, is told where by this variable.
    const HOST: &str = "EPILOGUE_TEST_RUNS";

    /// A collector, and a directory for a spool.
    struct Bench {
        collector: MockCollector,
        spool: PathBuf,
    }

    impl Bench {
        fn new() -> Self {
            let spool = std::env::temp_dir().join(format!("epilogue-runs-{}", Uuid::now_v7()));
            Self { collector: MockCollector::start().expect("a port"), spool }
        }

        fn client(&self) -> Client {
            client(&self.collector.url(), &self.spool)
        }

        fn has_markers(&self, count: usize) {
            until("the markers", || files(&self.spool, ".open").len() == count);
        }

        /// What the next process delivers, as tickets and their status.
        fn next_delivers(&self, count: usize) -> Vec<(String, String)> {
            let next = self.client();
            self.collector.wait_for(count, LONG);
            until("all is told", || next.stats().pending() + next.stats().spooled() == 0);
            let stats = next.stats();
            assert_eq!((stats.produced(), stats.adopted()), (0, stats.delivered()));
            self.has_markers(0);
            let told = self.collector.records().into_iter();
            let mut told: Vec<_> =
                told.map(|record| (record.ticket_id.unwrap_or_default(), record.status)).collect();
            told.sort_unstable();
            told.into_iter().map(|(ticket, status)| (ticket, status.unwrap_or_default())).collect()
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.spool);
        }
    }

    fn client(url: &str, spool: &Path) -> Client {
        let client = Client::builder().url(url).api_key("key").client_id("demo").spool_dir(spool);
        client.timeout(Duration::from_millis(200)).build().expect("the settings are complete")
    }

    /// What is in the files that end like this.
    fn files(folder: &Path, ending: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                texts.extend(files(&path, ending));
            } else if path.to_string_lossy().ends_with(ending) {
                texts.extend(fs::read_to_string(path));
            }
        }
        texts
    }

    fn until(what: &str, holds: impl Fn() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < LONG, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A run's marker, and the record of its end.
    fn run(ticket: &str) -> (Record, Record) {
        let end = Record::workflow(ticket).status(Status::Success);
        (Record::workflow(ticket).with_id(end.id()), end)
    }

    fn pair(ticket: &str, status: &str) -> (String, String) {
        (ticket.to_owned(), status.to_owned())
    }

    /// Opens four runs, ends two of them, and is gone without a word.
    fn host(arguments: &str) {
        let (url, spool) = arguments.split_once(' ').expect("two arguments");
        let (client, spool) = (client(url, Path::new(spool)), Path::new(spool));
        let markers = || files(spool, ".open").len();
        let is_spooled =
            |ticket: &str| files(spool, ".ndjson").iter().any(|text| text.contains(ticket));
        let (marker, end) = run("slow");
        client.open_run(marker);
        until("its marker", || markers() == 1);
        client.ship(end);
        until("its marker goes", || is_spooled("slow") && markers() == 0);
        let (marker, end) = run("quick");
        client.open_run(marker);
        client.ship(end);
        for ticket in ["open", "open of maria@example.com"] {
            client.open_run(run(ticket).0);
        }
        until("two are open", || is_spooled("quick") && markers() == 2);
        assert!(files(spool, ".open").iter().all(|text| !text.contains("maria")));
        std::process::abort();
    }

    #[test]
    fn of_a_process_that_is_killed_the_next_one_tells_which_runs_were_open() {
        if let Some(arguments) = std::env::var_os(HOST) {
            return host(&arguments.to_string_lossy());
        }
        let bench = Bench::new();
        bench.collector.refuse();
        let test = std::thread::current().name().expect("the test's name").to_owned();
        let host = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", &test, "--nocapture"])
            .env(HOST, format!("{} {}", bench.collector.url(), bench.spool.display()))
            .stdout(Stdio::null())
            .status();
        assert!(!host.expect("it ran").success());
        bench.has_markers(2);
        bench.collector.come_back().expect("the port is still free");
        let told = bench.next_delivers(4);
        let statuses: Vec<_> = told.iter().map(|(_, status)| status.as_str()).collect();
        // One of the tickets is a placeholder.
        assert!(told.contains(&pair("open", "CRASHED")), "{told:?}");
        assert!(told.contains(&pair("quick", "SUCCESS")), "{told:?}");
        assert!(told.contains(&pair("slow", "SUCCESS")), "{told:?}");
        assert_eq!(statuses.iter().filter(|status| **status == "CRASHED").count(), 2);
        assert_eq!(bench.collector.violations(), [""; 0]);
    }

    #[test]
    fn what_an_orderly_end_leaves_open_is_told_as_well() {
        let bench = Bench::new();
        let client = bench.client();
        client.open_run(run("open").0);
        assert!(client.shutdown_blocking(LONG).is_complete());
        assert_eq!(client.stats().produced(), 0);
        client.open_run(run("too late").0);
        drop(client);
        assert_eq!(bench.next_delivers(1), [pair("open", "CRASHED")]);
    }

    #[test]
    fn a_run_whose_record_arrives_leaves_nothing() {
        let bench = Bench::new();
        let client = bench.client();
        for ticket in ["one", "other"] {
            let (marker, end) = run(ticket);
            client.open_run(marker);
            if ticket == "one" {
                bench.has_markers(1);
            }
            client.ship(end);
        }
        until("they arrive", || client.stats().delivered() == 2);
        bench.has_markers(0);
        assert!(client.shutdown_blocking(LONG).is_complete());
        assert_eq!(bench.next_delivers(2), ["one", "other"].map(|t| pair(t, "SUCCESS")));
    }

    #[test]
    fn consent_that_is_taken_back_takes_the_markers() {
        let bench = Bench::new();
        let client = bench.client();
        client.open_run(run("open").0);
        bench.has_markers(1);
        client.set_level(Level::Off);
        bench.has_markers(0);
        client.open_run(run("unwanted").0);
        assert!(client.shutdown_blocking(LONG).is_complete());
        drop(client);
        until("its folder goes with it", || files(&bench.spool, "").is_empty());
    }

    #[test]
    fn without_a_spool_it_is_nothing() {
        let collector = MockCollector::start().expect("a port");
        let client = Client::builder().url(collector.url()).api_key("key").client_id("demo");
        let client = client.build().expect("the settings are complete");
        client.open_run(run("open").0);
        assert!(client.shutdown_blocking(LONG).is_complete());
        assert_eq!((client.stats().produced(), collector.stored()), (0, 0));
        Client::disabled().open_run(run("open").0);
    }
}
