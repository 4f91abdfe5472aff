//! A run that is open when its process is killed is told of by the next one with the same spool.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use common::{LONG, SHORT, add_up, collector, keeps_the_contract};
use epilogue::testing::MockCollector;
use epilogue::{Client, Level, Loss, Record, Status};

/// The test that is run once more, in a process of its own, is told where by this variable.
const HOST: &str = "EPILOGUE_TEST_RUNS";

/// A collector, and a directory for a spool.
struct Bench {
    collector: MockCollector,
    spool: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let number = std::process::id();
        let spool = std::env::temp_dir().join(format!("epilogue-runs-{name}-{number}"));
        let _ = fs::remove_dir_all(&spool);
        Self { collector: collector(), spool }
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
        add_up(&stats);
        assert_eq!((stats.produced(), stats.adopted()), (0, stats.delivered()));
        self.has_markers(0);
        keeps_the_contract(&self.collector);
        let told = self.collector.records().into_iter();
        let mut told: Vec<_> = told
            .map(|record| (record.ticket_id.unwrap_or_default(), record.status.unwrap_or_default()))
            .collect();
        told.sort_unstable();
        told
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.spool);
    }
}

fn client(url: &str, spool: &Path) -> Client {
    let client = Client::builder().url(url).api_key(common::API_KEY).client_id(common::CLIENT_ID);
    client.spool_dir(spool).timeout(SHORT).build().expect("the settings are complete")
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
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
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
    let slow = client.run("slow");
    until("its marker", || markers() == 1);
    slow.finish(Status::Success);
    until("its marker goes", || is_spooled("slow") && markers() == 0);
    client.run("quick").finish(Status::Success);
    let _open = ["open", "call of Maria Lindqvist"].map(|ticket| client.run(ticket));
    until("two are open", || is_spooled("quick") && markers() == 2);
    std::process::abort();
}

#[test]
fn of_a_process_that_is_killed_the_next_one_tells_which_runs_were_open() {
    if let Some(arguments) = std::env::var_os(HOST) {
        return host(&arguments.to_string_lossy());
    }
    let bench = Bench::new("killed");
    bench.collector.refuse();
    let test = std::thread::current().name().expect("the test's name").to_owned();
    let host = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", &test, "--nocapture"])
        .env(HOST, format!("{} {}", bench.collector.url(), bench.spool.display()))
        .stdout(Stdio::null())
        .status();
    assert!(!host.expect("it ran").success());
    bench.has_markers(2);
    // Whose name it is the run's record would have told.
    assert!(files(&bench.spool, ".open").iter().all(|text| !text.contains("Maria")));
    bench.collector.come_back().expect("the port is still free");
    let told = bench.next_delivers(4);
    // One of the tickets is a placeholder.
    assert!(told.contains(&pair("open", "CRASHED")), "{told:?}");
    assert!(told.contains(&pair("quick", "SUCCESS")), "{told:?}");
    assert!(told.contains(&pair("slow", "SUCCESS")), "{told:?}");
    assert_eq!(told.iter().filter(|(_, status)| status == "CRASHED").count(), 2);
    let reasons: Vec<_> =
        bench.collector.records().into_iter().filter_map(|r| r.status_reason).collect();
    assert_eq!(reasons, ["its process ended before the run did"; 2]);
}

#[test]
fn what_an_orderly_end_leaves_open_is_told_as_well() {
    let bench = Bench::new("orderly");
    let client = bench.client();
    let open = client.run("open");
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!(client.stats().produced(), 0);
    let too_late = client.run("too late");
    // Their ends would be the host's, who never comes to them.
    std::mem::forget([open, too_late]);
    drop(client);
    assert_eq!(bench.next_delivers(1), [pair("open", "CRASHED")]);
}

#[test]
fn a_run_whose_record_arrives_leaves_nothing() {
    let bench = Bench::new("arrives");
    let client = bench.client();
    let long = client.run("long");
    bench.has_markers(1);
    client.run("short").finish(Status::Success);
    long.finish(Status::Success);
    until("they arrive", || client.stats().delivered() == 2);
    bench.has_markers(0);
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!(bench.next_delivers(2), ["long", "short"].map(|t| pair(t, "SUCCESS")));
}

#[test]
fn a_run_that_is_over_is_not_said_to_be_open_where_its_record_is_lost() {
    let bench = Bench::new("lost");
    let client = bench.client();
    let runs = [client.run("one"), client.run("other")];
    bench.has_markers(2);
    // The worker is held, and the queue takes no more.
    let (stuck, hold) = common::held(Record::workflow("stuck"));
    client.ship(stuck);
    hold.wait();
    while client.stats().lost() == 0 {
        client.ship(Record::workflow("filling"));
    }
    for run in runs {
        run.finish(Status::Success);
    }
    assert_eq!(client.stats().lost_by(Loss::QueueFull), 3);
    hold.let_go();
    bench.has_markers(0);
    assert!(client.shutdown_blocking(LONG).is_complete());
}

#[test]
fn consent_that_is_taken_back_takes_the_markers() {
    let bench = Bench::new("consent");
    let client = bench.client();
    let open = client.run("open");
    bench.has_markers(1);
    client.set_level(Level::Off);
    bench.has_markers(0);
    let unwanted = client.run("unwanted");
    drop((open, unwanted));
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!(client.stats().skipped(), 2);
    drop(client);
    until("its folder goes with it", || files(&bench.spool, "").is_empty());
}
